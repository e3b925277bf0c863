/** Hears what other processes wish of runs of this one. */
import type { Database } from './database.ts';
import { type Statement, troubleOf } from './sqlite.ts';

export type Wish = 'cancel' | 'kill';

const LOOK_EVERY_MS = 500;

export class Wishes implements Disposable {
  readonly #select: Statement;
  readonly #listeners = new Map<string, (wish: Wish) => void>();
  readonly #heard = new Map<string, Wish>();
  #timer: NodeJS.Timeout | undefined;

  constructor(database: Database) {
    this.#select = database.prepare("SELECT id, wanted FROM runs WHERE status = 'running' AND wanted IS NOT NULL");
  }

  /** `listener` is called once for each wish. */
  hear(run: string, listener: (wish: Wish) => void): void {
    this.#listeners.set(run, listener);
    // Nothing waits for a wish that may never come.
    this.#timer ??= setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    for (const row of this.#rows()) {
      const [run, wish] = [String(row['id']), row['wanted'] as Wish];
      if (this.#heard.get(run) === wish) continue;
      this.#heard.set(run, wish);
      this.#listeners.get(run)?.(wish);
    }
  }

  #rows(): ReturnType<Statement['all']> {
    try {
      return this.#select.all();
    } catch (error) {
      // Whoever writes tells of trouble.
      if (troubleOf(error) === undefined) throw error;
      return [];
    }
  }
}
