/** One step of a document becomes a Step. */
import type { Isolation, Language } from '../../runners/contract.ts';
import { didYouMean } from '../model/nearest.ts';
import type { SourceFile } from '../model/source.ts';
import type { Each } from '../model/template.ts';
import { strictest } from '../model/isolation.ts';
import {
  type CodeStep,
  type Dependency,
  NAME,
  NO_RETRY,
  type Step,
  type StepKind,
  type StepLimits,
} from '../model/step.ts';
import { HOST_FIELDS, type HostKind, isHostKind, type NestedWork } from '../model/host-work.ts';
import { actionOf, readAction } from './actions/read-action.ts';
import type { DecodeOptions } from './decode.ts';
import { describe, type Entry, type TableValue, type TextValue } from './document.ts';
import { type Environment, readEnvironment, readShellTemplates, readStepInputs } from './data.ts';
import { readFields, type Word } from './fields/collections.ts';
import { STEP_FIELDS, type StepFields } from './fields/step-fields.ts';
import type { Permissions } from '../model/permissions.ts';
import { type NestedFile, type NestedPlace, type ReadNested, readNested, type Scope } from './nested.ts';
import { tellMisfits, tellVainPermissions } from './fit.ts';
import { limitsOver } from './limits.ts';
import type { Lines } from './lines.ts';
import type { Mistakes } from './mistakes.ts';
import type { Uses } from './templates/uses.ts';
import { permissionsOf } from './permissions.ts';
import { retryPolicy } from './retry.ts';
import { cachingOf } from './caching.ts';
import { type Bounds, readConcurrency } from './concurrency.ts';
import { readControl } from './control.ts';
import { itemInputs, readForeach } from './foreach.ts';
import { readHostWork } from './host-work.ts';
import { sharingOf } from './sharing.ts';
import { decodeScript, languageOfFile } from './script.ts';

export interface StepContext extends DecodeOptions {
  readonly file: SourceFile;
  readonly lines: Lines;
  readonly mistakes: Mistakes;
  readonly uses: Uses;
  /** Of the workflow. */
  readonly env: ReadonlyMap<string, TextValue>;
  /** Of the workflow. */
  readonly limits: StepLimits;
  /** Of the workflow. */
  readonly isolation: Isolation | undefined;
  /** Of the workflow. */
  readonly cache: boolean | undefined;
  /** Of the workflow. */
  readonly deterministic: boolean | undefined;
  /** Those that the workflow declares; absent where it declares none. */
  readonly secrets: readonly string[] | undefined;
  /** Of the workflow, and of the steps around, the outermost first. */
  readonly permissions: readonly Permissions[];
  /** What is known of the items that a step around is done for. */
  readonly each?: Each | undefined;
  /** The names of the steps around, the outermost first. */
  readonly around: readonly string[];
  /** Other files whose steps run inside steps; written here. */
  readonly files: NestedFile[];
  /** What the workflow says of how many run at once. */
  readonly bounds: Bounds;
  /** Whether the workflow has a memory that its steps share. */
  readonly isShared: boolean;
  readonly isObject: boolean;
}

export interface DecodedStep {
  /** Absent if anything about the step is wrong. */
  readonly step?: Step;
  readonly dependsOn: readonly Dependency[];
  /** Of a step with steps inside it, these. */
  readonly inside?: Scope;
}

export function decodeStep(name: string, entry: Entry, context: StepContext): DecodedStep {
  const { mistakes } = context;
  if (!NAME.test(name)) {
    const rule = 'up to 64 letters, digits, "_", "-" and ".", beginning with a letter, a digit or "_"';
    mistakes.add('bad-name', entry.keySpan, `Rename the step ${JSON.stringify(name)}: a name is ${rule}`);
  }
  const table = entry.value;
  if (table.kind !== 'table') {
    const message = `Step "${name}" is ${describe(table)}; it takes a table with fields such as "code"`;
    mistakes.add('wrong-type', table.span, message);
    return { dependsOn: [] };
  }
  const owner = `step "${name}"`;
  const fields = readFields(table, STEP_FIELDS, mistakes, (field) => `"${field}" of ${owner}`, owner);
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
    if (
      (fields.foreach ?? fields.matrix) !== undefined &&
      (kind === 'human' || fields.wait_for?.signal !== undefined)
    ) {
      const message = `Leave "foreach" or "matrix" out of step "${name}": what somebody is to say is said to a step, and not to one of its items`;
      mistakes.add('bad-foreach', entry.keySpan, message);
    }
    const place = { name, entry, table, context: given.context };
    const around = { ...context, isolation, limits, permissions, each };
    const nested = isNestedKind(kind) ? decodeNested(kind, place, fields, around) : undefined;
    const work = isNestedKind(kind) ? nested?.work : readHostWork(kind, place, fields, context);
    if (work === undefined) return { dependsOn };
    const common = { name, span: entry.keySpan, dependsOn, ...control, ...concurrency, limits, permissions };
    const more = {
      ...(fields.description !== undefined && { description: fields.description }),
      ...(isolation !== undefined && { isolation }),
      ...(items && { foreach: items.foreach }),
      ...(fields.timeout !== undefined && { timeoutMs: fields.timeout }),
      ...(inputs !== undefined && { inputs }),
      ...(fields.register !== undefined && { register: fields.register }),
    };
    return {
      dependsOn,
      step: { ...common, ...more, language: kind, work, retry: NO_RETRY, env: {}, passEnv: NO_TEXTS },
      ...(nested?.scope && { inside: nested.scope }),
    };
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

/** Of an action its fields stand for the inputs. */
function readGiven(
  kind: StepKind,
  table: TableValue,
  fields: StepFields,
  given: StepPlace['given'],
): CodeStep['inputs'] | undefined {
  const action = kind === 'action' ? actionOf(table) : undefined;
  if (action === undefined) return readStepInputs(fields.inputs, given);
  const { context, files } = given;
  return readAction(action, table, fields, { context, files });
}

function decodeNested(
  kind: NestedWork['kind'],
  place: NestedPlace,
  fields: StepFields,
  context: StepContext,
): ReadNested | undefined {
  const field = HOST_FIELDS[kind];
  if (place.table.entries.has(field)) return readNested(kind, place, fields, context, decodeStep);
  context.mistakes.add(
    'missing-code',
    place.entry.keySpan,
    `Give step "${place.name}" "${field}"; it has nothing to do`,
  );
  return undefined;
}

function isNestedKind(kind: StepKind): kind is NestedWork['kind'] {
  return kind === 'workflow' || kind === 'group' || kind === 'race';
}

interface StepPlace {
  readonly name: string;
  readonly entry: Entry;
  readonly table: TableValue;
  readonly owner: string;
  readonly given: Parameters<typeof readStepInputs>[1];
}

interface Code extends Pick<CodeStep, 'script' | 'retry'> {
  readonly environment: Environment;
  readonly caching: ReturnType<typeof cachingOf>;
  readonly sharing: ReturnType<typeof sharingOf>;
}

/** What only a step with code says, as far as it has to be computed. */
function readCode(
  language: Language,
  { name, entry, table, owner, given }: StepPlace,
  fields: StepFields,
  context: StepContext,
): Code | undefined {
  const { mistakes } = context;
  tellVainPermissions(name, { language, runtime: fields.runtime }, fields.permissions, table, mistakes);
  const words = readShellTemplates(language, fields, given);
  const read = decodeScript({ name, entry, table, language }, fields, context);
  const script = read?.kind === 'code' && words !== undefined ? { ...read, code: words.code } : read;
  const own = readEnvironment(context.env, fields.env, given);
  const environment = words === undefined ? own : { ...own, computedEnv: { ...own.computedEnv, ...words.computedEnv } };
  const sharing = sharingOf(name, table, language, fields, { isShared: context.isShared, mistakes });
  const caching = cachingOf(name, table, { language, cache: context.cache }, fields, mistakes);
  tellUndeclared(owner, fields.secrets, context);
  const retry = retryPolicy(name, table, fields, mistakes);
  return script && { script, environment, caching, sharing, retry };
}

/** Most steps have none, and share the empty list. */
const NO_TEXTS: readonly string[] = [];

function textsOf(words: readonly Word[] = []): readonly string[] {
  return words.length === 0 ? NO_TEXTS : words.map(({ text }) => text);
}

function tellUndeclared(owner: string, names: readonly Word[] = [], { secrets, mistakes }: StepContext): void {
  if (secrets === undefined) return;
  for (const { text, span } of names) {
    if (secrets.includes(text)) continue;
    const message = `Name "${text}" in "secrets" of the workflow too, as ${owner} uses it${didYouMean(text, secrets)}`;
    mistakes.add('undeclared-secret', span, message);
  }
}

function isolationOf(workflow: Isolation | undefined, step: Isolation | undefined): Isolation | undefined {
  return workflow === undefined ? step : strictest(workflow, step);
}

/** Nothing if the file names a language that does not exist, which has been told. */
function kindOf(table: TableValue, fields: StepFields): StepKind | undefined {
  if (actionOf(table) !== undefined) return 'action';
  if (table.entries.has('language')) return fields.language;
  const host = (Object.keys(HOST_FIELDS) as HostKind[]).find((kind) => table.entries.has(HOST_FIELDS[kind]));
  if (host !== undefined) return host;
  if (table.entries.has('cmd')) return 'shell';
  if (table.entries.has('module')) return 'wasm';
  return languageOfFile(typeof fields.file === 'string' ? fields.file : '') ?? 'lua';
}
