/** Which steps are due by what has settled: in mode `parallel` level by level, and those at the end behind all others. */
import type { Plan } from '../model/plan.ts';
import type { ExecutionMode } from '../model/workflow.ts';

export class DueSteps {
  readonly #plan: Plan;
  readonly #isLevelled: boolean;
  readonly #unsettledInLevel: Int32Array;
  /** Steps that are not to begin before all others have settled. */
  readonly #atEnd: ReadonlySet<number>;
  #level = 0;
  /** Of those that are not at the end. */
  #othersLeft: number;

  constructor(plan: Plan, mode: ExecutionMode) {
    this.#plan = plan;
    this.#isLevelled = mode === 'parallel';
    this.#unsettledInLevel = Int32Array.from(plan.levels, (level) => level.length);
    this.#atEnd = endsOf(plan);
    this.#othersLeft = plan.steps.length - this.#atEnd.size;
  }

  /** 0-based level whose steps are due; meaningful in mode `parallel` only. */
  get level(): number {
    return this.#level;
  }

  /** Whether it may start once it is ready. */
  has(index: number): boolean {
    if (this.#isLevelled && this.#plan.steps[index]!.level !== this.#level) return false;
    return this.#othersLeft === 0 || !this.#atEnd.has(index);
  }

  /** Takes note that a step has settled; gives those at the end that are due for that. */
  settled(index: number): readonly number[] {
    this.#unsettledInLevel[this.#plan.steps[index]!.level]! -= 1;
    if (this.#atEnd.size === 0 || this.#atEnd.has(index)) return NONE;
    this.#othersLeft -= 1;
    return this.#othersLeft > 0 ? NONE : [...this.#atEnd].filter((end) => this.has(end));
  }

  /** Goes on to the next level and gives its steps, where the one before has settled and another is left. */
  nextLevel(): readonly number[] | undefined {
    if (!this.#isLevelled || this.#unsettledInLevel[this.#level] !== 0) return undefined;
    if (this.#level + 1 >= this.#plan.levels.length) return undefined;
    this.#level += 1;
    return this.#plan.levels[this.#level];
  }
}

const NONE: readonly number[] = [];

function endsOf(plan: Plan): ReadonlySet<number> {
  const ends = new Set<number>();
  for (const { index, step } of plan.steps) if (step.atEnd === true) ends.add(index);
  return ends;
}
