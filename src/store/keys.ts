/** Finds the keys under which steps ran, with all that they were made of. */
import type { Manifest } from '../model/history.ts';
import type { Database } from './database.ts';

export interface PastKey {
  readonly run: string;
  readonly manifest: Manifest;
}

/** Of runs of a workflow that kept what the step gave, the newest first; a handful. Those before a run's key only, where it is given. */
export function keysOf(
  database: Database,
  workflow: string,
  step: string,
  before: number = Number.MAX_SAFE_INTEGER,
): PastKey[] {
  return database
    .prepare(
      `SELECT runs.id AS run, cache.manifest AS manifest FROM steps
       JOIN runs ON runs.key = steps.run JOIN cache ON cache.key = steps.cache_key
       WHERE steps.run IN (SELECT key FROM runs WHERE workflow = ? AND key < ? ORDER BY key DESC LIMIT 50)
         AND steps.step = ? AND steps.output IS NOT NULL
       ORDER BY runs.key DESC LIMIT 20`,
    )
    .all(workflow, before, step)
    .map((row) => ({ run: String(row['run']), manifest: JSON.parse(String(row['manifest'])) as Manifest }));
}

/** What the key of a step was made of; nothing where it was not to be cached, or the entry is gone. */
export function manifestOfStep(database: Database, run: number, step: string): Manifest | undefined {
  const [row] = database
    .prepare('SELECT manifest FROM cache WHERE key = (SELECT cache_key FROM steps WHERE run = ? AND step = ?)')
    .all(run, step);
  return row && (JSON.parse(String(row['manifest'])) as Manifest);
}
