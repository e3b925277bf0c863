/** What a process prints: shown as it comes, kept up to a limit. */
import { StringDecoder } from 'node:string_decoder';
import type { Limits, RunnerContext } from '../contract.ts';

const LAST_LINES = 20;
/** A last line is cut to so many characters. */
const LONGEST_LAST_LINE = 2000;

/** How much is handed on at once, and how much is kept of the beginning or of the end; in bytes. */
export interface CaptureSizes {
  readonly shown: number;
  readonly kept: number;
  readonly keep: 'first' | 'last';
}

/** Where the output may be found in what is printed. */
export function shownAndKept({ output, stdout = Number.POSITIVE_INFINITY }: Limits): CaptureSizes {
  return { shown: Math.max(output, stdout), kept: output, keep: 'first' };
}

export class Capture {
  /** Bytes seen, kept or not. */
  size = 0;
  readonly #chunks: Buffer[] = [];
  readonly #decoder = new StringDecoder('utf8');
  readonly #stream: 'stdout' | 'stderr';
  readonly #context: Pick<RunnerContext, 'print' | 'leftOut'>;
  readonly #sizes: CaptureSizes;
  #held = 0;

  constructor(stream: 'stdout' | 'stderr', context: Pick<RunnerContext, 'print' | 'leftOut'>, sizes: CaptureSizes) {
    this.#stream = stream;
    this.#context = context;
    this.#sizes = sizes;
  }

  take(chunk: Buffer): void {
    const room = Math.max(0, this.#sizes.shown - this.size);
    this.size += chunk.length;
    this.#keep(chunk);
    if (chunk.length > room) this.#context.leftOut?.(chunk.length - room);
    if (room === 0) return;
    const text = this.#decoder.write(chunk.subarray(0, room));
    if (text !== '') this.#context.print(this.#stream, text);
  }

  /** Counts bytes that were printed behind all that is shown or kept. */
  leaveOut(bytes = 0): void {
    this.size += bytes;
    if (bytes > 0) this.#context.leftOut?.(bytes);
  }

  #keep(chunk: Buffer): void {
    const { kept, keep } = this.#sizes;
    const part = keep === 'first' ? chunk.subarray(0, kept - this.#held) : chunk;
    if (part.length === 0) return;
    this.#chunks.push(part);
    this.#held += part.length;
    while (this.#chunks.length > 0 && this.#held - this.#chunks[0]!.length >= kept) {
      this.#held -= this.#chunks.shift()!.length;
    }
  }

  /** More was printed than is kept. */
  get overflowed(): boolean {
    return this.size > this.#sizes.kept;
  }

  bytes(): Buffer {
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
  }

  /** The last lines that are not empty, at most 20. */
  lastLines(): readonly string[] {
    if (this.#held === 0) return [];
    const bytes = this.bytes();
    const tail = bytes.subarray(Math.max(0, bytes.length - LAST_LINES * LONGEST_LAST_LINE)).toString();
    return tail
      .split('\n')
      .map((line) => line.trimEnd().slice(0, LONGEST_LAST_LINE))
      .filter((line) => line !== '')
      .slice(-LAST_LINES);
  }
}
