/** What the engine is to do itself, as a step says it. */
import { momentOf } from '../model/moment.ts';
import type { HostKind, HostWork, NestedWork } from '../model/host-work.ts';
import { unreachable } from '../model/unreachable.ts';
import type { TextValue } from './document.ts';
import { isWhole } from './fields/collections.ts';
import type { StepFields } from './fields/step-fields.ts';
import { type HostPlace, readHostText } from './host-text.ts';
import { readQuestion } from './question.ts';
import type { TextContext } from './templates/text.ts';

/** Nothing where it is wrong, which has been told. */
export function readHostWork(
  kind: Exclude<HostKind, NestedWork['kind']>,
  place: HostPlace,
  fields: StepFields,
  files: TextContext,
): HostWork | undefined {
  switch (kind) {
    case 'wait':
      return fields.wait === undefined ? undefined : { kind, forMs: fields.wait };
    case 'wait_until':
      return readMoment(place, fields.wait_until, files);
    case 'wait_for':
      return readWaitFor(place, fields, files);
    case 'human':
      return readQuestion(place, fields, files);
    default:
      return unreachable(kind);
  }
}

function readMoment(place: HostPlace, value: TextValue | undefined, files: TextContext): HostWork | undefined {
  const moment = readHostText(place, 'wait_until', value, files);
  if (moment === undefined || value === undefined) return undefined;
  if (moment.kind === 'constant' && momentOf(value.value, 0) === undefined) {
    files.mistakes.add(
      'bad-moment',
      value.span,
      `"wait_until" of step "${place.name}" is "${value.value}"; it takes a moment such as "2027-01-31T08:00:00Z" or "18:30"`,
    );
    return undefined;
  }
  return { kind: 'wait_until', moment };
}

function readWaitFor(place: HostPlace, { wait_for: given }: StepFields, files: TextContext): HostWork | undefined {
  if (given === undefined) return undefined;
  if ((given.file === undefined) === (given.signal === undefined)) {
    if (isWhole(place.table.entries.get('wait_for')?.value, given))
      files.mistakes.add(
        'conflicting-fields',
        place.table.entries.get('wait_for')?.keySpan,
        `Give "wait_for" of step "${place.name}" either a "file" or a "signal"`,
      );
    return undefined;
  }
  const file = readHostText(place, 'file', given.file, files);
  const signal = readHostText(place, 'signal', given.signal, files);
  if (file === undefined && signal === undefined) return undefined;
  return { kind: 'wait_for', ...(file && { file }), ...(signal && { signal }) };
}
