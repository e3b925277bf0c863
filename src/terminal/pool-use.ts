/** Counts what is taken of each named pool, wherever in the run the steps are that take it. */
import type { NamedPool } from '../model/concurrency.ts';
import { type NamedStep, pathOf, withoutItems } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';

export interface PoolProgress {
  readonly name: string;
  readonly size: number;
  readonly hasRate: boolean;
  used: number;
}

/** A step or an item that has a part of a pool, in which the first of what is in it runs. */
interface Holder {
  readonly pool: PoolProgress;
  readonly around: Holder | undefined;
  own: number;
  inside: number;
}

interface Part {
  readonly pool: PoolProgress;
  readonly cost: number;
}

export interface PoolUse {
  /** The pool of a step, by its name in the whole run; nothing where it has none. */
  of(name: string): PoolProgress | undefined;
  begin(name: string): void;
  end(name: string): void;
}

export function createPoolUse(plan: Plan, all: readonly NamedStep[]): PoolUse {
  const pools = poolsOf(plan);
  if (pools.size === 0) return { of: () => undefined, begin: () => undefined, end: () => undefined };
  const parts = new Map<string, Part>();
  for (const { step, file } of all) {
    const pool = step.pool === undefined ? undefined : pools.get(keyOf(file.path, step.pool));
    if (pool !== undefined) parts.set(step.name, { pool, cost: step.cost ?? 1 });
  }
  const holders = new Map<string, Holder>();

  function holderAround(name: string, pool: PoolProgress): Holder | undefined {
    for (let outer = outerOf(name); outer !== undefined; outer = outerOf(outer)) {
      const holder = holders.get(outer);
      if (holder?.pool === pool) return holder;
    }
    return undefined;
  }

  /** What of it is taken is no less than its own, and no less than what is inside. */
  function set(holder: Holder, own: number, inside: number): void {
    const more = Math.max(own, inside) - Math.max(holder.own, holder.inside);
    holder.own = own;
    holder.inside = inside;
    const { around, pool } = holder;
    if (more === 0) return;
    if (around === undefined) pool.used += more;
    else set(around, around.own, around.inside + more);
  }

  return {
    of: (name) => parts.get(withoutItems(name))?.pool,
    begin(name) {
      const part = parts.get(withoutItems(name));
      if (part === undefined || holders.has(name)) return;
      const holder: Holder = { pool: part.pool, around: holderAround(name, part.pool), own: 0, inside: 0 };
      holders.set(name, holder);
      set(holder, part.cost, 0);
    },
    end(name) {
      const holder = holders.get(name);
      if (holder === undefined) return;
      holders.delete(name);
      set(holder, 0, holder.inside);
    },
  };
}

/** Of the run and of the files inside it. */
function poolsOf(plan: Plan): Map<string, PoolProgress> {
  const found = new Map<string, PoolProgress>();
  const take = ({ workflow: { file, pools = [] }, steps }: Plan): void => {
    for (const pool of pools) {
      const key = keyOf(file.path, pool.name);
      if (!found.has(key)) found.set(key, progressOf(pool));
    }
    for (const { inside } of steps) if (inside !== undefined) take(inside);
  };
  take(plan);
  return found;
}

function progressOf({ name, size, rate }: NamedPool): PoolProgress {
  return { name, size, hasRate: rate !== undefined, used: 0 };
}

/** A pool belongs to the file that declares it. */
function keyOf(file: string, pool: string): string {
  return `${pool} ${file}`;
}

/** Of an item its step, of a step the one that it is inside of, or the item of that. */
function outerOf(name: string): string | undefined {
  const own = pathOf(name).at(-1)!;
  if (own.endsWith(']')) return name.slice(0, name.lastIndexOf('['));
  return own.length === name.length ? undefined : name.slice(0, -own.length - 1);
}
