/** How the steps inside a step stand: what is told of them, and what their outputs come to. */
import type { EncodedValue, StepFailure } from '../../runners/contract.ts';
import { encode, own } from '../../runners/value.ts';
import type { Happening } from '../model/event.ts';
import { describeFailure } from '../model/failure.ts';
import { nameWithin } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import { isFinal } from './retry.ts';

export interface Member {
  readonly name: string;
  readonly status: 'succeeded' | 'failed' | 'cancelled' | 'skipped';
  readonly output?: EncodedValue;
  readonly failure?: StepFailure;
  /** It failed, and that does not count. */
  readonly isMended?: boolean;
}

/** Failures that a message names. */
const MOST_NAMED = 10;

export class Members {
  readonly #plan: Plan;
  readonly #ends = new Map<string, Member>();
  /** Outputs of others that ran in the place of a step, by its name. */
  readonly #standIns: ReadonlyMap<string, string>;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#standIns = new Map(
      plan.workflow.steps.flatMap(({ name, fallback }) => (fallback === undefined ? [] : [[name, fallback]])),
    );
  }

  /** Under their own names. */
  hear(happening: Happening): void {
    switch (happening.kind) {
      case 'step-succeeded':
        this.kept(happening.step, happening.output);
        return;
      case 'step-failed': {
        const { step: name, failure, ignored, fallback } = happening;
        const isMended = ignored === true || fallback !== undefined;
        this.#ends.set(name, { name, status: 'failed', failure, ...(isMended && { isMended }) });
        return;
      }
      case 'step-cancelled':
        this.#ends.set(happening.step, { name: happening.step, status: 'cancelled' });
        return;
      case 'step-skipped':
        this.#ends.set(happening.step, { name: happening.step, status: 'skipped' });
        return;
      default:
    }
  }

  /** It succeeded, now or in an earlier part of the run. */
  kept(name: string, output: EncodedValue): void {
    this.#ends.set(name, { name, status: 'succeeded', output });
  }

  /** Of one step, once it has settled. */
  of(name: string): Member | undefined {
    return this.#ends.get(name);
  }

  outputOf(name: string): EncodedValue | undefined {
    return this.#ends.get(name)?.output ?? this.#ends.get(this.#standIns.get(name) ?? '')?.output;
  }

  /** Whether it ran where another step takes from it. */
  ran(name: string): boolean {
    return this.#ends.get(name)?.status !== 'skipped';
  }

  /** In declared order: `name`, `status`, `output` and `error`, which are null where there are none. */
  outcomes(names: readonly string[]): EncodedValue {
    const parts = names.flatMap((name, index) => {
      const member = this.#ends.get(name);
      const { failure } = member ?? {};
      const error = failure === undefined ? null : { message: describeFailure(failure), reason: failure.reason };
      const head = `${index === 0 ? '' : ','}{"error":${textOf(error)},"name":${JSON.stringify(name)},"output":`;
      const output = this.outputOf(name) ?? 'null';
      return [head, output, `,"status":${JSON.stringify(member?.status ?? 'skipped')}}`];
    });
    return joined(['[', ...parts, ']']);
  }

  /** Those that count, in the order in which they failed. */
  get failed(): readonly Member[] {
    return [...this.#ends.values()].filter(({ status, isMended }) => status === 'failed' && isMended !== true);
  }

  /** Why what they are in has failed; `what` begins the sentence. It has for good as soon as one of them has, or `isForAll` all. */
  failure(outer: string, failed: readonly Member[], what: string, isForAll = false): StepFailure {
    const ends = failed.map(({ failure }) => failure !== undefined && isFinal(failure));
    const isOver = isForAll ? ends.length > 0 && ends.every(Boolean) : ends.some(Boolean);
    const named = failed.slice(0, MOST_NAMED).map(({ name, failure }) => {
      const [why = ''] = failure === undefined ? ['was cancelled'] : describeFailure(failure).split('\n');
      return `"${name}": ${why}`;
    });
    const more = failed.length > MOST_NAMED ? `; and ${failed.length - MOST_NAMED} more` : '';
    const message = named.length === 0 ? what : `${what}: ${named.join('; ')}${more}`;
    const steps = failed.map(({ name }) => nameWithin(outer, name));
    return { reason: 'steps-failed', message, steps, ...(isOver && { isFinal: true as const }) };
  }

  /** Of so many steps, as a sentence says it. */
  get size(): number {
    return this.#plan.steps.length;
  }
}

/** One object by name, in canonical text. */
export function objectOf(members: readonly (readonly [string, EncodedValue])[]): EncodedValue {
  const sorted = members.toSorted(([a], [b]) => (a < b ? -1 : 1));
  const parts = sorted.flatMap(([name, value], index) => [`${index === 0 ? '' : ','}${JSON.stringify(name)}:`, value]);
  return joined(['{', ...parts, '}']);
}

function joined(parts: readonly (string | EncodedValue)[]): EncodedValue {
  return own(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part))));
}

function textOf(value: unknown): string {
  const encoded = encode(value);
  if (!encoded.ok) throw new Error(`Internal error: ${encoded.message}`);
  return Buffer.from(encoded.value).toString();
}
