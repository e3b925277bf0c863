/** Reads what bounds how many steps run at once, and how fast they start. */
import type { Cap, NamedPool } from '../model/concurrency.ts';
import { didYouMean } from '../model/nearest.ts';
import type { ExecutionMode } from '../model/workflow.ts';
import type { Step } from '../model/step.ts';
import type { TableValue } from './document.ts';
import { CONCURRENCY_FIELDS, type ConcurrencyFields, type PoolFields } from './fields/concurrency-fields.ts';
import type { Mistakes } from './mistakes.ts';

export type Concurrency = Pick<Step, 'pool' | 'rate' | 'priority' | 'cost' | 'lock'>;

/** What the workflow says of it, against which its steps are held. */
export interface Bounds {
  readonly pools: readonly NamedPool[];
  /** Absent where another place decides. */
  readonly cap: number | undefined;
}

/** A pool that says no size has room for all. */
export function boundsOf(
  pools: ReadonlyMap<string, PoolFields> = new Map(),
  { mode, max_parallel_steps: cap }: { readonly mode?: ExecutionMode; readonly max_parallel_steps?: Cap },
): Bounds {
  return {
    pools: [...pools].map(([name, { size = Number.MAX_SAFE_INTEGER, rate }]) => ({
      name,
      size,
      ...(rate && { rate }),
    })),
    cap: typeof cap === 'number' && cap > 0 && mode !== 'sequential' ? cap : undefined,
  };
}

const NOTHING: Concurrency = {};

/** Most steps have none of it, and share one answer. */
export function readConcurrency(
  step: string,
  table: TableValue,
  fields: ConcurrencyFields,
  { pools, cap }: Bounds,
  mistakes: Mistakes,
): Concurrency {
  if (!Object.keys(CONCURRENCY_FIELDS).some((name) => table.entries.has(name))) return NOTHING;
  const { pool: word, rate, priority = 0, cost = 1, lock } = fields;
  const pool = word && pools.find(({ name }) => name === word.text);
  if (word !== undefined && pool === undefined) {
    const names = pools.map(({ name }) => name);
    const none = `; the workflow has none: pools = { ${word.text} = 2 }`;
    const guess = names.length === 0 ? none : didYouMean(word.text, names) || `; there are ${quoted(names)}`;
    mistakes.add('unknown-pool', word.span, `Step "${step}" is in the pool "${word.text}", which is not there${guess}`);
  }
  const most = Math.min(pool?.size ?? Infinity, cap ?? Infinity);
  if (cost > most) {
    const bound = pool !== undefined && pool.size <= most ? `the pool "${pool.name}" has` : 'the workflow runs at once';
    const message = `Lower the cost of step "${step}", or raise the other: it is ${cost}, and more than the ${most} that ${bound}`;
    mistakes.add('bad-cost', table.entries.get('cost')?.keySpan, message);
  }
  return {
    ...(pool && { pool: pool.name }),
    ...(rate && { rate }),
    ...(priority !== 0 && { priority }),
    ...(cost !== 1 && { cost }),
    ...(lock && { lock }),
  };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
