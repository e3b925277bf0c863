/** The tables of the history, and how older ones become these. */
import type { Sqlite } from './sqlite.ts';

/**
 * The n-th entry leads from version n to n + 1. Hashes are SHA-256 as blobs, times milliseconds since the epoch. An event's
 * `body` is JSON, deflated where it is a blob; `contents` holds whatever is kept by its hash.
 */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    workflow TEXT NOT NULL,
    file TEXT NOT NULL,
    path TEXT NOT NULL,
    cwd TEXT NOT NULL,
    options TEXT NOT NULL,
    definition BLOB NOT NULL,
    steps INTEGER NOT NULL,
    status TEXT NOT NULL,
    stopped TEXT,
    started_at INTEGER NOT NULL,
    duration_ms REAL,
    counts TEXT,
    version TEXT NOT NULL,
    pid INTEGER NOT NULL,
    process TEXT NOT NULL,
    machine TEXT NOT NULL,
    wanted TEXT,
    pinned INTEGER NOT NULL DEFAULT 0
  );
  CREATE INDEX runs_by_workflow ON runs (workflow, id);
  CREATE INDEX runs_under_way ON runs (id) WHERE status = 'running';
  CREATE TABLE events (
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    step TEXT,
    body,
    PRIMARY KEY (run, seq)
  ) WITHOUT ROWID;
  CREATE INDEX events_of_step ON events (run, step) WHERE kind = 'step-printed';
  CREATE TABLE steps (
    run INTEGER NOT NULL,
    step TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at INTEGER,
    duration_ms REAL,
    output BLOB,
    size INTEGER,
    cache_key BLOB,
    cached_from TEXT,
    PRIMARY KEY (run, step)
  ) WITHOUT ROWID;
  CREATE TABLE contents (
    hash BLOB PRIMARY KEY,
    size INTEGER NOT NULL,
    form TEXT NOT NULL,
    data BLOB
  ) WITHOUT ROWID;
  CREATE TABLE cache (
    key BLOB PRIMARY KEY,
    run TEXT NOT NULL,
    step TEXT NOT NULL,
    output BLOB NOT NULL,
    manifest BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    used_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE salt (value BLOB NOT NULL);
  INSERT INTO salt VALUES (randomblob(32));
  `,
  // The files that a cached step wrote, as JSON.
  'ALTER TABLE cache ADD COLUMN files TEXT',
  // The tags of a run, as a JSON list; what a cached step said, as JSON.
  'ALTER TABLE runs ADD COLUMN tags TEXT; ALTER TABLE cache ADD COLUMN said TEXT',
  // What the events of that number name: the items of a step, or what some of them gave.
  `
  CREATE TABLE items (
    run INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    step TEXT NOT NULL,
    value BLOB NOT NULL,
    PRIMARY KEY (run, seq)
  ) WITHOUT ROWID
  `,
  // What is said to runs from outside: answers to their steps, and signals. Of the answers to one question the first stands.
  `
  CREATE TABLE inbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    run TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    ask TEXT NOT NULL,
    at INTEGER NOT NULL,
    said_by TEXT NOT NULL,
    body TEXT NOT NULL
  );
  CREATE INDEX inbox_of_run ON inbox (run, id);
  CREATE UNIQUE INDEX inbox_answers ON inbox (run, name, ask) WHERE kind = 'answer';
  `,
];

export const SCHEMA_VERSION: number = MIGRATIONS.length;

export function versionOf(sqlite: Sqlite): number {
  return Number(sqlite.prepare('PRAGMA user_version').all()[0]?.['user_version']);
}

/** Brings older tables to this version, whole or not at all; several processes may try at once. */
export function migrate(sqlite: Sqlite): void {
  if (versionOf(sqlite) === SCHEMA_VERSION) return;
  sqlite.exec('BEGIN IMMEDIATE');
  try {
    for (let version = versionOf(sqlite); version < SCHEMA_VERSION; version++) {
      sqlite.exec(`${MIGRATIONS[version]!}; PRAGMA user_version = ${version + 1}`);
    }
    sqlite.exec('COMMIT');
  } catch (error) {
    sqlite.exec('ROLLBACK');
    throw error;
  }
}
