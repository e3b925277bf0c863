/** The files that decide what a run of a plan gives. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plan } from '../model/plan.ts';
import { filesMatching } from './globs.ts';

/**
 * Changes whenever one of the files does: the workflow, code files, modules, and what steps say that they read. `cwd` is
 * where hwfe was started.
 */
export function stateOfFiles(plan: Plan, cwd: string): string {
  const file = resolve(cwd, plan.workflow.file.path);
  const paths = new Set([file]);
  for (const { step } of plan.steps) {
    const { script, reads = [], workingDir } = step;
    paths.add(script.kind === 'module' ? script.path : resolve(cwd, script.origin.file));
    const start = workingDir === undefined ? cwd : resolve(file, '..', workingDir);
    for (const path of filesMatching(reads, start)) paths.add(resolve(start, path));
  }
  return [...paths].sort().map(stateOf).join('\n');
}

function stateOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return `${path} ${found?.mtimeMs} ${found?.size} ${found?.ino}`;
}
