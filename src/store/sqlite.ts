/** SQLite as this Node has it: `node:sqlite`, else libsql's prebuilt package. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** Never a view on shared memory: libsql ends the process on one. */
export type SqlValue = null | number | string | Uint8Array;
export type Row = Readonly<Record<string, SqlValue>>;

export interface Statement {
  /** How many rows it changed. */
  run(...values: SqlValue[]): number;
  all(...values: SqlValue[]): Row[];
}

export interface Sqlite {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** What went wrong, where it is not a bug of ours. */
export type SqliteTrouble = 'missing' | 'busy' | 'full' | 'read-only' | 'damaged' | 'cannot-open' | 'failing-disk';

/** SQLite's primary result codes. */
const TROUBLES: Readonly<Record<number, SqliteTrouble>> = {
  5: 'busy',
  6: 'busy',
  8: 'read-only',
  10: 'failing-disk',
  11: 'damaged',
  13: 'full',
  14: 'cannot-open',
  26: 'damaged',
};

/** Nothing for errors that are ours. */
export function troubleOf(error: unknown): SqliteTrouble | undefined {
  if (error instanceof NoSqlite) return 'missing';
  if (typeof error !== 'object' || error === null) return undefined;
  const code = 'errcode' in error ? error.errcode : 'rawCode' in error ? error.rawCode : undefined;
  return typeof code === 'number' ? TROUBLES[code & 0xff] : undefined;
}

/** Makes the file if there is none; throws what `troubleOf` reads. */
export function openSqlite(path: string): Sqlite {
  const builtIn = loadBuiltIn();
  return builtIn === undefined ? openLibsql(path) : openBuiltIn(new builtIn.DatabaseSync(path));
}

interface BuiltIn {
  readonly DatabaseSync: new (path: string) => BuiltInDatabase;
}

interface BuiltInDatabase {
  exec(sql: string): void;
  prepare(sql: string): { run(...values: SqlValue[]): { changes: number | bigint }; all(...values: SqlValue[]): Row[] };
  close(): void;
}

/** Node warns that the module is experimental, which is nothing to tell a user of hwfe. */
function loadBuiltIn(): BuiltIn | undefined {
  // oxlint-disable-next-line typescript/unbound-method -- it is only put back
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    const get = (process as { getBuiltinModule?: (id: string) => unknown }).getBuiltinModule;
    return get?.('node:sqlite') as BuiltIn | undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

function openBuiltIn(database: BuiltInDatabase): Sqlite {
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (...values) => Number(statement.run(...values).changes),
        all: (...values) => statement.all(...values),
      };
    },
    close: () => database.close(),
  };
}

/**
 * The package asks for a report on the whole process, only to learn which C library there is. That takes 15 to 40 ms, far
 * longer than all else that remembers a short run, so it gets a report with nothing but the answer.
 */
function requireLibsql(): unknown {
  const require = createRequire(import.meta.url);
  const { report } = process;
  const library = process.platform === 'linux' ? libraryOfLinux() : undefined;
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- absent where Node was built without
  if (report === undefined || library === undefined) return require('libsql');
  // oxlint-disable-next-line typescript/unbound-method -- it is only put back
  const { getReport } = report;
  const header = library === 'glibc' ? { glibcVersionRuntime: '2' } : {};
  report.getReport = () => ({ header, sharedObjects: library === 'musl' ? ['libc.musl-'] : [] });
  try {
    return require('libsql');
  } finally {
    report.getReport = getReport;
  }
}

/** What this process has loaded. */
function libraryOfLinux(): 'glibc' | 'musl' | undefined {
  try {
    const maps = readFileSync('/proc/self/maps', 'latin1');
    if (/\/(ld-musl-|libc\.musl-)/.test(maps)) return 'musl';
    return /\/libc(-[\d.]+)?\.so/.test(maps) ? 'glibc' : undefined;
  } catch {
    return undefined;
  }
}

interface LibsqlDatabase {
  exec(sql: string): void;
  prepare(sql: string): {
    run(values: SqlValue[]): { changes: number };
    all(values: SqlValue[]): Record<string, SqlValue | ArrayBuffer>[];
  };
  close(): void;
}

/** Neither this Node nor its packages have it. */
class NoSqlite extends Error {}

function openLibsql(path: string): Sqlite {
  let Libsql: new (path: string) => LibsqlDatabase;
  try {
    Libsql = requireLibsql() as typeof Libsql;
  } catch (error) {
    throw new NoSqlite(error instanceof Error ? error.message.split('\n')[0] : String(error));
  }
  const database = new Libsql(path);
  return {
    exec: (sql) => database.exec(sql),
    prepare: (sql) => {
      const statement = database.prepare(sql);
      return {
        run: (...values) => statement.run(values).changes,
        all: (...values) => {
          const rows = statement.all(values);
          for (const row of rows) {
            for (const name in row) {
              const value = row[name];
              if (value instanceof ArrayBuffer) row[name] = new Uint8Array(value);
            }
          }
          return rows as Row[];
        },
      };
    },
    close: () => database.close(),
  };
}
