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
  readonly #shown: number;
  readonly #kept: number;
  readonly #print: (text: string) => void;
  #held = 0;

  /** Shows the first `shown` bytes. Keeps the first `kept`, or the last ones where that is fewer than it shows. */
  constructor(stream: 'stdout' | 'stderr', shown: number, context: RunnerContext, kept: number = shown) {
    this.#shown = shown;
    this.#kept = kept;
    this.#print = (text) => context.print(stream, text);
  }

  take(chunk: Buffer): void {
    const room = this.#shown - this.size;
    this.size += chunk.length;
    if (room <= 0) return;
    const part = chunk.length > room ? chunk.subarray(0, room) : chunk;
    this.#chunks.push(part);
    this.#held += part.length;
    while (this.#held - (this.#chunks[0]?.length ?? 0) >= this.#kept && this.#kept < this.#shown && this.#held > 0) {
      this.#held -= this.#chunks.shift()?.length ?? 0;
    }
    const text = this.#decoder.write(part);
    if (text !== '') this.#print(text);
  }

  /** More was printed than is shown and kept. */
  get overflowed(): boolean {
    return this.size > this.#shown;
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
