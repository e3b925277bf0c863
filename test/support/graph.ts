// The tests' small language for graphs: 'a -> b -> d', 'a -> c'.
import type { Plan } from '../../src/model/plan.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import { type CodeStep, type HostStep, type Step, NO_RETRY } from '../../src/model/step.ts';
import { planWorkflow } from '../../src/plan/index.ts';

const FILE = { path: 'test.lua', text: '' };
const NOWHERE = { start: 0, end: 0 };

/** Steps in the order of their first mention; `b` alone is a step without dependencies. */
export function graph(...chains: string[]): Workflow {
  const dependencies = new Map<string, Set<string>>();
  for (const chain of chains) {
    let before: string | undefined;
    for (const name of chain.split('->').map((part) => part.trim())) {
      const needs = dependencies.get(name) ?? new Set();
      dependencies.set(name, needs);
      if (before !== undefined) needs.add(before);
      before = name;
    }
  }
  return workflowOf([...dependencies].map(([name, needs]) => step(name, [...needs])));
}

export function step(name: string, dependsOn: string[] = [], more: Partial<CodeStep> = {}): CodeStep {
  return {
    name,
    span: NOWHERE,
    language: 'lua',
    script: { kind: 'code', code: 'return 1', origin: { file: FILE.path, line: 1, verbatim: true } },
    dependsOn: dependsOn.map((dependency) => ({ name: dependency, span: NOWHERE })),
    retry: NO_RETRY,
    env: {},
    passEnv: [],
    packages: [],
    limits: {},
    permissions: [],
    ...more,
  };
}

export function hostStep(name: string, dependsOn: string[], work: HostStep['work']): HostStep {
  const {
    language: _,
    script: _s,
    packages: _p,
    runtime: _r,
    interpreter: _i,
    work: _w,
    ...common
  } = step(name, dependsOn) as CodeStep;
  return { ...common, language: work.kind, work };
}

export function workflowOf(steps: Step[], more: Partial<Workflow> = {}): Workflow {
  return { name: 'test', file: FILE, steps, ...more };
}

export function planOf(workflow: Workflow): Plan {
  const plan = planWorkflow(workflow);
  if (!plan.ok) throw new Error(plan.error.map((diagnostic) => diagnostic.message).join('\n'));
  return plan.value;
}
