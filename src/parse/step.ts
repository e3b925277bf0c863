/** One step of a document becomes a Step. */
import type { Isolation } from '../../runners/contract.ts';
import { HOST_FIELDS, isHostKind } from '../model/host-work.ts';
import { strictest } from '../model/isolation.ts';
import { type CodeStep, NAME, type StepKind } from '../model/step.ts';
import { actionOf, readAction } from './actions/read-action.ts';
import { readConcurrency } from './concurrency.ts';
import { readControl } from './control.ts';
import { describe, type Entry, type TableValue } from './document.ts';
import { readFields, type Word } from './fields/collections.ts';
import { respelt } from './fields/respelt.ts';
import { STEP_FIELDS, type StepFields } from './fields/step-fields.ts';
import { tellMisfits } from './fit.ts';
import { itemInputs, readForeach } from './foreach.ts';
import type { GivenPlace } from './given-place.ts';
import { decodeHostStep } from './host-step.ts';
import { limitsOver } from './limits.ts';
import { permissionsOf } from './permissions.ts';
import { SOURCES } from './script.ts';
import { readCode } from './step-code.ts';
import type { DecodedStep, StepContext } from './step-context.ts';
import { readStepInputs } from './step-inputs.ts';
import { kindOf } from './step-kind.ts';

export function decodeStep(name: string, entry: Entry, context: StepContext): DecodedStep {
  const { mistakes } = context;
  if (!NAME.test(name)) {
    const rule = 'up to 64 letters, digits, "_", "-" and ".", beginning with a letter, a digit or "_"';
    mistakes.add('bad-name', entry.keySpan, `Rename the step ${JSON.stringify(name)}: a name is ${rule}`);
  }
  const written = entry.value;
  if (written.kind !== 'table') {
    const message = `Step "${name}" is ${describe(written)}; it takes a table with fields such as "code"`;
    mistakes.add('wrong-type', written.span, message);
    return { dependsOn: [] };
  }
  const owner = `step "${name}"`;
  const told = mistakes.count;
  const known = readFields(written, STEP_FIELDS, mistakes, (field) => `"${field}" of ${owner}`, owner);
  const meant = mistakes.count === told ? undefined : respelt(written, WORK_FIELDS, STEP_FIELDS, mistakes);
  const table = meant === undefined ? written : meant.table;
  const fields = meant === undefined ? known : { ...known, ...meant.fields };
  const dependsOn = (fields.depends_on ?? []).map(({ text, span }) => ({ name: text, span }));

  const kind = kindOf(table, fields);
  if (kind === undefined) return { dependsOn };
  const isolation = isolationOf(context.isolation, fields.isolation);
  tellMisfits(name, table, { language: kind, runtime: fields.runtime, isolation }, mistakes);
  const items = readForeach(name, table, fields, context);
  const each = items?.each ?? context.each;
  const standpoint = { ...(fields.loop && { within: 'loop' as const }), ...(each && { each }) };
  const given = { of: owner, context: { step: name, ...standpoint }, files: context };
  // Before the inputs: in this order what they refer to is depended on.
  const code = isHostKind(kind) ? undefined : readCode(kind, { name, entry, table, owner, given }, fields, context);
  const own = readGiven(kind, table, fields, given);
  const inputs = items === undefined || kind === 'action' ? own : { ...itemInputs(items.each), ...own };
  const control = readControl(name, table, fields, context, each);
  const concurrency = readConcurrency(name, table, fields, context.bounds, mistakes);
  const limits = limitsOver(context.limits, fields.limits);
  const permissions = permissionsOf(context.permissions, fields.permissions);
  if (isHostKind(kind)) {
    const place = { name, entry, table, context: given.context };
    const parts = { dependsOn, isolation, items, inputs, control, concurrency, limits, permissions };
    return decodeHostStep(kind, place, parts, fields, { ...context, isolation, limits, permissions, each }, decodeStep);
  }
  if (fields.default?.answer !== undefined && fields.default.answer.json !== '{}') {
    const message = `"default" of ${owner} takes the name of a step, or a list of names; only a person who is asked has answers`;
    mistakes.add('misfit-field', table.entries.get('default')?.value.span, message);
  }
  if (code === undefined) return { dependsOn };
  const { script, environment, caching, sharing, retry } = code;
  return {
    dependsOn,
    // In one piece: of a hundred thousand steps, put together from two they take 40 MB more.
    step: {
      name,
      span: entry.keySpan,
      ...(fields.description !== undefined && { description: fields.description }),
      language: kind,
      ...(fields.runtime !== undefined && { runtime: fields.runtime }),
      ...(isolation !== undefined && { isolation }),
      ...(fields.interpreter !== undefined && { interpreter: fields.interpreter }),
      script,
      dependsOn,
      ...control,
      ...concurrency,
      ...(items && { foreach: items.foreach }),
      ...(fields.timeout !== undefined && { timeoutMs: fields.timeout }),
      retry,
      ...environment,
      ...(inputs !== undefined && { inputs }),
      ...(fields.register !== undefined && { register: fields.register }),
      passEnv: textsOf(fields.pass_env),
      ...(fields.clean_env === true && { cleanEnv: true }),
      ...(fields.secrets !== undefined && fields.secrets.length > 0 && { secrets: textsOf(fields.secrets) }),
      ...(fields.working_dir !== undefined && { workingDir: fields.working_dir }),
      packages: textsOf(fields.packages),
      limits,
      ...sharing,
      ...caching,
      ...((fields.deterministic ?? context.deterministic) === false && { deterministic: false as const }),
      permissions,
    },
  };
}

/** What a step does stands in one of these. */
const WORK_FIELDS: readonly string[] = [...SOURCES, ...Object.values(HOST_FIELDS)];

/** Most steps have none, and share the empty list. */
const NO_TEXTS: readonly string[] = [];

function textsOf(words: readonly Word[] = []): readonly string[] {
  return words.length === 0 ? NO_TEXTS : words.map(({ text }) => text);
}

function isolationOf(workflow: Isolation | undefined, step: Isolation | undefined): Isolation | undefined {
  return workflow === undefined ? step : strictest(workflow, step);
}

/** Of an action its fields stand for the inputs. */
function readGiven(
  kind: StepKind,
  table: TableValue,
  fields: StepFields,
  given: GivenPlace,
): CodeStep['inputs'] | undefined {
  const action = kind === 'action' ? actionOf(table) : undefined;
  if (action === undefined) return readStepInputs(fields.inputs, given);
  const { context, files } = given;
  return readAction(action, table, fields, { context, files });
}
