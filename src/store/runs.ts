/** Reads the list of runs. */
import type { RunStatus, StopReason } from '../model/event.ts';
import type { GivenOptions, PastRun, PastStatus, StepCounts } from '../model/history.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Database } from './database.ts';
import { isAlive } from './owner.ts';
import type { Row, SqlValue } from './sqlite.ts';

export interface RunFilter {
  readonly workflow?: string;
  /** Of the workflow file; absolute. */
  readonly path?: string;
  readonly status?: PastStatus;
  /** Milliseconds since the epoch. */
  readonly since?: number;
  readonly until?: number;
  /** All of them. */
  readonly tags?: readonly string[];
  readonly limit?: number;
}

/** The newest first. */
export function listRuns(
  database: Database,
  { workflow, path, status, since, until, tags = [], limit = Number.MAX_SAFE_INTEGER }: RunFilter,
): PastRun[] {
  const conditions: string[] = [];
  const values: SqlValue[] = [];
  const where = (condition: string, value: SqlValue): void => {
    conditions.push(condition);
    values.push(value);
  };
  if (workflow !== undefined) where('workflow = ?', workflow);
  if (path !== undefined) where('path = ?', path);
  if (since !== undefined) where('started_at >= ?', since);
  if (until !== undefined) where('started_at <= ?', until);
  for (const tag of tags) where('EXISTS (SELECT 1 FROM json_each(runs.tags) WHERE value = ?)', tag);
  // Whether a run is interrupted is not in the database: nobody was left to write it.
  const isUnsettled = status === 'running' || status === 'interrupted';
  if (status !== undefined) where('status = ?', isUnsettled ? 'running' : status);
  const rows = database
    .prepare(
      `SELECT * FROM runs ${conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`} ORDER BY key DESC LIMIT ?`,
    )
    .all(...values, isUnsettled ? Number.MAX_SAFE_INTEGER : limit);
  const runs = rows.map((row) => runOf(database, row));
  return (isUnsettled ? runs.filter((run) => run.status === status) : runs).slice(0, limit);
}

/**
 * By its id, by the beginning of its id or of the id's last part, or as `latest`, `latest~1` (the one before it) and so on. The
 * error is a sentence.
 */
export function findRun(database: Database, name: string): Result<PastRun, string> {
  const [latest, back = '0'] = /^latest(?:~(\d{1,6}))?$/.exec(name) ?? [];
  if (latest !== undefined) {
    const runs = listRuns(database, { limit: Number(back) + 1 });
    const run = runs[Number(back)];
    if (runs.length === 0) return fail('No run is remembered yet; run a workflow: hwfe FILE');
    return run === undefined ? fail(`Only ${runs.length} runs are remembered; there is no "${name}"`) : ok(run);
  }
  // `_` is any character to LIKE, and no id has one.
  const plain = name.replaceAll(/[^0-9a-z-]/gi, '_');
  const rows = database
    .prepare('SELECT * FROM runs WHERE id LIKE ? OR id LIKE ? ORDER BY key DESC LIMIT 4')
    .all(`${plain}%`, `%-%-${plain}%`);
  const [row] = rows;
  if (row === undefined || name === '') return fail(`There is no run "${name}"; see: hwfe runs`);
  const exact = rows.find(({ id }) => id === name);
  if (exact !== undefined || rows.length === 1) return ok(runOf(database, exact ?? row));
  const some = rows.slice(0, 3).map(({ id }) => `"${String(id)}"`);
  return fail(
    `Several runs begin with "${name}": ${some.join(', ')}${rows.length > 3 ? ' …' : ''}; write more of the id`,
  );
}

export function runOf(database: Database, row: Row): PastRun {
  const text = (name: string): string => String(row[name]);
  const owner = { pid: Number(row['pid']), process: text('process'), machine: text('machine') };
  const kept = text('status') as 'running' | 'parked' | RunStatus;
  const counts = typeof row['counts'] === 'string' ? (JSON.parse(row['counts']) as StepCounts) : undefined;
  return {
    id: text('id'),
    workflow: text('workflow'),
    file: text('file'),
    path: text('path'),
    cwd: text('cwd'),
    options: JSON.parse(text('options')) as GivenOptions,
    status: kept === 'running' && !isAlive(owner) ? 'interrupted' : kept,
    ...(row['stopped'] !== null && { stopped: text('stopped') as StopReason }),
    startedAt: Number(row['started_at']),
    ...(row['duration_ms'] !== null && { durationMs: Number(row['duration_ms']) }),
    tags: typeof row['tags'] === 'string' ? (JSON.parse(row['tags']) as string[]) : [],
    steps: Number(row['steps']),
    counts: counts ?? countSteps(database, Number(row['key'])),
    version: text('version'),
    pid: owner.pid,
  };
}

function countSteps(database: Database, run: number): StepCounts {
  const rows = database.prepare('SELECT status, count(*) AS steps FROM steps WHERE run = ? GROUP BY status').all(run);
  const of = (status: string): number => Number(rows.find((row) => row['status'] === status)?.['steps'] ?? 0);
  return { succeeded: of('succeeded'), failed: of('failed'), cancelled: of('cancelled'), skipped: of('skipped') };
}
