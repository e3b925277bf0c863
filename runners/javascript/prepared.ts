/** QuickJS with our own code evaluated in it, kept in a file when hwfe was built: its code, and what its memory held then. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Region } from '../memory-image.ts';

export interface Prepared {
  /** WebAssembly. */
  readonly code: Uint8Array<ArrayBuffer>;
  /** Of the memory. */
  readonly regions: readonly Region[];
  /** Where in the memory the values lie that the host holds, by name. */
  readonly handles: Readonly<Record<string, number>>;
}

interface Head {
  readonly code: number;
  readonly regions: readonly (readonly [start: number, size: number])[];
  readonly handles: Readonly<Record<string, number>>;
}

const HEADER = Uint32Array.BYTES_PER_ELEMENT;

/** Beside the bundle that it was made by; there is none in the source tree. */
export function preparedFile(): string {
  return fileURLToPath(new URL('quickjs.image', import.meta.url));
}

export function readPrepared(): Prepared | undefined {
  let bytes: Buffer<ArrayBuffer>;
  try {
    bytes = readFileSync(preparedFile());
  } catch {
    return undefined;
  }
  const length = bytes.readUInt32LE(0);
  const { code, regions, handles } = JSON.parse(bytes.toString('utf8', HEADER, HEADER + length)) as Head;
  let at = HEADER + length;
  const take = (size: number): Buffer<ArrayBuffer> => bytes.subarray(at, (at += size));
  const compiled = take(code);
  // Copies, so that a thread does not keep the whole file for the sake of what it puts back before each step.
  return {
    code: compiled,
    regions: regions.map(([start, size]) => ({ start, bytes: Uint8Array.from(take(size)) })),
    handles,
  };
}

export function writePrepared({ code, regions, handles }: Prepared): void {
  const head: Head = { code: code.length, regions: regions.map(({ start, bytes }) => [start, bytes.length]), handles };
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.alloc(HEADER);
  length.writeUInt32LE(text.length);
  writeFileSync(preparedFile(), Buffer.concat([length, text, code, ...regions.map(({ bytes }) => bytes)]));
}
