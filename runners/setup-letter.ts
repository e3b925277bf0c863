/** The letter box of a thread that boots before it is known what it will run: its setup comes later, in shared memory. */
import type { ThreadSetup } from './contract.ts';

/** A setup names a language, a runtime, a channel and one path; no path is longer. */
const LARGEST = 32 * 1024;
const HEADER = Int32Array.BYTES_PER_ELEMENT;

/** Empty; every thread that is given it waits until something lies in it. */
export function emptyLetter(): SharedArrayBuffer {
  return new SharedArrayBuffer(HEADER + LARGEST);
}

export function deliver(letter: SharedArrayBuffer, setup: ThreadSetup): void {
  const text = Buffer.from(JSON.stringify(setup));
  if (text.length > LARGEST) throw new Error(`Internal error: a thread's setup of ${text.length} bytes`);
  new Uint8Array(letter, HEADER).set(text);
  const length = new Int32Array(letter, 0, 1);
  Atomics.store(length, 0, text.length);
  Atomics.notify(length, 0);
}

/** Blocks the thread, which has nothing else to do and can still be ended. */
export function received(letter: SharedArrayBuffer): ThreadSetup {
  const length = new Int32Array(letter, 0, 1);
  Atomics.wait(length, 0, 0);
  const text = new Uint8Array(letter, HEADER, Atomics.load(length, 0));
  return JSON.parse(Buffer.from(text).toString('utf8')) as ThreadSetup;
}
