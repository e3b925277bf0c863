/** Which steps are done again for those that failed while their run went on: those around them, and what depends on any of these. */
import { everyStep, nameBeside, pathOf, withoutItems } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';

export class Redone {
  readonly #plan: Plan;
  /** They failed, or have something inside that did: what else is inside stands. */
  readonly #reopened = new Set<string>();
  /** They depend on one of those: nothing of them stands. */
  readonly #anew = new Set<string>();

  /** `failed` are names in the whole run, `outer[3]/inner`. */
  constructor(plan: Plan, failed: readonly string[]) {
    this.#plan = plan;
    const worklist: { readonly name: string; readonly isAnew: boolean }[] = failed.map((name) => ({
      name,
      isAnew: false,
    }));
    for (let next = worklist.pop(); next !== undefined; next = worklist.pop()) {
      const { name, isAnew } = next;
      const set = isAnew ? this.#anew : this.#reopened;
      if (set.has(name)) continue;
      set.add(name);
      const around = aroundOf(name);
      if (around !== undefined) worklist.push({ name: around, isAnew: false });
      for (const dependant of this.#dependantsOf(name)) worklist.push({ name: dependant, isAnew: true });
    }
  }

  /** Whether what the step gave as a whole stands. */
  stands(name: string): boolean {
    return !this.#reopened.has(name) && this.#standsInside(name);
  }

  /** Whether what an item of it gave stands. */
  itemStands(name: string, item: number): boolean {
    const begin = `${name}[${item}]/`;
    return this.#standsInside(name) && ![...this.#reopened, ...this.#anew].some((one) => one.startsWith(begin));
  }

  #standsInside(name: string): boolean {
    for (let one: string | undefined = name; one !== undefined; one = aroundOf(one))
      if (this.#anew.has(one)) return false;
    return true;
  }

  #dependantsOf(name: string): string[] {
    const path = pathOf(withoutItems(name));
    const own = path.at(-1)!;
    const outer = path.slice(0, -1).join('/');
    return everyStep(this.#plan).flatMap(({ step, planned }) => {
      const theirs = pathOf(step.name);
      const isBeside = theirs.slice(0, -1).join('/') === outer;
      return isBeside && planned.step.dependsOn.some((one) => pathOf(one.name).at(-1) === own)
        ? [nameBeside(name, theirs.at(-1)!)]
        : [];
    });
  }
}

/** The step that it is inside of, or inside of an item of. */
function aroundOf(name: string): string | undefined {
  const around = name.slice(0, Math.max(0, name.lastIndexOf('/'))).replace(/\[\d+\]$/, '');
  return around === '' ? undefined : around;
}
