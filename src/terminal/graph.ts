/** Draws a plan: in letters, for Mermaid, for Graphviz, as JSON. */
import { harmlessJson } from './harmless-json.ts';
import { describeGrants, layersFor } from '../model/permissions.ts';
import type { Plan } from '../model/plan.ts';
import { kindWord, type Step } from '../model/workflow.ts';
import { unreachable } from '../model/unreachable.ts';
import { boundsOfWorkflow, caseFor, conditionsOf, describeOver, isMatrix } from './conditions.ts';
import { visible } from './visible.ts';
import { countLevels, countSteps } from './words.ts';

export type GraphFormat = 'ascii' | 'mermaid' | 'dot' | 'json';
export const GRAPH_FORMATS: readonly GraphFormat[] = ['ascii', 'mermaid', 'dot', 'json'];

/** The lines of the drawing. */
export function renderGraph(plan: Plan, format: GraphFormat): string[] {
  switch (format) {
    case 'ascii':
      return ascii(plan);
    case 'mermaid':
      return mermaid(plan);
    case 'dot':
      return dot(plan);
    case 'json':
      return json(plan);
    default:
      return unreachable(format);
  }
}

/** Levels from top to bottom, each step with what it waits for. */
function ascii(plan: Plan): string[] {
  const bounds = boundsOfWorkflow(plan.workflow);
  const lines = [
    `${visible(plan.workflow.name)}: ${countSteps(plan.steps.length)} in ${countLevels(plan.levels.length)}`,
    ...(bounds.length === 0 ? [] : [visible(bounds.join(', '))]),
    '',
  ];
  const gutter = String(plan.levels.length).length;
  const names = Math.min(32, Math.max(...plan.steps.map(({ step }) => step.name.length)));
  const languages = Math.max(...plan.steps.map(({ step }) => kindWord(step).length));
  plan.levels.forEach((level, index) => {
    if (index > 0) lines.push(`${' '.repeat(gutter)}  |`, `${' '.repeat(gutter)}  v`);
    level.forEach((at, row) => {
      const { step, dependsOn } = plan.steps[at]!;
      const number = row === 0 ? String(index + 1).padStart(gutter) : ' '.repeat(gutter);
      const needs = dependsOn.map((dependency) => needOf(plan.steps[dependency]!.step, step.name)).join(', ');
      const conditions = conditionsOf(step);
      const when = conditions.length === 0 ? '' : `  [${visible(conditions.join('; '))}]`;
      const arrow = needs === '' ? '' : `  <- ${needs}`;
      const granted = visible(describeGrants(layersFor(step, undefined), step));
      const may = granted === '' ? '' : `  (${granted})`;
      lines.push(
        `${number}  ${step.name.padEnd(names)}  ${kindWord(step).padEnd(languages)}${arrow}${when}${may}`.trimEnd(),
      );
    });
  });
  return lines;
}

/** The dependency, with the case that its `switch` has for the step. */
function needOf(dependency: Step, step: string): string {
  const word = caseFor(dependency, step);
  return word === undefined ? dependency.name : `${dependency.name} (${visible(word)})`;
}

function mermaid(plan: Plan): string[] {
  const escape = (text: string): string => visible(text).replace(/[#"<>&]/g, (sign) => `#${sign.codePointAt(0)};`);
  const lines = ['flowchart TD'];
  for (const { index, step } of plan.steps) {
    const words = [escape(step.name), kindWord(step), ...conditionsOf(step).map(escape)].join('<br/>');
    lines.push(`  s${index}["${words}"]`);
  }
  for (const { index, step, dependsOn } of plan.steps) {
    for (const from of dependsOn) {
      const word = caseFor(plan.steps[from]!.step, step.name);
      lines.push(`  s${from} -->${word === undefined ? '' : `|"${escape(word)}"|`} s${index}`);
    }
  }
  return lines;
}

function dot(plan: Plan): string[] {
  const quote = (text: string): string => `"${visible(text).replace(/["\\]/g, '\\$&')}"`;
  const lines = [`digraph ${quote(plan.workflow.name)} {`, '  node [shape=box];'];
  for (const { step } of plan.steps) {
    const words = [step.name, kindWord(step), ...conditionsOf(step)]
      .map((word) => quote(word).slice(1, -1))
      .join('\\n');
    lines.push(`  ${quote(step.name)} [label="${words}"];`);
  }
  for (const level of plan.levels) {
    lines.push(`  { rank=same; ${level.map((index) => `${quote(plan.steps[index]!.step.name)};`).join(' ')} }`);
  }
  for (const { step, dependsOn } of plan.steps) {
    for (const from of dependsOn) {
      const word = caseFor(plan.steps[from]!.step, step.name);
      const label = word === undefined ? '' : ` [label=${quote(word)}]`;
      lines.push(`  ${quote(plan.steps[from]!.step.name)} -> ${quote(step.name)}${label};`);
    }
  }
  return [...lines, '}'];
}

function json(plan: Plan): string[] {
  const nameOf = (index: number): string => plan.steps[index]!.step.name;
  const document = {
    workflow: plan.workflow.name,
    ...(plan.workflow.pools && {
      pools: Object.fromEntries(
        plan.workflow.pools.map(({ name, size, rate }) => [
          name,
          { ...(size !== Number.MAX_SAFE_INTEGER && { size }), ...(rate && { rate: rate.text }) },
        ]),
      ),
    }),
    ...(plan.workflow.lock && { lock: plan.workflow.lock.name }),
    levels: plan.levels.map((level) => level.map(nameOf)),
    steps: plan.steps.map(({ step, level, dependsOn }) => ({
      name: step.name,
      language: step.language,
      ...(step.script?.kind === 'action' && { action: step.script.action }),
      level,
      depends_on: dependsOn.map(nameOf),
      ...(step.condition && { if: step.condition.text }),
      ...(step.runIf &&
        (step.runIf.rule === 'at_least' ? { at_least: step.runIf.count } : { run_if: step.runIf.rule })),
      ...(step.loop && { loop: { until: step.loop.until.text, max: step.loop.max, delay_ms: step.loop.delayMs } }),
      ...(step.foreach && {
        [isMatrix(step.foreach.over) ? 'matrix' : 'foreach']: describeOver(step.foreach.over),
        ...(step.foreach.maxConcurrent !== undefined && { max_concurrent: step.foreach.maxConcurrent }),
        on_failed_item: step.foreach.onFailedItem,
      }),
      ...(step.retryIf && { retry_if: step.retryIf.text }),
      ...(step.deadlineMs !== undefined && { deadline_ms: step.deadlineMs }),
      ...(step.ignoreFailure === true && { ignore_failure: true }),
      ...(step.pool !== undefined && { pool: step.pool }),
      ...(step.rate && { rate: step.rate.text }),
      ...(step.priority !== undefined && { priority: step.priority }),
      ...(step.cost !== undefined && { cost: step.cost }),
      ...(step.lock && { lock: step.lock.name }),
      ...(step.branches && {
        switch: step.branches.on.text,
        case: Object.fromEntries(step.branches.cases),
        default: step.branches.others,
      }),
      ...(step.permissions.length > 0 && { permissions: step.permissions }),
    })),
  };
  return harmlessJson(JSON.stringify(document, null, 2)).split('\n');
}
