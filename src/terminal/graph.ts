/** Draws a plan: in letters, for Mermaid, for Graphviz, as JSON. */
import { harmlessJson } from './harmless-json.ts';
import { describeGrants, layersFor } from '../model/permissions.ts';
import { everyStep, nameWithin, nestedWork, pathOf } from '../model/nested.ts';
import type { Plan, PlannedStep } from '../model/plan.ts';
import { kindWord, type RetryPolicy, type Step } from '../model/step.ts';
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

/** Levels from top to bottom, each step with what it waits for, and below it those inside it. */
function ascii(plan: Plan): string[] {
  const bounds = boundsOfWorkflow(plan.workflow);
  const lines = [
    `${visible(plan.workflow.name)}: ${countSteps(plan.steps.length)} in ${countLevels(plan.levels.length)}`,
    ...(bounds.length === 0 ? [] : [visible(bounds.join(', '))]),
    '',
  ];
  const gutter = String(plan.levels.length).length;
  const all = everyStep(plan);
  const widths = {
    name: Math.min(32, Math.max(...all.map(({ step, depth }) => 2 * depth + pathOf(step.name).at(-1)!.length))),
    language: Math.max(...all.map(({ step }) => kindWord(step).length)),
  };
  plan.levels.forEach((level, index) => {
    if (index > 0) lines.push(`${' '.repeat(gutter)}  |`, `${' '.repeat(gutter)}  v`);
    level.forEach((at, row) => {
      const number = row === 0 ? String(index + 1).padStart(gutter) : ' '.repeat(gutter);
      const [first = '', ...inner] = rowsOf(plan, plan.steps[at]!, 0, widths);
      lines.push(`${number}  ${first}`, ...inner.map((line) => `${' '.repeat(gutter)}  ${line}`));
    });
  });
  return lines;
}

/** The step's own row, and those of the steps inside it. */
function rowsOf(
  plan: Plan,
  { step, dependsOn, inside }: PlannedStep,
  depth: number,
  widths: { readonly name: number; readonly language: number },
): string[] {
  const needs = dependsOn.map((dependency) => needOf(plan.steps[dependency]!.step, step.name)).join(', ');
  const conditions = conditionsOf(step);
  const when = conditions.length === 0 ? '' : `  [${visible(conditions.join('; '))}]`;
  const arrow = needs === '' ? '' : `  <- ${needs}`;
  const granted = visible(describeGrants(layersFor(step, undefined), step));
  const may = granted === '' ? '' : `  (${granted})`;
  const name = `${'  '.repeat(depth)}${step.name}`.padEnd(widths.name);
  const row = `${name}  ${kindWord(step).padEnd(widths.language)}${arrow}${when}${may}`.trimEnd();
  return [row, ...(inside?.steps ?? []).flatMap((inner) => rowsOf(inside!, inner, depth + 1, widths))];
}

/** The dependency, with the case that its `switch` has for the step. */
function needOf(dependency: Step, step: string): string {
  const word = caseFor(dependency, step);
  return word === undefined ? dependency.name : `${dependency.name} (${visible(word)})`;
}

function mermaid(plan: Plan): string[] {
  return ['flowchart TD', ...mermaidSteps(plan, 's', '  ')];
}

const escape = (text: string): string => visible(text).replace(/[#"<>&]/g, (sign) => `#${sign.codePointAt(0)};`);

/** `id` begins the names of the nodes; a step with steps inside it is a subgraph of them. */
function mermaidSteps(plan: Plan, id: string, indent: string): string[] {
  const lines: string[] = [];
  for (const { index, step, inside } of plan.steps) {
    const words = [escape(step.name), kindWord(step), ...conditionsOf(step).map(escape)].join('<br/>');
    if (inside === undefined) lines.push(`${indent}${id}${index}["${words}"]`);
    else {
      lines.push(`${indent}subgraph ${id}${index}["${words}"]`);
      lines.push(...mermaidSteps(inside, `${id}${index}_`, `${indent}  `), `${indent}end`);
    }
  }
  for (const { index, step, dependsOn } of plan.steps) {
    for (const from of dependsOn) {
      const word = caseFor(plan.steps[from]!.step, step.name);
      lines.push(`${indent}${id}${from} -->${word === undefined ? '' : `|"${escape(word)}"|`} ${id}${index}`);
    }
  }
  return lines;
}

const quote = (text: string): string => `"${visible(text).replace(/["\\]/g, '\\$&')}"`;

function dot(plan: Plan): string[] {
  const hasInside = plan.steps.some(({ inside }) => inside !== undefined);
  const lines = [
    `digraph ${quote(plan.workflow.name)} {`,
    ...(hasInside ? ['  compound=true;'] : []),
    '  node [shape=box];',
  ];
  lines.push(...dotNodes(plan, undefined, '  '));
  for (const level of plan.levels) {
    // What stands in a box of its own cannot be put beside others.
    const alone = level.map((index) => plan.steps[index]!).filter(({ inside }) => inside === undefined);
    if (alone.length > 0) lines.push(`  { rank=same; ${alone.map(({ step }) => `${quote(step.name)};`).join(' ')} }`);
  }
  return [...lines, ...dotEdges(plan, undefined), '}'];
}

function dotNodes(plan: Plan, outer: string | undefined, indent: string): string[] {
  return plan.steps.flatMap(({ step, inside }) => {
    const name = outer === undefined ? step.name : nameWithin(outer, step.name);
    const words = [step.name, kindWord(step), ...conditionsOf(step)]
      .map((word) => quote(word).slice(1, -1))
      .join('\\n');
    if (inside === undefined) return [`${indent}${quote(name)} [label="${words}"];`];
    const nodes = dotNodes(inside, name, `${indent}  `);
    return [`${indent}subgraph ${quote(`cluster_${name}`)} {`, `${indent}  label="${words}";`, ...nodes, `${indent}}`];
  });
}

/** An edge to or from a box leads to a node in it, and ends at the box. */
function dotEdges(plan: Plan, outer: string | undefined): string[] {
  const nameOf = (index: number): string => {
    const { name } = plan.steps[index]!.step;
    return outer === undefined ? name : nameWithin(outer, name);
  };
  const nodeOf = (index: number): string => {
    const { inside } = plan.steps[index]!;
    const [first] = inside === undefined ? [] : everyStep(inside).filter(({ planned }) => planned.inside === undefined);
    return first === undefined ? nameOf(index) : nameWithin(nameOf(index), first.step.name);
  };
  return plan.steps.flatMap(({ index, step, dependsOn, inside }) => [
    ...dependsOn.map((from) => {
      const word = caseFor(plan.steps[from]!.step, step.name);
      const marks = [
        ...(word === undefined ? [] : [`label=${quote(word)}`]),
        ...(plan.steps[from]!.inside === undefined ? [] : [`ltail=${quote(`cluster_${nameOf(from)}`)}`]),
        ...(inside === undefined ? [] : [`lhead=${quote(`cluster_${nameOf(index)}`)}`]),
      ];
      return `  ${quote(nodeOf(from))} -> ${quote(nodeOf(index))}${marks.length === 0 ? '' : ` [${marks.join(', ')}]`};`;
    }),
    ...(inside === undefined ? [] : dotEdges(inside, nameOf(index))),
  ]);
}

function json(plan: Plan): string[] {
  return harmlessJson(JSON.stringify({ workflow: plan.workflow.name, ...graphOf(plan) }, null, 2)).split('\n');
}

/** What holds for the steps inside it. */
function rulesOf(step: Step): object {
  const work = nestedWork(step);
  if (work === undefined) return {};
  const { file, maxParallelSteps, failureMode } = work.inside;
  return {
    ...(work.kind === 'workflow' && { file: file.path }),
    ...(work.kind === 'race' && { settle: work.settle }),
    ...(work.kind === 'group' && maxParallelSteps !== undefined && { max_concurrent: maxParallelSteps }),
    ...(failureMode !== undefined && { failure_mode: failureMode }),
  };
}

function graphOf(plan: Plan): object {
  const nameOf = (index: number): string => plan.steps[index]!.step.name;
  const { pools, lock } = plan.workflow;
  return {
    ...(pools && {
      pools: Object.fromEntries(
        pools.map(({ name, size, rate }) => [
          name,
          { ...(size !== Number.MAX_SAFE_INTEGER && { size }), ...(rate && { rate: rate.text }) },
        ]),
      ),
    }),
    ...(lock && { lock: lock.name }),
    levels: plan.levels.map((level) => level.map(nameOf)),
    steps: plan.steps.map(({ step, level, dependsOn, inside }) => ({
      name: step.name,
      language: step.language,
      ...(step.script?.kind === 'action' && { action: step.script.action }),
      level,
      depends_on: dependsOn.map(nameOf),
      ...(step.work && { work: step.work }),
      ...(step.condition && { if: step.condition.text }),
      ...(step.runIf &&
        (step.runIf.rule === 'at_least' ? { at_least: step.runIf.count } : { run_if: step.runIf.rule })),
      ...(step.loop && { loop: { until: step.loop.until.text, max: step.loop.max, delay_ms: step.loop.delayMs } }),
      ...(step.foreach && {
        [isMatrix(step.foreach.over) ? 'matrix' : 'foreach']: describeOver(step.foreach.over),
        ...(step.foreach.maxConcurrent !== undefined && { max_concurrent: step.foreach.maxConcurrent }),
        on_failed_item: step.foreach.onFailedItem,
      }),
      ...(step.timeoutMs !== undefined && { timeout_ms: step.timeoutMs }),
      ...retriesOf(step.retry),
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
      ...(inside && { inside: { ...rulesOf(step), ...graphOf(inside) } }),
    })),
  };
}

function retriesOf({ retries, delayMs, backoff }: RetryPolicy): object {
  if (retries === 0) return {};
  if (backoff === undefined) return { retries, retry_delay_ms: delayMs };
  const { kind, baseMs, factor, maxMs, jitter } = backoff;
  return { retries, backoff: { kind, base_ms: baseMs, factor, max_ms: maxMs, jitter } };
}
