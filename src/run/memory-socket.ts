/** The way of host processes to the shared memory: a socket of the run's own, and a program `hwfe` that knows it. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MemoryLine } from '../../runners/contract.ts';
import { installationOf } from '../../runners/process/sandbox.ts';
import { HEADER, message, type Question } from '../../runners/slot/errands.ts';
import type { MemoryHost } from './shared-memory.ts';

/** Of a question without its bytes. */
const MOST_WORDS = 64 * 1024;

export interface MemorySocket extends Disposable {
  readonly line: MemoryLine;
}

export async function openMemorySocket(memory: MemoryHost): Promise<MemorySocket> {
  const directory = mkdtempSync(join(realpathSync(tmpdir()), 'hwfe-memory-'));
  const socket = join(directory, 's');
  const token = randomBytes(24).toString('base64url');
  const require = createRequire(import.meta.url);
  const client = require.resolve('#memory');
  const bin = join(directory, 'bin');
  mkdirSync(bin, { mode: 0o700 });
  const program = join(bin, 'hwfe');
  writeFileSync(program, script(process.execPath, client));
  chmodSync(program, 0o700);
  const open = new Set<Socket>();
  const server = createServer((connection) => {
    open.add(connection);
    connection.on('close', () => open.delete(connection));
    serve(connection, token, memory);
  });
  await listening(server, socket);
  server.unref();
  const needs = [directory, ...installationOf(process.execPath), dirname(dirname(dirname(client)))];
  return {
    line: { socket, token, bin, needs },
    [Symbol.dispose]() {
      server.close();
      for (const connection of open) connection.destroy();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.on('error', reject);
    server.listen(path, resolve);
  });
}

/** Whoever does not say the token, or says too much, is hung up on. */
function serve(connection: Socket, token: string, memory: MemoryHost): void {
  let held: Buffer = Buffer.alloc(0);
  connection.unref();
  connection.on('error', () => connection.destroy());
  connection.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length >= HEADER) {
      const [words, bytes] = [held.readUInt32LE(0), held.readUInt32LE(4)];
      // What is expected goes with what is set.
      if (words > MOST_WORDS || bytes > 2 * memory.limit + MOST_WORDS) return void connection.destroy();
      const end = HEADER + words + bytes;
      if (held.length < end) return;
      const question = questionIn(held.subarray(HEADER, HEADER + words), token);
      if (question === undefined) return void connection.destroy();
      const { answer, bytes: text } = memory.answerStranger({ question, bytes: held.subarray(HEADER + words, end) });
      for (const part of message(answer, text)) connection.write(part);
      held = held.subarray(end);
    }
  });
}

function questionIn(words: Buffer, token: string): Question | undefined {
  try {
    const { ask, args } = Object(JSON.parse(words.toString())) as Record<keyof Question, unknown>;
    if (ask !== 'memory' || !Array.isArray(args) || !args.every((each) => typeof each === 'string')) return undefined;
    const given = Buffer.from(args[3] ?? '');
    const isKnown = given.length === token.length && timingSafeEqual(given, Buffer.from(token));
    return isKnown ? { ask, args: args.slice(0, 3) } : undefined;
  } catch {
    return undefined;
  }
}

/** What is said besides goes to the command that would have been found without this one. */
function script(node: string, client: string): string {
  return `#!/bin/sh
if [ "$1" = memory ]; then shift; exec ${quoted(node)} ${quoted(client)} "$@"; fi
PATH=\${PATH#"\${0%/*}":} exec hwfe "$@"
`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
