/** Opens the history's database, or says in a sentence why that cannot be. */
import { chmodSync, existsSync, linkSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { whyRefused } from '../model/refusal.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { migrate, SCHEMA_VERSION, versionOf } from './schema.ts';
import { openSqlite, type Sqlite, type SqliteTrouble, troubleOf } from './sqlite.ts';

export interface Database extends Sqlite {
  /** Absolute. */
  readonly directory: string;
  /** Called at every step on the way to the disk, so that tests can end the process there. */
  readonly transition: (name: string) => void;
  /** Another number once another connection has changed anything; asked of the database once in a transaction. */
  changes(): number;
  /** Runs `work` in one short write transaction. */
  write<T>(work: () => T): T;
}

export interface OpenOptions {
  readonly create: boolean;
  readonly transition?: Database['transition'];
}

export const FILE = 'history.db';
/** How long one process waits for another's transaction. */
const BUSY_MS = 10_000;

/** Opens the history in `directory`; `create` makes it where there is none. The error is a sentence, or `absent`. */
export function openDatabase(directory: string, options: OpenOptions): Result<Database, string> {
  const { create, transition = () => undefined } = options;
  const path = join(directory, FILE);
  let sqlite: Sqlite | undefined;
  try {
    if (!existsSync(path)) {
      if (!create) return fail('absent');
      makeDirectory(directory);
      makeFile(directory, path, transition);
    }
    if (statSync(path).size === 0) return fail(damaged(directory, 'its database is empty'));
    sqlite = openSqlite(path);
    sqlite.exec(`PRAGMA busy_timeout = ${BUSY_MS}; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL`);
    const version = versionOf(sqlite);
    if (version > SCHEMA_VERSION) {
      sqlite.close();
      const sentence = `The history in "${directory}" was written by a newer hwfe (its version is ${version}, this hwfe reads up to ${SCHEMA_VERSION}); update hwfe, or name another place: HWFE_STATE_DIR=DIR`;
      return fail(sentence);
    }
    migrate(sqlite);
    return ok(withWrite(sqlite, directory, transition));
  } catch (error) {
    try {
      sqlite?.close();
    } catch {}
    const sentence = explain(error, directory);
    if (sentence === undefined) throw error;
    return fail(sentence);
  }
}

/** What is wrong with the history, as a sentence; nothing where the error is ours. */
export function explain(error: unknown, directory: string): string | undefined {
  const trouble = troubleOf(error) ?? fileTroubleOf(error);
  const message = error instanceof Error ? error.message : String(error);
  switch (trouble) {
    case undefined:
      return undefined;
    case 'missing':
      return `The history in "${directory}" needs SQLite: use Node 22.13 or newer, or install the package "libsql" with its optional packages (${message})`;
    case 'busy':
      return `The history in "${directory}" is held by another process for over ${BUSY_MS / 1000} s`;
    case 'full':
      return `The history in "${directory}" cannot be written: the disk is full`;
    case 'read-only':
    case 'cannot-open':
      return `The history in "${directory}" cannot be written: ${whyRefused(error)}`;
    case 'failing-disk':
      return `The history in "${directory}" cannot be read or written: ${message}`;
    case 'damaged':
      return damaged(directory, message);
  }
}

function damaged(directory: string, how: string): string {
  return `The history in "${directory}" is damaged: ${how}; move it away to begin a new one: mv ${directory} ${directory}-damaged`;
}

function fileTroubleOf(error: unknown): SqliteTrouble | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'full';
  if (code === 'EIO') return 'failing-disk';
  return typeof code === 'string' && /^E[A-Z]+$/.test(code) ? 'cannot-open' : undefined;
}

function makeDirectory(directory: string): void {
  makeFolders(directory);
  const ignore = join(directory, '.gitignore');
  if (!existsSync(ignore)) writeFileSync(ignore, '*\n', { mode: 0o600 });
}

/** Node's own way with parents never ends where a file system has no room for them, as /proc. */
function makeFolders(directory: string): void {
  if (existsSync(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) makeFolders(parent);
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (error) {
    // Another process was faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
}

/** A new database appears whole, so that an empty file is never taken for a new one. */
function makeFile(directory: string, path: string, transition: Database['transition']): void {
  const draft = join(directory, `${FILE}.${process.pid}.new`);
  rmSync(draft, { force: true });
  const sqlite = openSqlite(draft);
  try {
    chmodSync(draft, 0o600);
    migrate(sqlite);
    sqlite.close();
    transition('database made');
    linkSync(draft, path);
    transition('database in place');
  } catch (error) {
    // Another process was faster.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function withWrite(sqlite: Sqlite, directory: string, transition: Database['transition']): Database {
  const asked = sqlite.prepare('PRAGMA data_version');
  let isWriting = false;
  let known: number | undefined;
  return {
    directory,
    transition,
    exec: (sql) => sqlite.exec(sql),
    prepare: (sql) => sqlite.prepare(sql),
    close: () => sqlite.close(),
    changes() {
      if (isWriting && known !== undefined) return known;
      return (known = Number(Object.values(asked.all()[0] ?? {})[0]));
    },
    write(work) {
      sqlite.exec('BEGIN IMMEDIATE');
      isWriting = true;
      known = undefined;
      try {
        const value = work();
        transition('rows written');
        sqlite.exec('COMMIT');
        transition('rows committed');
        return value;
      } catch (error) {
        try {
          sqlite.exec('ROLLBACK');
        } catch {
          // SQLite has rolled back already where the disk is full.
        }
        throw error;
      } finally {
        isWriting = false;
      }
    },
  };
}
