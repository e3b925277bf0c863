/** `hwfe memory` inside a step: asks the engine of its run, and loads nothing else. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { MEMORY_VARIABLE } from '../../runners/memory/variables.ts';
import type { MemoryReply } from '../../runners/memory/step-memory.ts';
import { type Answer, HEADER, message } from '../../runners/slot/errands.ts';

const USAGE = `Usage: hwfe memory get KEY [DEFAULT]          the value as JSON; without one and DEFAULT, nothing and status 1
       hwfe memory set KEY VALUE              VALUE is JSON, else taken as a text; "-" reads it from stdin
       hwfe memory append KEY VALUE           to a list; prints how long it is now
       hwfe memory add KEY [NUMBER]           adds 1 or NUMBER; prints the sum
       hwfe memory update KEY COMMAND [ARG…]  sets what COMMAND makes of the value on its stdin, again if another was quicker
       hwfe memory swap KEY EXPECTED VALUE    sets VALUE if EXPECTED is there, else ends with status 1
       hwfe memory delete KEY
       hwfe memory keys`;
const NOTHING = new Uint8Array();
const MISTAKEN = 2;

class Mistake extends Error {}

async function main([act = '', ...args]: string[]): Promise<number> {
  if (act === '' || act === '--help' || act === '-h') {
    print(USAGE);
    return 0;
  }
  const place = process.env[MEMORY_VARIABLE] ?? '';
  const at = place.indexOf('@');
  if (at === -1) throw new Mistake('hwfe memory is for shell steps of a workflow with memory = true');
  const socket = connect(place.slice(at + 1));
  const memory = new Memory(socket, place.slice(0, at));
  try {
    return await perform(act, args, memory);
  } finally {
    socket.destroy();
  }
}

async function perform(act: string, args: readonly string[], memory: Memory): Promise<number> {
  const [key = '', first, second] = args;
  const most = MOST_ARGUMENTS[act];
  if (most === undefined) throw new Mistake(`There is no act "${act}"\n${USAGE}`);
  if (args.length > most || (act !== 'keys' && key === ''))
    throw new Mistake(`"${act}" takes other arguments\n${USAGE}`);
  switch (act) {
    case 'get': {
      const text = (await memory.ask('get', key)) ?? first;
      if (text === undefined) return 1;
      print(text);
      return 0;
    }
    case 'set':
      await memory.ask('set', key, given(first));
      return 0;
    case 'append':
      print(await memory.ask('append', key, given(first)));
      return 0;
    case 'add':
      print(await memory.update(key, (text) => sum(key, text, first ?? '1')));
      return 0;
    case 'update': {
      if (first === undefined) throw new Mistake(`"update" takes a command\n${USAGE}`);
      await memory.update(key, (text) => made(first, args.slice(2), text));
      return 0;
    }
    case 'swap':
      return (await memory.ask('swap', key, given(second), given(first))) === 'true' ? 0 : 1;
    case 'delete':
      await memory.ask('delete', key);
      return 0;
    default:
      for (const each of JSON.parse((await memory.ask('keys', '')) ?? '[]') as string[]) print(each);
      return 0;
  }
}

const MOST_ARGUMENTS: Readonly<Record<string, number>> = {
  get: 2,
  set: 2,
  append: 2,
  add: 2,
  update: Number.POSITIVE_INFINITY,
  swap: 3,
  delete: 1,
  keys: 0,
};

class Memory {
  readonly #socket: Socket;
  readonly #token: string;
  #held: Buffer = Buffer.alloc(0);
  #take: () => void = () => undefined;
  #failure: string | undefined;

  constructor(socket: Socket, token: string) {
    this.#socket = socket;
    this.#token = token;
    const end = (): void => {
      this.#failure ??= 'The run does not answer: it has ended, or this step is none of its own';
      this.#take();
    };
    socket.on('error', end);
    socket.on('close', end);
    socket.on('data', (chunk: Buffer) => {
      this.#held = Buffer.concat([this.#held, chunk]);
      this.#take();
    });
  }

  /** Gives the text that is there, if one is. */
  async ask(act: string, key: string, value = '', expected = ''): Promise<string | undefined> {
    const before = Buffer.from(expected);
    const bytes = Buffer.concat([before, Buffer.from(value)]);
    const question = { ask: 'memory', args: [act, key, `${before.length}`, this.#token] };
    for (const part of message(question, bytes)) this.#socket.write(part);
    const { answer, bytes: text } = await this.#answer();
    const reply = answer.value as MemoryReply;
    if (!reply.ok) throw new Error(reply.message);
    return reply.isThere ? Buffer.from(text).toString() : undefined;
  }

  /** Gives what was set in the end. */
  async update(key: string, change: (text: string | undefined) => string): Promise<string> {
    for (;;) {
      const before = await this.ask('get', key);
      const changed = change(before);
      if ((await this.ask('swap', key, changed, before)) === 'true') return changed;
    }
  }

  #answer(): Promise<{ answer: Answer; bytes: Uint8Array }> {
    return new Promise((resolve, reject) => {
      this.#take = () => {
        const held = this.#held;
        const words = held.length < HEADER ? 0 : held.readUInt32LE(0);
        const end = held.length < HEADER ? Number.POSITIVE_INFINITY : HEADER + words + held.readUInt32LE(4);
        if (held.length >= end) {
          this.#held = held.subarray(end);
          const answer = JSON.parse(held.subarray(HEADER, HEADER + words).toString()) as Answer;
          resolve({ answer, bytes: end > HEADER + words ? held.subarray(HEADER + words, end) : NOTHING });
        } else if (this.#failure !== undefined) reject(new Error(this.#failure));
      };
      this.#take();
    });
  }
}

/** What is no JSON is a text. */
function given(text: string | undefined): string {
  if (text === undefined) throw new Mistake(`A value is missing\n${USAGE}`);
  const value = text === '-' ? readFileSync(0, 'utf8') : text;
  try {
    JSON.parse(value);
    return value;
  } catch {
    return JSON.stringify(value.replace(/\n$/, ''));
  }
}

function sum(key: string, text: string | undefined, by: string): string {
  for (const [what, number] of [
    ['adds', by],
    [`finds at "${key}"`, text ?? '0'],
  ] as const) {
    if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(number)) throw new Error(`"add" ${what} ${number}, which is no number`);
  }
  const parts = [text ?? '0', by];
  if (parts.every((part) => /^-?\d+$/.test(part))) return String(BigInt(parts[0]!) + BigInt(parts[1]!));
  return String(Number(parts[0]) + Number(parts[1]));
}

function made(command: string, args: readonly string[], text: string | undefined): string {
  const { status, signal, stdout, error } = spawnSync(command, args, {
    input: text ?? 'null',
    stdio: ['pipe', 'pipe', 'inherit'],
    maxBuffer: 2 ** 30,
  });
  if (error !== undefined) throw new Error(`"${command}" could not be started: ${error.message}`);
  if (status !== 0)
    throw new Error(`"${command}" ended with ${signal ?? `status ${status ?? ''}`}, and nothing was set`);
  return given(stdout.toString().trim());
}

function print(text: string | undefined): void {
  const bytes = Buffer.from(`${text ?? ''}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}

void main(process.argv.slice(2)).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    writeSync(2, `error: ${text}\n`);
    process.exitCode = error instanceof Mistake ? MISTAKEN : 1;
  },
);
