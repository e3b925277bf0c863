/** What is written of runs, as SQL. */
import type { Database } from './database.ts';
import type { Statement } from './sqlite.ts';

/** The statements that all recordings of one store share. */
export interface RecordingStatements {
  readonly addRun: Statement;
  readonly settleRun: Statement;
  readonly parkRun: Statement;
  readonly keepWorkdir: Statement;
  readonly addEvent: Statement;
  readonly addItems: Statement;
  readonly putStep: Statement;
  readonly resumeRun: Statement;
  readonly stepsOf: Statement;
  readonly dropStep: Statement;
  readonly lastOf: Statement;
  readonly keyOf: Statement;
}

export function recordingStatements(database: Database): RecordingStatements {
  return {
    addRun: database.prepare(
      `INSERT INTO runs (id, workflow, file, path, cwd, options, definition, steps, status, started_at, version, pid, process, machine, tags)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?)`,
    ),
    settleRun: database.prepare(
      'UPDATE runs SET status = ?, stopped = ?, duration_ms = ?, counts = ?, wanted = NULL WHERE key = ?',
    ),
    parkRun: database.prepare(
      "UPDATE runs SET status = 'parked', duration_ms = ?, counts = ?, wanted = NULL WHERE key = ?",
    ),
    keepWorkdir: database.prepare("UPDATE runs SET options = json_set(options, '$.workdir', ?) WHERE key = ?"),
    addEvent: database.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)'),
    addItems: database.prepare('INSERT INTO items VALUES (?, ?, ?, ?)'),
    putStep: database.prepare(
      `INSERT INTO steps VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (run, step) DO UPDATE SET status = excluded.status, started_at = coalesce(excluded.started_at, started_at),
         duration_ms = excluded.duration_ms, output = excluded.output, size = excluded.size,
         cache_key = excluded.cache_key, cached_from = excluded.cached_from`,
    ),
    resumeRun: database.prepare(
      `UPDATE runs SET options = ?, definition = ?, steps = ?, stopped = NULL, duration_ms = NULL, counts = NULL, version = ?, tags = ?
       WHERE id = ?`,
    ),
    stepsOf: database.prepare('SELECT step FROM steps WHERE run = ?'),
    dropStep: database.prepare('DELETE FROM steps WHERE run = ? AND step = ?'),
    lastOf: database.prepare('SELECT max(seq) AS seq FROM events WHERE run = ?'),
    keyOf: database.prepare('SELECT key FROM runs WHERE id = ?'),
  };
}
