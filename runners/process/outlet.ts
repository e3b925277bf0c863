/** One stream of a child's output: read in one go when the child ends at once, else as it comes. */
import { closeSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';

/** What a pipe holds, most often. */
const AT_ONCE = 64 * 1024;
/** Whoever is still writing after so many may go on without end. */
const MOST_READS = 16;
const buffer: Buffer = Buffer.allocUnsafeSlow(AT_ONCE);

/** Made for every child of a spawner: a stream costs as much as a third of starting one, and most children print little and end soon. */
export class Outlet {
  /** Resolves when nobody can write any more. */
  readonly ended: Promise<void>;
  isOver = false;
  readonly #take: (chunk: Buffer) => void;
  readonly #atEnd: () => void;
  #source: number | Readable | undefined;
  #end!: () => void;

  /**
   * `source` is the read end of a pipe that never blocks, or a stream; nothing if the child has none.
   * `atEnd` is called as soon as one that is followed ends, a moment before its process does.
   */
  constructor(source: number | Readable | undefined, take: (chunk: Buffer) => void, atEnd: () => void) {
    this.#source = source;
    this.#take = take;
    this.#atEnd = atEnd;
    this.ended = new Promise((resolve) => {
      this.#end = () => {
        this.isOver = true;
        resolve();
      };
    });
    if (source === undefined) this.#end();
    else if (typeof source !== 'number') this.#follow(source);
  }

  /** Takes what comes from now on. */
  follow(): void {
    if (typeof this.#source === 'number')
      this.#follow(new Socket({ fd: this.#source, readable: true, writable: false }));
  }

  /** Takes what there is, once the child has ended; whoever else may still write is followed. */
  drain(): void {
    if (typeof this.#source !== 'number') return;
    try {
      for (let reads = 0; ; reads++) {
        if (reads === MOST_READS) return this.follow();
        const size = readSync(this.#source, buffer, 0, AT_ONCE, null);
        if (size === 0) break;
        this.#take(Buffer.from(buffer.subarray(0, size)));
      }
    } catch {
      // It would have to be waited for.
      return this.follow();
    }
    this.#end();
  }

  pause(): void {
    if (typeof this.#source === 'object') this.#source.pause();
  }

  resume(): void {
    if (typeof this.#source === 'object') this.#source.resume();
  }

  /** A read end that was given as a number is still open: nothing had to wait for it. */
  get isReadEndOpen(): boolean {
    return typeof this.#source === 'number';
  }

  /** Takes nothing more. */
  destroy(): void {
    if (typeof this.#source === 'object') this.#source.destroy();
    if (typeof this.#source !== 'number') return;
    closeSync(this.#source);
    this.#source = undefined;
    this.#end();
  }

  #follow(stream: Readable): void {
    this.#source = stream;
    stream.on('data', this.#take);
    stream.on('end', this.#atEnd);
    stream.on('error', () => stream.destroy());
    stream.on('close', this.#end);
  }
}
