/** What a person types, on its way to a step that waits for it: by shared memory into a thread, by a pipe into a process. */

/** A step's side of it. */
export interface Prompt {
  /** What the step asks to read in place of a file; nobody else knows it. */
  readonly key: string;
  /** A state, the number of bytes, and the bytes. */
  readonly memory: SharedArrayBuffer;
}

/** Most bytes of one message. */
export const LONGEST_MESSAGE: number = 1024 * 1024;
const HEAD = 8;
const EMPTY = 0;
const FULL = 1;

/** What begins each message. */
export const TEXT = '=';
export const CLEAR = '!';
export const END = '.';

/** What follows the key in a line by which the step says how it stands. */
export const READY = ' ready';
export const MORE = ' more';
/** Begins a line of an error. */
export const ERROR = '!';

export function newPrompt(key: string): Prompt {
  return { key, memory: new SharedArrayBuffer(HEAD + LONGEST_MESSAGE) };
}

/** The reader has taken what was sent before. */
export function send({ memory }: Prompt, message: string): void {
  const state = new Int32Array(memory, 0, 2);
  const bytes = Buffer.from(message).subarray(0, LONGEST_MESSAGE);
  new Uint8Array(memory, HEAD).set(bytes);
  state[1] = bytes.length;
  Atomics.store(state, 0, FULL);
  Atomics.notify(state, 0);
}

/** Waits, and holds its thread meanwhile. */
export function receive({ memory }: Prompt): Uint8Array {
  const state = new Int32Array(memory, 0, 2);
  // What woke it for the last message may come only now.
  while (Atomics.load(state, 0) === EMPTY) Atomics.wait(state, 0, EMPTY);
  const bytes = new Uint8Array(memory, HEAD, state[1]).slice();
  Atomics.store(state, 0, EMPTY);
  return bytes;
}

/** As one line, for a pipe: `\n` for a line end, `\\` for a backslash. */
export function asLine(message: string): string {
  return `${message.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n`;
}
