/** What a step in a slot has the engine do for it, since its process may do nothing: files and requests, as far as they were granted. */
import { readSync, writeSync } from 'node:fs';
import type { Denial } from '../grants/denial.ts';

/** Where the engine put its end of the line. */
const LINE = 5;
/** Two lengths, of the JSON and of the bytes behind it, as 32-bit little-endian integers. */
export const HEADER = 8;

export interface Question {
  /** A method of `GrantedFiles` or of `GrantedTree`, or `fetch`. */
  readonly ask: string;
  readonly args: readonly string[];
}

export interface Answer {
  /** What the method gives, without bytes: these follow. */
  readonly value: unknown;
  readonly denied?: Denial | undefined;
  readonly exceeded?: 'memory' | 'files' | undefined;
}

export type Ask = (question: Question, bytes?: Uint8Array) => { readonly answer: Answer; readonly bytes: Uint8Array };

export function message(content: Question | Answer, bytes: Uint8Array): Uint8Array[] {
  const json = Buffer.from(JSON.stringify(content));
  const header = Buffer.allocUnsafe(HEADER);
  header.writeUInt32LE(json.length, 0);
  header.writeUInt32LE(bytes.length, 4);
  return [header, json, bytes];
}

/** Of a slot: returns when the engine has answered. */
export const askEngine: Ask = (question, bytes = new Uint8Array()) => {
  for (const part of message(question, bytes)) for (let at = 0; at < part.length; ) at += writeSync(LINE, part, at);
  const header = Buffer.from(received(HEADER).buffer);
  const json = received(header.readUInt32LE(0));
  const body = received(header.readUInt32LE(4));
  return { answer: JSON.parse(Buffer.from(json).toString()) as Answer, bytes: body };
};

function received(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const read = readSync(LINE, bytes, at, length - at, null);
    // The engine is gone, and ends this process as well.
    if (read === 0) throw new Error('The engine does not answer');
    at += read;
  }
  return bytes;
}
