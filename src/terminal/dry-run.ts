/** Shows what a run would do without doing it. */
import type { Isolation, Runtime } from '../../runners/contract.ts';
import { formatDuration } from '../model/duration.ts';
import { type Allowed, describeGrants, type Held, layersFor } from '../model/permissions.ts';
import { everyStep, pathOf } from '../model/nested.ts';
import type { Plan, PlannedStep } from '../model/plan.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';
import { isCode, kindWord, type Step } from '../model/step.ts';
import type { Style } from './style.ts';
import { boundsOfWorkflow, conditionsOf } from './conditions.ts';
import { visible } from './visible.ts';
import { countSteps } from './words.ts';

/** What the run would use, after flags, workflow and configuration. */
export interface DryRun {
  readonly mode: ExecutionMode;
  /** At most so many steps at once. */
  readonly cap: number;
  /** Fewer while the machine is busy. */
  readonly isAuto?: boolean;
  readonly failureMode: FailureMode;
  /** 0 for none. */
  readonly timeoutMs: number;
  readonly runtimeOf: (step: Step) => Runtime;
  readonly isolationOf: (step: Step) => Isolation;
  /** What it would take from the cache, in lines; empty where there is nothing to say. */
  readonly forecast?: readonly string[];
  /** What the command line allows besides. */
  readonly allowed?: Allowed | undefined;
}

export function renderDryRun(plan: Plan, run: DryRun, style: Style): string[] {
  const { name, file } = plan.workflow;
  const auto = run.isAuto === true ? ', fewer while the machine is busy' : '';
  const cap = run.mode === 'sequential' ? '' : `, at most ${run.cap} at once${auto}`;
  const timeout = run.timeoutMs > 0 ? `, at most ${formatDuration(run.timeoutMs)}` : '';
  const names = Math.min(
    32,
    Math.max(0, ...everyStep(plan).map(({ step, depth }) => 2 * depth + pathOf(step.name).at(-1)!.length)),
  );
  const lines = [
    `${style.bold(visible(name))} ${style.dim(`(${visible(file.path)})`)}: ${countSteps(plan.steps.length)}, ${run.mode}${cap}${timeout}; when a step fails: ${run.failureMode}`,
  ];
  const bounds = boundsOfWorkflow(plan.workflow);
  if (bounds.length > 0) lines.push(visible(bounds.join(', ')));
  plan.levels.forEach((level, index) => {
    lines.push('', style.bold(`Level ${index + 1}`));
    for (const at of level) lines.push(...rowsOf(plan, plan.steps[at]!, 0, { run, names, style }));
  });
  return [...lines, '', ...(run.forecast ?? []), 'Nothing was run.'];
}

function howItRuns(step: Step, run: DryRun): string {
  if (!isCode(step) || step.language === 'action') return kindWord(step);
  return `${step.language}, ${step.language === 'shell' ? 'process' : run.runtimeOf(step)}`;
}

interface Rows {
  readonly run: DryRun;
  readonly names: number;
  readonly style: Style;
}

/** The step's own row, and those of the steps inside it. */
function rowsOf(plan: Plan, { step, dependsOn, inside }: PlannedStep, depth: number, rows: Rows): string[] {
  const { run, names, style } = rows;
  const needs = dependsOn.map((dependency) => plan.steps[dependency]!.step.name);
  const facts = [
    howItRuns(step, run),
    run.isolationOf(step) === 'thread' ? '' : `isolation ${run.isolationOf(step)}`,
    ...conditionsOf(step).map(visible),
    visible(describeGrants(layersFor(held(step, run), run.allowed), held(step, run))),
    needs.length === 0 ? '' : `needs ${needs.join(', ')}`,
  ];
  const name = `${'  '.repeat(depth)}${step.name}`.padEnd(names);
  return [
    `  ${name}  ${style.dim(facts.filter((fact) => fact !== '').join('; '))}`,
    ...(inside?.steps ?? []).flatMap((inner) => rowsOf(inside!, inner, depth + 1, rows)),
  ];
}

/** As it will run. */
function held(step: Step, run: DryRun): Held {
  return { ...step, runtime: run.runtimeOf(step), isolation: run.isolationOf(step) };
}
