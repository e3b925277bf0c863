/** What other processes say to a run, kept until it takes it. */
import type { Answer, Letter, Signal } from '../model/pending.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Database } from './database.ts';
import type { Row } from './sqlite.ts';

/** What was said first stands; the error names who did, and when. */
export interface TooLate {
  readonly by: string;
  readonly at: number;
}

export class Inbox {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Of two who answer the same question, the second is told of the first. Gives the letter's number. */
  answer(run: string, step: string, ask: string, answer: Answer): Result<number, TooLate> {
    return this.#database.write(() => {
      const [first] = this.#database
        .prepare("SELECT said_by, at FROM inbox WHERE run = ? AND kind = 'answer' AND name = ? AND ask = ?")
        .all(run, step, ask);
      if (first !== undefined) return fail({ by: String(first['said_by']), at: Number(first['at']) });
      const { by, at, ...said } = answer;
      return ok(this.#add(run, 'answer', step, ask, at, by, JSON.stringify(said)));
    });
  }

  signal(run: string, { name, by, at, data }: Signal): number {
    return this.#database.write(() => this.#add(run, 'signal', name, '', at, by, data));
  }

  /** Those behind a letter with that number. */
  letters(run: string, after: number): Letter[] {
    return this.#database
      .prepare('SELECT * FROM inbox WHERE run = ? AND id > ? ORDER BY id')
      .all(run, after)
      .map(letterOf);
  }

  #add(run: string, kind: string, name: string, ask: string, at: number, by: string, body: string): number {
    this.#database
      .prepare('INSERT INTO inbox (run, kind, name, ask, at, said_by, body) VALUES (?, ?, ?, ?, ?, ?, ?)')
      .run(run, kind, name, ask, at, by, body);
    const [row] = this.#database.prepare('SELECT max(id) AS id FROM inbox').all();
    return Number(row!['id']);
  }
}

function letterOf(row: Row): Letter {
  const [id, at] = [Number(row['id']), Number(row['at'])];
  const [name, by, body] = [String(row['name']), String(row['said_by']), String(row['body'])];
  if (row['kind'] === 'signal') return { id, kind: 'signal', signal: { name, by, at, data: body } };
  const said = JSON.parse(body) as Omit<Answer, 'by' | 'at'>;
  return { id, kind: 'answer', step: name, ask: String(row['ask']), answer: { ...said, by, at } as Answer };
}
