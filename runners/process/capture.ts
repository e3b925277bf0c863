/** What a process prints: shown as it comes, kept up to a limit. */
import { StringDecoder } from 'node:string_decoder';
import type { RunnerContext } from '../contract.ts';

const LAST_LINES = 20;
/** A last line is cut to so many characters. */
const LONGEST_LAST_LINE = 2000;

export class Capture {
  /** Bytes seen, kept or not. */
  size = 0;
  readonly #chunks: Buffer[] = [];
  readonly #decoder = new StringDecoder('utf8');
  readonly #limit: number;
  readonly #print: (text: string) => void;
  #kept = 0;

  /** Shows and keeps at most `limit` bytes. */
  constructor(stream: 'stdout' | 'stderr', limit: number, context: RunnerContext) {
    this.#limit = limit;
    this.#print = (text) => context.print(stream, text);
  }

  take(chunk: Buffer): void {
    this.size += chunk.length;
    const rest = this.#limit - this.#kept;
    if (rest <= 0) return;
    const part = chunk.length > rest ? chunk.subarray(0, rest) : chunk;
    this.#kept += part.length;
    this.#chunks.push(part);
    const text = this.#decoder.write(part);
    if (text !== '') this.#print(text);
  }

  get overflowed(): boolean {
    return this.size > this.#kept;
  }

  bytes(): Buffer {
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
  }

  /** The last lines that are not empty, at most 20. */
  lastLines(): readonly string[] {
    const bytes = this.bytes();
    const tail = bytes.subarray(Math.max(0, bytes.length - LAST_LINES * LONGEST_LAST_LINE)).toString();
    return tail
      .split('\n')
      .map((line) => line.trimEnd().slice(0, LONGEST_LAST_LINE))
      .filter((line) => line !== '')
      .slice(-LAST_LINES);
  }
}
