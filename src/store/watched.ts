/** The files that decide what a run of a plan gives. */
import { statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { GrantedFiles } from '../../runners/grants/granted-files.ts';
import type { GivenInputs } from '../model/event.ts';
import { actsOf, layersFor } from '../model/permissions.ts';
import { everyStep } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import { filesMatching } from '../globs.ts';

/**
 * Changes whenever one of the files does: the workflow, code files, modules, what steps say that they read, else what they may
 * read, and the files that were given as inputs. `cwd` is where hwfe was started.
 */
export function stateOfFiles(plan: Plan, cwd: string, given: GivenInputs = {}): string {
  const paths = new Set([resolve(cwd, plan.workflow.file.path)]);
  for (const { step, file: own } of everyStep(plan)) {
    const { script, reads = [], workingDir } = step;
    const file = resolve(cwd, own.path);
    paths.add(file);
    if (script !== undefined) paths.add(script.kind === 'module' ? script.path : resolve(cwd, script.origin.file));
    const start = workingDir === undefined ? cwd : resolve(file, '..', workingDir);
    for (const path of filesMatching(reads, start)) paths.add(resolve(start, path));
    if (step.reads === undefined) for (const path of grantedTo(step, dirname(file))) paths.add(path);
  }
  for (const { name, type } of plan.workflow.inputs ?? []) {
    const value = given[name];
    if (type === 'file' && typeof value === 'string') paths.add(resolve(cwd, value));
  }
  return [...paths].sort().map(stateOf).join('\n');
}

/** Absolute; none where they cannot all be told. */
function grantedTo(step: Step, directory: string): readonly string[] {
  const layers = layersFor(step, undefined);
  if (!actsOf(layers).includes('read')) return [];
  const files = new GrantedFiles({ directory, layers }, {});
  return (layers.at(-1)?.read ?? []).flatMap((pattern) => {
    const listed = files.list(pattern);
    return listed.ok ? listed.value.map((path) => resolve(directory, path)) : [];
  });
}

function stateOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return `${path} ${found?.mtimeMs} ${found?.size} ${found?.ino}`;
}
