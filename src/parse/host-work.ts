/** What the engine is to do itself, as a step says it. */
import { HOST_FIELDS, type HostKind, type HostWork } from '../model/workflow.ts';
import { unreachable } from '../model/unreachable.ts';
import type { Entry, TableValue } from './document.ts';
import type { StepFields } from './fields/step-fields.ts';
import type { Mistakes } from './mistakes.ts';

interface HostPlace {
  readonly name: string;
  readonly entry: Entry;
  readonly table: TableValue;
}

/** Nothing where it is missing or wrong, which has been told. */
export function readHostWork(
  kind: HostKind,
  { name, entry, table }: HostPlace,
  fields: StepFields,
  { mistakes }: { readonly mistakes: Mistakes },
): HostWork | undefined {
  const field = HOST_FIELDS[kind];
  if (!table.entries.has(field)) {
    mistakes.add('missing-code', entry.keySpan, `Give step "${name}" "${field}"; it has nothing to do`);
    return undefined;
  }
  switch (kind) {
    case 'wait':
      return fields.wait === undefined ? undefined : { kind, forMs: fields.wait };
    default:
      return unreachable(kind);
  }
}
