/** A step that the engine does itself becomes a Step. */
import { HOST_FIELDS, type HostKind, type HostWork, type NestedWork } from '../model/host-work.ts';
import { NO_RETRY, type Step, type StepKind } from '../model/step.ts';
import type { Concurrency } from './concurrency.ts';
import type { Control } from './control.ts';
import type { StepFields } from './fields/step-fields.ts';
import type { ReadForeach } from './foreach.ts';
import type { HostPlace } from './host-text.ts';
import { readHostWork } from './host-work.ts';
import { type Decode, type ReadNested, readNested } from './nested.ts';
import { retryPolicy } from './retry.ts';
import type { DecodedStep, StepContext } from './step-context.ts';

/** What is read of any step before it is known what it does. */
export interface CommonParts extends Pick<Step, 'dependsOn' | 'limits' | 'permissions'> {
  readonly isolation: Step['isolation'] | undefined;
  readonly inputs: Step['inputs'] | undefined;
  readonly items: ReadForeach | undefined;
  readonly control: Control;
  readonly concurrency: Concurrency;
}

/** What it has none of. */
const WITHOUT_CODE: Pick<Step, 'env' | 'passEnv'> = { env: {}, passEnv: [] };

/** `context` is that of the steps inside it. */
export function decodeHostStep(
  kind: HostKind,
  place: HostPlace,
  parts: CommonParts,
  fields: StepFields,
  context: StepContext,
  decode: Decode,
): DecodedStep {
  const { dependsOn, isolation, items, inputs, control, concurrency, limits, permissions } = parts;
  const { work, scope } = readWork(kind, place, fields, context, decode) ?? {};
  if (work === undefined) return { dependsOn };
  const retry = isNestedKind(kind) ? retryPolicy(place.name, place.table, fields, context.mistakes) : NO_RETRY;
  const common = { name: place.name, span: place.entry.keySpan, dependsOn, ...control, ...concurrency };
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
    step: { ...common, ...more, ...WITHOUT_CODE, retry, language: kind, work, limits, permissions },
    ...(scope && { inside: scope }),
  };
}

/** Nothing where it is missing or wrong, which has been told. */
function readWork(
  kind: HostKind,
  place: HostPlace,
  fields: StepFields,
  context: StepContext,
  decode: Decode,
): ReadNested | { readonly work: HostWork | undefined; readonly scope?: undefined } | undefined {
  const field = HOST_FIELDS[kind];
  if (!place.table.entries.has(field)) {
    const message = `Give step "${place.name}" "${field}"; it has nothing to do`;
    context.mistakes.add('missing-code', place.entry.keySpan, message);
    return undefined;
  }
  if (isNestedKind(kind)) return readNested(kind, place, fields, context, decode);
  return { work: readHostWork(kind, place, fields, context) };
}

function isNestedKind(kind: StepKind): kind is NestedWork['kind'] {
  return kind === 'workflow' || kind === 'group' || kind === 'race';
}
