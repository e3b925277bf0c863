/** The steps inside a step, as a file says them. */
import type { Span } from '../model/source.ts';
import { unreachable } from '../model/unreachable.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Step } from '../model/step.ts';
import type { Outline } from '../model/outline.ts';
import type { NestedWork } from '../model/host-work.ts';
import type { Entry, TableValue } from './document.ts';
import { isWhole } from './fields/collections.ts';
import { RACE } from './fields/nested-fields.ts';
import { respelt } from './fields/respelt.ts';
import type { StepFields } from './fields/step-fields.ts';
import type { DecodedStep, StepContext } from './step-context.ts';
import { readText, strict } from './templates/text.ts';
import { Uses } from './templates/uses.ts';

/** Steps of one place that has its own names, not yet resolved. */
export interface Scope {
  readonly steps: readonly Step[];
  readonly outline: Outline['steps'];
  readonly uses: Uses;
  /** Of the steps inside steps, by the name of these. */
  readonly inside: ReadonlyMap<string, Scope>;
}

/** Another file whose steps run inside a step. */
export interface NestedFile {
  /** The step's name, and those of the steps around it, the outermost first. */
  readonly path: readonly string[];
  /** As the file says it. */
  readonly file: string;
  /** Of that text. */
  readonly span: Span;
  /** Where each of the step's `inputs` is named. */
  readonly inputs: ReadonlyMap<string, Span>;
}

export interface NestedPlace {
  readonly name: string;
  readonly entry: Entry;
  readonly table: TableValue;
}

/** How the steps inside are decoded; `decode` is that of any step. */
export type Decode = (name: string, entry: Entry, context: StepContext) => DecodedStep;

export interface ReadNested {
  readonly work: NestedWork;
  readonly scope?: Scope;
}

/** Nothing where what it says is missing or wrong, which has been told. */
export function readNested(
  kind: NestedWork['kind'],
  place: NestedPlace,
  fields: StepFields,
  context: StepContext,
  decode: Decode,
): ReadNested | undefined {
  switch (kind) {
    case 'workflow':
      return readFile(place, fields, context);
    case 'group':
      return readGroup(place, fields, context, decode);
    case 'race':
      return readRace(place, fields, context, decode);
    default:
      return unreachable(kind);
  }
}

function readFile(
  { name, table }: NestedPlace,
  { workflow }: StepFields,
  context: StepContext,
): ReadNested | undefined {
  if (workflow === undefined) return undefined;
  const { mistakes } = context;
  const told = mistakes.count;
  if (
    workflow.value.trim() === '' ||
    readText(workflow, strict({}), { what: '"workflow"' }, { ...context, uses: new Uses('', context.lines) })
  ) {
    const message = `Name one workflow file in "workflow" of step "${name}": its steps are planned before anything runs`;
    mistakes.add('bad-nesting', workflow.span, message);
  }
  const given = table.entries.get('inputs')?.value;
  const inputs = given?.kind === 'table' ? [...given.entries].map(([key, { keySpan }]) => [key, keySpan] as const) : [];
  context.files.push({
    path: [...context.around, name],
    file: workflow.value,
    span: workflow.span,
    inputs: new Map(inputs),
  });
  // What is inside is known once that file is read.
  const inside: Workflow = { name, file: context.file, steps: [] };
  return mistakes.count > told ? undefined : { work: { kind: 'workflow', inside } };
}

function readGroup(
  place: NestedPlace,
  fields: StepFields,
  context: StepContext,
  decode: Decode,
): ReadNested | undefined {
  const { parallel, callback, failure_mode: failureMode } = fields;
  if (parallel === undefined) return undefined;
  const { name, table } = place;
  // Of a step with items it is theirs.
  const cap = (fields.foreach ?? fields.matrix) === undefined ? fields.max_concurrent : undefined;
  const scope = readScope(place, parallel, context, decode);
  const called = callback === undefined ? undefined : table.entries.get('callback')!;
  const all = called === undefined ? scope : withCallback(name, called, { scope, failureMode }, context, decode);
  const inside: Workflow = {
    name,
    file: context.file,
    mode: 'work-stealing',
    ...(failureMode !== undefined && { failureMode }),
    ...(cap !== undefined && { maxParallelSteps: cap }),
    ...poolsOf(context),
    steps: all.steps,
  };
  return { work: { kind: 'group', inside, ...(called && { callback: CALLBACK }) }, scope: all };
}

const CALLBACK = 'callback';

/** It waits for all others, and gets no output by the name of one. */
function withCallback(
  group: string,
  entry: Entry,
  { scope, failureMode }: { readonly scope: Scope; readonly failureMode: StepFields['failure_mode'] },
  context: StepContext,
  decode: Decode,
): Scope {
  const taken = scope.outline.find(({ name }) => name === CALLBACK);
  if (taken !== undefined) {
    const related = [{ message: 'the callback is here', span: entry.keySpan }];
    const message = `Rename step "${CALLBACK}" in "parallel" of step "${group}": its callback has that name`;
    context.mistakes.add('duplicate-step', taken.span, message, related);
    return scope;
  }
  const { step, dependsOn, inside } = decode(CALLBACK, entry, {
    ...context,
    uses: scope.uses,
    around: [...context.around, group],
  });
  const others = scope.outline.map(({ name, span }) => ({ name, span }));
  const [own] = dependsOn;
  if (own !== undefined) {
    const message = `Leave "depends_on" out of the callback of step "${group}": it waits for all steps in "parallel"`;
    context.mistakes.add('bad-nesting', own.span, message);
  }
  const runIf = { rule: failureMode === 'continue' ? ('all_done' as const) : ('none_failed' as const) };
  const called = step && { ...step, dependsOn: others, runIf, takesFrom: [] };
  return {
    ...scope,
    steps: called === undefined ? scope.steps : [...scope.steps, called],
    outline: [...scope.outline, { name: CALLBACK, span: entry.keySpan, dependsOn: others }],
    inside: inside === undefined ? scope.inside : new Map([...scope.inside, [CALLBACK, inside]]),
  };
}

function readRace(
  place: NestedPlace,
  { race }: StepFields,
  context: StepContext,
  decode: Decode,
): ReadNested | undefined {
  if (race === undefined) return undefined;
  const { name, table } = place;
  const given = table.entries.get('race')?.value;
  const meant = given?.kind === 'table' ? respelt(given, ['steps'], RACE, context.mistakes) : undefined;
  const steps = race.steps ?? meant?.fields.steps;
  if (steps === undefined) {
    const message = `Give the race of step "${name}" "steps"; nothing takes part in it`;
    if (isWhole(given, race)) context.mistakes.add('bad-nesting', table.entries.get('race')?.keySpan, message);
    return undefined;
  }
  const scope = readScope(place, steps, context, decode);
  const inside: Workflow = { name, file: context.file, mode: 'work-stealing', ...poolsOf(context), steps: scope.steps };
  return { work: { kind: 'race', inside, settle: race.settle ?? 'first_success' }, scope };
}

/** Those of the workflow, which steps inside a step share. */
function poolsOf({ bounds: { pools } }: StepContext): Pick<Workflow, 'pools'> {
  return pools.length === 0 ? {} : { pools };
}

function readScope({ name, entry }: NestedPlace, members: TableValue, context: StepContext, decode: Decode): Scope {
  const uses = new Uses(context.file.text, context.lines);
  const within: StepContext = { ...context, uses, around: [...context.around, name] };
  const steps: Step[] = [];
  const outline: Outline['steps'][number][] = [];
  const inside = new Map<string, Scope>();
  if (members.entries.size === 0) {
    context.mistakes.add('empty-steps', entry.keySpan, `Give step "${name}" at least one step inside it; it has none`);
  }
  for (const [member, { keySpan, value }] of members.entries) {
    const decoded = decode(member, { keySpan, value }, within);
    outline.push({
      name: member,
      span: keySpan,
      dependsOn: decoded.dependsOn,
      ...(decoded.step?.inputs && { inputs: decoded.step.inputs }),
    });
    if (decoded.step !== undefined) steps.push(decoded.step);
    if (decoded.inside !== undefined) inside.set(member, decoded.inside);
  }
  return { steps, outline, uses, inside };
}
