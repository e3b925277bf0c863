/** Forgets runs by age, number and size, and what only they needed. */
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './database.ts';
import { isAlive } from './owner.ts';
import type { Row } from './sqlite.ts';

export interface Retention {
  /** Runs that began before are forgotten, and outputs in the cache that nobody used since; milliseconds since the epoch. */
  readonly before?: number;
  /** Of each workflow, all runs but so many of the newest are forgotten. */
  readonly keep?: number;
  /** The oldest runs are forgotten until what is kept takes no more bytes than this. */
  readonly mostBytes?: number;
  /** Only says what would be forgotten. */
  readonly dryRun: boolean;
}

export interface Collected {
  /** Ids, the oldest first. */
  readonly runs: readonly string[];
  readonly cached: number;
  /** Of the directory, before and after. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** A large output's file comes before its row does; younger ones are left alone. */
const YOUNG_MS = 3_600_000;
/** How many of the oldest runs go at once where there is too much. */
const SOME = 10;

export function collectGarbage(database: Database, retention: Retention): Collected {
  const bytesBefore = sizeOf(database.directory);
  const { before = 0, keep, dryRun } = retention;
  const all = forgettable(database);
  const old = all.filter((run) => Number(run['started_at']) < before);
  const surplus = keep === undefined ? [] : beyondNewest(database, all, keep);
  const doomed = all.filter((run) => old.includes(run) || surplus.includes(run));
  const entries = Number(database.prepare('SELECT count(*) AS n FROM cache WHERE used_at < ?').all(before)[0]!['n']);
  const runs = doomed.map(({ id }) => String(id));
  if (dryRun) return { runs, cached: entries, bytesBefore, bytesAfter: bytesBefore };
  forget(database, doomed, before);
  const { mostBytes = Number.POSITIVE_INFINITY } = retention;
  let left = forgettable(database);
  while (sizeOf(database.directory) > mostBytes && left.length > 0) {
    const next = left.slice(0, SOME);
    // What the cache alone holds goes with the runs of its time.
    forget(database, next, Number(left[SOME]?.['started_at'] ?? Date.now()));
    runs.push(...next.map(({ id }) => String(id)));
    left = forgettable(database);
  }
  return { runs, cached: entries, bytesBefore, bytesAfter: sizeOf(database.directory) };
}

/** The oldest first: neither pinned nor under way. */
function forgettable(database: Database): Row[] {
  return database
    .prepare(
      'SELECT key, id, workflow, started_at, status, pid, process, machine FROM runs WHERE pinned = 0 ORDER BY key',
    )
    .all()
    .filter(
      ({ status, pid, process, machine }) =>
        status !== 'running' || !isAlive({ pid: Number(pid), process: String(process), machine: String(machine) }),
    );
}

/** Pinned ones and those under way count among the newest. */
function beyondNewest(database: Database, runs: readonly Row[], keep: number): Row[] {
  const newest = database
    .prepare(
      'SELECT key FROM (SELECT key, row_number() OVER (PARTITION BY workflow ORDER BY key DESC) AS place FROM runs) WHERE place <= ?',
    )
    .all(keep)
    .map(({ key }) => key);
  const kept = new Set(newest);
  return runs.filter(({ key }) => !kept.has(key!));
}

function forget(database: Database, runs: readonly Row[], before: number): void {
  for (const run of runs) {
    database.write(() => {
      for (const table of ['events', 'steps', 'items'])
        database.prepare(`DELETE FROM ${table} WHERE run = ?`).run(run['key']!);
      database.prepare('DELETE FROM inbox WHERE run = ?').run(run['id']!);
      database.prepare('DELETE FROM runs WHERE key = ?').run(run['key']!);
    });
  }
  database.write(() => {
    database.prepare('DELETE FROM cache WHERE used_at < ?').run(before);
    database.exec(`DELETE FROM contents WHERE hash NOT IN (
      SELECT definition FROM runs
      UNION SELECT output FROM steps WHERE output IS NOT NULL
      UNION SELECT output FROM cache
      UNION SELECT value FROM items
      UNION SELECT unhex(json_extract(file.value, '$.hash')) FROM cache, json_each(cache.files) AS file WHERE cache.files IS NOT NULL
    )`);
  });
  removeFiles(database);
  database.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
}

function removeFiles(database: Database): void {
  const known = new Set(
    database
      .prepare("SELECT hex(hash) AS hash FROM contents WHERE form = 'file'")
      .all()
      .map(({ hash }) => String(hash).toLowerCase()),
  );
  for (const { folder, name, path } of files(join(database.directory, 'values'))) {
    const { mtimeMs } = statSync(path);
    if (!known.has(folder + name) && Date.now() - mtimeMs > YOUNG_MS) rmSync(path, { force: true });
  }
}

function files(directory: string): { folder: string; name: string; path: string }[] {
  return list(directory).flatMap((folder) =>
    list(join(directory, folder)).map((name) => ({ folder, name, path: join(directory, folder, name) })),
  );
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function sizeOf(directory: string): number {
  const all = [
    ...list(directory).map((name) => join(directory, name)),
    ...files(join(directory, 'values')).map(({ path }) => path),
  ];
  return all.reduce((sum, path) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return sum + (found?.isFile() === true ? found.size : 0);
  }, 0);
}
