/** Reads whether a step runs, and which of its dependants go on. */
import type { Each, Expression } from '../model/template.ts';
import type { Branches, Loop, RunIf, Step } from '../model/step.ts';
import type { TableValue, TextValue } from './document.ts';
import { CONTROL_FIELDS } from './fields/control-fields.ts';
import { isWhole } from './fields/collections.ts';
import { isMeant } from './fields/respelt.ts';
import { STEP_FIELDS, type StepFields } from './fields/step-fields.ts';
import type { Mentions } from './mentions.ts';
import type { TextContext } from './templates/text.ts';
import type { UseContext } from './templates/uses.ts';

export type Control = Pick<
  Step,
  | 'condition'
  | 'runIf'
  | 'branches'
  | 'loop'
  | 'retryIf'
  | 'deadlineMs'
  | 'ignoreFailure'
  | 'fallback'
  | 'onFailure'
  | 'compensate'
>;

const NOTHING: Control = {};

/** Most steps have none of it, and share one answer. */
export function readControl(
  step: string,
  table: TableValue,
  fields: StepFields,
  files: TextContext & { readonly each?: Each | undefined },
  each: Each | undefined,
): Control {
  const { if: condition, run_if: rule, at_least: count } = fields;
  if (!Object.keys(CONTROL_FIELDS).some((name) => table.entries.has(name))) return NOTHING;
  const of = (field: string): string => `"${field}" of step "${step}"`;
  const tell = (field: string, message: string): void =>
    files.mistakes.add('bad-condition', table.entries.get(field)?.keySpan, message);
  if (rule !== undefined && count !== undefined) {
    tell('at_least', `Leave out "run_if" or "at_least" of step "${step}": each says alone when it starts`);
  }
  const runIf = runIfOf(rule, count);
  const ofItem = each === undefined ? {} : { each };
  // Whether it runs at all, and what it leads to, is asked once for all items.
  const around = files.each === undefined ? {} : { each: files.each };
  const branches = readBranches(step, table, fields, around, files, tell);
  const loop = readLoop(step, table, fields, ofItem, files, tell);
  noteMentions(step, table, fields, files.uses.mentions);
  const { retry_if: retryIf, deadline, ignore_failure: ignoreFailure } = fields;
  if (retryIf !== undefined && !isMeant(table, 'retries', STEP_FIELDS)) {
    tell('retry_if', `Give step "${step}" "retries" as well: "retry_if" only rules some of them out`);
  }
  return {
    ...(condition && {
      condition: readExpression(condition, { step, what: of('if'), ...around, isCondition: true }, files),
    }),
    ...(runIf && { runIf }),
    ...(branches && { branches }),
    ...(loop && { loop }),
    ...(retryIf && {
      retryIf: readExpression(
        retryIf,
        { step, what: of('retry_if'), within: 'failure', ...ofItem, isCondition: true },
        files,
      ),
    }),
    ...(deadline !== undefined && { deadlineMs: deadline }),
    ...(ignoreFailure === true && { ignoreFailure }),
    ...(fields.compensate !== undefined && { compensate: fields.compensate }),
    ...(fields.fallback !== undefined && { fallback: fields.fallback }),
    ...(fields.on_failure && { onFailure: fields.on_failure.map(({ text }) => text) }),
  };
}

function noteMentions(step: string, table: TableValue, fields: StepFields, mentions: Mentions): void {
  for (const field of ['fallback', 'compensate'] as const) {
    const other = fields[field];
    const entry = table.entries.get(field);
    if (other !== undefined && entry !== undefined) mentions.add(step, field, other, entry.value.span);
  }
  for (const { text, span } of fields.on_failure ?? []) mentions.add(step, 'on_failure', text, span);
  const chosen = [...(fields.case ?? []).flatMap(({ steps }) => steps), ...(fields.default?.steps ?? [])];
  for (const { text, span } of chosen) mentions.add(step, 'switch', text, span);
}

function runIfOf(rule: StepFields['run_if'], count: number | undefined): RunIf | undefined {
  if (count !== undefined) return { rule: 'at_least', count };
  return rule === undefined || rule === 'all_success' ? undefined : { rule };
}

function readBranches(
  step: string,
  table: TableValue,
  fields: StepFields,
  around: { readonly each?: Each },
  files: TextContext,
  tell: (field: string, message: string) => void,
): Branches | undefined {
  const { switch: on, case: cases } = fields;
  const { steps: others = [] } = fields.default ?? {};
  if (on === undefined) {
    if (isMeant(table, 'switch', STEP_FIELDS)) return undefined;
    for (const field of ['case', 'default'] as const) {
      if (field === 'case' ? cases !== undefined : others.length > 0)
        tell(field, `Give step "${step}" a "switch" with an expression; without one "${field}" chooses nothing`);
    }
    return undefined;
  }
  if (cases === undefined && !isMeant(table, 'case', STEP_FIELDS))
    tell('switch', `Give step "${step}" a "case" with the steps that its "switch" chooses`);
  return {
    on: readExpression(on, { step, what: `"switch" of step "${step}"`, within: 'result', ...around }, files),
    cases: (cases ?? []).map(({ word, steps }) => [word, steps.map(({ text }) => text)]),
    others: others.map(({ text }) => text),
  };
}

function readLoop(
  step: string,
  table: TableValue,
  { loop }: StepFields,
  ofItem: { readonly each?: Each },
  files: TextContext,
  tell: (field: string, message: string) => void,
): Loop | undefined {
  if (loop === undefined) return undefined;
  const { until, max = MOST_TURNS, delay = 0 } = loop;
  if (until === undefined) {
    if (isWhole(table.entries.get('loop')?.value, loop))
      tell('loop', `Give the loop of step "${step}" an "until": loop = { until = "output.done" }`);
    return undefined;
  }
  const what = `"until" of the loop of step "${step}"`;
  const context = { step, what, within: 'loop', ...ofItem, isCondition: true } as const;
  return { until: readExpression(until, context, files), max, delayMs: delay };
}

const MOST_TURNS = 100;

/** With or without the brackets of a template around it. */
export function readExpression(value: TextValue, context: UseContext, { uses }: TextContext): Expression {
  const [, braces, dollar = value.value] = /^\s*(?:\{\{([^]*)\}\}|\$\{([^]*)\})\s*$/.exec(value.value) ?? [];
  const text = (braces ?? dollar).trim();
  return uses.add(value, text, value.value.indexOf(text), context);
}
