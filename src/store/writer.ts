/** Gathers what is to be kept and writes it in batches, so that a step pays for a share of a transaction. */
import type { Database } from './database.ts';
import { explain } from './database.ts';

/** What has to happen outside a transaction first, then the rows. */
export interface Entry {
  /** Nothing is written before it has resolved, and it never holds the main thread for long. */
  readonly ready: Promise<void> | undefined;
  /** Within a transaction. */
  write(): void;
}

/** The least time between two transactions: a step that ends when there was none for so long is kept at once. */
const PAUSE_MS = 20;

export class Writer {
  readonly #database: Database;
  readonly #onTrouble: (sentence: string) => void;
  #entries: Entry[] = [];
  #lastAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  /** After trouble nothing more is written: a history with holes would say what never was. */
  #isDown = false;

  constructor(database: Database, onTrouble: (sentence: string) => void) {
    this.#database = database;
    this.#onTrouble = onTrouble;
  }

  add(entry: Entry): void {
    if (this.#isDown) return;
    this.#entries.push(entry);
    if (this.#timer !== undefined || this.#writing !== undefined) return;
    const wait = Math.max(0, this.#lastAt + PAUSE_MS - performance.now());
    this.#timer = setTimeout(() => void this.flush(), wait);
  }

  /** Resolves when all that was added before is written, or cannot be. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#writing !== undefined) {
      await this.#writing;
      return this.flush();
    }
    if (this.#entries.length === 0) return;
    this.#writing = this.#writeAll();
    await this.#writing;
    this.#writing = undefined;
    if (this.#entries.length > 0) await this.flush();
  }

  async #writeAll(): Promise<void> {
    try {
      while (this.#entries.length > 0) {
        const batch = this.#entries;
        this.#entries = [];
        for (const { ready } of batch) if (ready !== undefined) await ready;
        this.#database.write(() => {
          for (const entry of batch) entry.write();
        });
      }
    } catch (error) {
      const sentence = explain(error, this.#database.directory);
      if (sentence === undefined) throw error;
      this.#isDown = true;
      this.#entries = [];
      this.#onTrouble(`${sentence}; what happens from here on is not remembered`);
    }
    this.#lastAt = performance.now();
  }
}
