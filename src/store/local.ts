/** The store of this machine: a directory with a database, opened for writing. */
import { resolve } from 'node:path';
import { fail, ok, type Result } from '../model/result.ts';
import { Cache } from './cache.ts';
import { Contents } from './contents.ts';
import { type Database, explain, openDatabase } from './database.ts';
import { Inbox } from './inbox.ts';
import { RunRecording } from './recording.ts';
import { recordingStatements, type RecordingStatements } from './recording-statements.ts';
import type { Beginning, Recording, RunStore } from './store.ts';
import { Wishes } from './wishes.ts';
import { Writer } from './writer.ts';

export interface LocalStoreOptions {
  /** Absolute; made where it does not exist. */
  readonly directory: string;
  /** Told once, in a sentence, when the history cannot be written. */
  readonly onTrouble?: (sentence: string) => void;
  readonly transition?: Database['transition'];
}

export function openLocalStore(options: LocalStoreOptions): Result<LocalStore, string> {
  const { directory, transition } = options;
  const database = openDatabase(directory, { create: true, ...(transition && { transition }) });
  return database.ok ? ok(new LocalStore(database.value, options)) : fail(database.error);
}

export class LocalStore implements RunStore {
  readonly #database: Database;
  readonly #writer: Writer;
  readonly #contents: Contents;
  readonly #wishes: Wishes;
  readonly #inbox: Inbox;
  #cache: Cache | undefined;
  readonly #statements: RecordingStatements;

  constructor(database: Database, { onTrouble = () => undefined }: LocalStoreOptions) {
    this.#database = database;
    this.#writer = new Writer(database, onTrouble);
    this.#contents = new Contents(database);
    this.#statements = recordingStatements(database);
    this.#wishes = new Wishes(database);
    this.#inbox = new Inbox(database);
  }

  record(beginning: Beginning): Recording {
    this.#wishes.hear(beginning.id, beginning.onWish);
    return new RunRecording(beginning, resolve(beginning.cwd, beginning.plan.workflow.file.path), {
      writer: this.#writer,
      contents: this.#contents,
      cache: () => (this.#cache ??= new Cache(this.#database, this.#contents)),
      statements: this.#statements,
      inbox: this.#inbox,
      directory: this.#database.directory,
    });
  }

  /** Why nothing can be written, as a sentence. */
  writeTrouble(): string | undefined {
    try {
      this.#database.write(() => this.#database.exec('UPDATE salt SET value = value'));
      return undefined;
    } catch (error) {
      const sentence = explain(error, this.#database.directory);
      if (sentence === undefined) throw error;
      return sentence;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#wishes[Symbol.dispose]();
    await this.#writer.flush();
    this.#database.close();
  }
}
