/** Draws a plan: in letters, for Mermaid, for Graphviz, as JSON. */
import { harmlessJson } from './harmless-json.ts';
import { describeGrants, layersFor } from '../model/permissions.ts';
import type { Plan } from '../model/plan.ts';
import { unreachable } from '../model/unreachable.ts';
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
  const lines = [
    `${visible(plan.workflow.name)}: ${countSteps(plan.steps.length)} in ${countLevels(plan.levels.length)}`,
    '',
  ];
  const gutter = String(plan.levels.length).length;
  const names = Math.min(32, Math.max(...plan.steps.map(({ step }) => step.name.length)));
  const languages = Math.max(...plan.steps.map(({ step }) => step.language.length));
  plan.levels.forEach((level, index) => {
    if (index > 0) lines.push(`${' '.repeat(gutter)}  |`, `${' '.repeat(gutter)}  v`);
    level.forEach((at, row) => {
      const { step, dependsOn } = plan.steps[at]!;
      const number = row === 0 ? String(index + 1).padStart(gutter) : ' '.repeat(gutter);
      const needs = dependsOn.map((dependency) => plan.steps[dependency]!.step.name).join(', ');
      const arrow = needs === '' ? '' : `  <- ${needs}`;
      const granted = visible(describeGrants(layersFor(step, undefined), step.language));
      const may = granted === '' ? '' : `  (${granted})`;
      lines.push(`${number}  ${step.name.padEnd(names)}  ${step.language.padEnd(languages)}${arrow}${may}`.trimEnd());
    });
  });
  return lines;
}

function mermaid(plan: Plan): string[] {
  const escape = (text: string): string => visible(text).replace(/[#"<>&]/g, (sign) => `#${sign.codePointAt(0)};`);
  const lines = ['flowchart TD'];
  for (const { index, step } of plan.steps) lines.push(`  s${index}["${escape(step.name)}<br/>${step.language}"]`);
  for (const { index, dependsOn } of plan.steps) for (const from of dependsOn) lines.push(`  s${from} --> s${index}`);
  return lines;
}

function dot(plan: Plan): string[] {
  const quote = (text: string): string => `"${visible(text).replace(/["\\]/g, '\\$&')}"`;
  const lines = [`digraph ${quote(plan.workflow.name)} {`, '  node [shape=box];'];
  for (const { step } of plan.steps) {
    lines.push(`  ${quote(step.name)} [label=${quote(step.name).slice(0, -1)}\\n${step.language}"];`);
  }
  for (const level of plan.levels) {
    lines.push(`  { rank=same; ${level.map((index) => `${quote(plan.steps[index]!.step.name)};`).join(' ')} }`);
  }
  for (const { step, dependsOn } of plan.steps) {
    for (const from of dependsOn) lines.push(`  ${quote(plan.steps[from]!.step.name)} -> ${quote(step.name)};`);
  }
  return [...lines, '}'];
}

function json(plan: Plan): string[] {
  const nameOf = (index: number): string => plan.steps[index]!.step.name;
  const document = {
    workflow: plan.workflow.name,
    levels: plan.levels.map((level) => level.map(nameOf)),
    steps: plan.steps.map(({ step, level, dependsOn }) => ({
      name: step.name,
      language: step.language,
      level,
      depends_on: dependsOn.map(nameOf),
      ...(step.permissions.length > 0 && { permissions: step.permissions }),
    })),
  };
  return harmlessJson(JSON.stringify(document, null, 2)).split('\n');
}
