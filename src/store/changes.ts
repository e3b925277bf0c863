/** What has changed in a workflow since a run of it. */
import type { RunDefinition, StepDefinition } from '../model/history.ts';
import { essence } from './code.ts';

export interface StepChange {
  readonly step: string;
  /** Fields that decide what the step does, by their names in the file; empty where the step is new or gone. */
  readonly fields: readonly string[];
  readonly how: 'changed' | 'added' | 'removed';
  /** The first line of code that differs. */
  readonly line?: { readonly before: string; readonly after: string };
}

/** In the order of the workflow as it is now, what was removed last. */
export function changesBetween(before: RunDefinition, after: RunDefinition): StepChange[] {
  const old = new Map(before.steps.map((step) => [step.name, step]));
  const changes: StepChange[] = [];
  for (const step of after.steps) {
    const was = old.get(step.name);
    old.delete(step.name);
    if (was === undefined) changes.push({ step: step.name, fields: [], how: 'added' });
    else {
      const fields = changedFields(was, step);
      const line = fields.includes('code') ? firstDifference(codeOf(was), codeOf(step)) : undefined;
      if (fields.length > 0) changes.push({ step: step.name, fields, how: 'changed', ...(line && { line }) });
    }
  }
  return [...changes, ...[...old.keys()].map((step) => ({ step, fields: [], how: 'removed' as const }))];
}

/** What decides a step's result; limits, retries and time limits decide only whether there is one. */
function changedFields(before: StepDefinition, after: StepDefinition): string[] {
  const [a, b] = [aspects(before), aspects(after)];
  return Object.keys(b).filter((field) => a[field] !== b[field]);
}

function aspects(step: StepDefinition): Record<string, string> {
  const { script } = step;
  const text = (value: unknown): string =>
    JSON.stringify(value ?? null, (_, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));
  return {
    language: step.language,
    runtime: text(step.runtime),
    interpreter: text(step.interpreter),
    code: step.work === undefined && step.script.kind === 'code' ? essence(step.script.code, step.language) : '',
    work: text(withoutLines(step.work)),
    action: script?.kind === 'action' ? script.action : '',
    module: script?.kind === 'module' ? `${script.module} ${step.moduleHash ?? ''}` : '',
    func: script?.kind === 'module' ? script.func : '',
    args: script?.kind === 'module' ? text(script.args) : '',
    depends_on: text([...step.dependsOn].sort()),
    env: text(
      Object.keys(step.env)
        .sort()
        .map((name) => [name, step.env[name]]),
    ),
    inputs: text(withoutLines(step.inputs)),
    templates: text(withoutLines(step.computedEnv)),
    register: text(step.register),
    if: text(withoutLines(step.condition)),
    run_if: text(step.runIf),
    switch: text(withoutLines(step.branches)),
    loop: text(withoutLines(step.loop)),
    foreach: text(withoutLines(step.foreach?.over)),
    pass_env: text(step.passEnv),
    clean_env: text(step.cleanEnv),
    secrets: text(step.secrets),
    permissions: text(step.permissions),
    working_dir: text(step.workingDir),
    packages: text(step.packages),
    deterministic: text(step.deterministic),
  };
}

/** Where an expression stands changes nothing. */
function withoutLines(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (key, inner: unknown) => (key === 'line' ? undefined : inner)),
  ) as unknown;
}

function codeOf({ script }: StepDefinition): string {
  return script?.kind === 'code' ? script.code : '';
}

function firstDifference(before: string, after: string): { before: string; after: string } {
  const [a, b] = [before.split('\n'), after.split('\n')];
  const at = a.findIndex((line, index) => line !== b[index]);
  const index = at === -1 ? a.length : at;
  return { before: a[index]?.trim() ?? '', after: b[index]?.trim() ?? '' };
}
