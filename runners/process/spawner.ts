/** The helper process that starts all host processes of a run: small, so that starting one stays cheap. */
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Child } from './child.ts';
import { serveThread } from './connection.ts';
import type { ThreadConnection } from './connection.ts';
import { escapees } from './escapees.ts';
import { fifoPool } from './fifos.ts';
import { startSibling } from './sibling.ts';
import type { Sibling } from './sibling.ts';

/** After so many processes, for more than one thread, a second spawner is worth its start: starting one blocks. */
const SIBLING_AFTER = 64;

/** A socket's path has 103 bytes on every system; the directory and the socket in it take 20 of them. */
const LONGEST_TMPDIR = 80;

/** Its life is its standard input's: when the engine ends in whatever way, that closes. A sibling is given the first one's directory. */
function main(given: string | undefined): void {
  const directory = given ?? mkdtempSync(join(shortTmpdir(), 'hwfe-'));
  const name = given === undefined ? 'spawner' : 'sibling';
  const socket = join(directory, name);
  const marker = `${directory.slice(directory.lastIndexOf('hwfe-'))}.`;
  const fifos = fifoPool(directory, `${name}-pipe-`);
  const alive = new Set<Child>();
  const connections = new Set<ThreadConnection>();
  let accepted = 0;
  let started = 0;
  let sibling: Sibling | undefined;

  const countStart = (): void => {
    started += 1;
    if (given !== undefined || sibling !== undefined || started < SIBLING_AFTER || connections.size < 2) return;
    sibling = startSibling(directory, (path) => {
      [...connections].filter((_, i) => i % 2 === 1).forEach((connection) => connection.move(path));
    });
  };
  const server = createServer((stream) => {
    const connection = serveThread(stream, `${marker}${name}.${accepted++}`, fifos, alive, countStart);
    connections.add(connection);
    stream.on('close', () => connections.delete(connection));
  });
  let ending = false;
  const endAll = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    for (const child of alive) child.kill();
    await sibling?.end();
    for (const pid of escapees(given === undefined ? marker : `${marker}${name}.`)) killNow(pid);
    if (given === undefined) rmSync(directory, { recursive: true, force: true });
    process.exit(0);
  };
  const end = (): void => void endAll();
  process.stdin.on('close', end).on('error', end).resume();
  // The engine may be gone before it has heard where to connect.
  process.stdout.on('error', end);
  process.on('SIGTERM', end).on('SIGHUP', end);
  server.listen(socket, () => process.stdout.write(`${socket}\n`));
}

/** A longer name of a socket is cut short without a word. */
function shortTmpdir(): string {
  return Buffer.byteLength(tmpdir()) > LONGEST_TMPDIR ? '/tmp' : tmpdir();
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return;
  }
}

main(process.argv[2]);
