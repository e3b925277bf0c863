/** SQLite as this Node has it: `node:sqlite`, else libsql's prebuilt package. */
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
    Libsql = createRequire(import.meta.url)('libsql') as typeof Libsql;
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
