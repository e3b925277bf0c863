/** One step in one run: tried until it succeeds, may not be tried again, or is stopped. */
import type { EncodedValue, Job, PrintedLine, StepFailure, Usage } from '../../runners/contract.ts';
import { withSenses } from '../model/senses.ts';
import type { CachedFrom, Happening } from '../model/event.ts';
import { lastLineIn } from '../model/last-line.ts';
import type { CodeStep } from '../model/step.ts';
import { type JobSettings, jobFor } from './job.ts';
import { LineMask } from './masking.ts';
import { nextTurn, type Pace } from './pace.ts';
import { pause } from './pause.ts';
import type { Finished, Pool, RunningJob } from './pool.ts';
import type { Recall, Recalled } from './recall.ts';
import { retryAfter, type RetryRule } from './retry.ts';
import type { Running } from './running.ts';

export type AttemptEnd = { readonly attempt: number; readonly durationMs: number } & (
  | {
      readonly how: 'succeeded';
      readonly output: EncodedValue;
      readonly usage: Usage;
      /** Where the output was taken from, in place of an attempt. */
      readonly cached?: CachedFrom;
      /** The last line that is not empty of a shell step whose output is kept as a variable. */
      readonly lastLine?: string;
    }
  | { readonly how: 'failed'; readonly failure: StepFailure; readonly usage: Usage }
  | { readonly how: 'cancelled' }
);

interface StepRunOptions {
  readonly recall?: Recall | undefined;
  readonly key?: Uint8Array | undefined;
  readonly retryRule?: RetryRule;
  /** The number of its first attempt, where others went before. */
  readonly firstAttempt?: number;
  /** By which further attempts start. */
  readonly paces?: readonly Pace[] | undefined;
}

export class StepRun implements Running {
  /** Never rejects. */
  readonly finished: Promise<AttemptEnd>;
  readonly #step: CodeStep;
  readonly #inputs: ReadonlyMap<string, EncodedValue>;
  readonly #settings: JobSettings;
  readonly #pool: Pool;
  readonly #tell: (happening: Happening) => void;
  readonly #recall: Recall | undefined;
  readonly #retryRule: RetryRule | undefined;
  readonly #firstAttempt: number;
  readonly #paces: readonly Pace[] | undefined;
  #key: Uint8Array | undefined;
  #job: RunningJob | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;
  #lastLine: string | undefined;

  constructor(
    step: CodeStep,
    inputs: ReadonlyMap<string, EncodedValue>,
    settings: JobSettings,
    pool: Pool,
    tell: (happening: Happening) => void,
    { recall, key, retryRule, firstAttempt = 1, paces }: StepRunOptions = {},
  ) {
    this.#firstAttempt = firstAttempt;
    this.#retryRule = retryRule;
    this.#paces = paces;
    this.#recall = recall;
    this.#key = key;
    this.#step = step;
    this.#inputs = inputs;
    this.#settings = settings;
    this.#pool = pool;
    this.#tell = tell;
    this.finished = this.#go();
  }

  stop(): void {
    this.#stopped = true;
    this.#job?.stop();
    this.#wake?.();
  }

  kill(): void {
    this.stop();
    this.#job?.kill();
  }

  async #go(): Promise<AttemptEnd> {
    const startedAt = performance.now();
    const recalled = await this.#recalled();
    if (recalled !== undefined) {
      const { output, from } = recalled;
      this.#repeat(recalled);
      const usage = { wallMs: 0, bytesIn: 0, bytesOut: output.length };
      const durationMs = performance.now() - startedAt;
      return { how: 'succeeded', attempt: 0, durationMs, output, usage, cached: from, ...this.#lastLineKept() };
    }
    if (this.#stopped) return { how: 'cancelled', attempt: 0, durationMs: performance.now() - startedAt };
    for (let attempt = this.#firstAttempt; ; attempt++) {
      const { outcome, usage } = await this.#attempt(attempt);
      const durationMs = performance.now() - startedAt;
      for (const message of outcome.warnings) this.#tell({ kind: 'step-warned', step: this.#step.name, message });
      if (outcome.ok) {
        await this.#recall?.done(this.#step, this.#jobFor(attempt), outcome.output);
        return { how: 'succeeded', attempt, durationMs, output: outcome.output, usage, ...this.#lastLineKept() };
      }
      const { failure } = outcome;
      if (failure.reason === 'cancelled') return { how: 'cancelled', attempt, durationMs };
      if (this.#stopped) return { how: 'failed', attempt, durationMs, failure, usage };
      const after = retryAfter(failure, attempt, this.#step.retry, this.#retryRule);
      if (after.how === 'failed') return { how: 'failed', attempt, durationMs, failure: after.failure, usage };
      const { delayMs } = after;
      this.#tell({ kind: 'step-retrying', step: this.#step.name, attempt, failure, delayMs });
      await pause(delayMs, (stop) => (this.#wake = stop));
      if (this.#paces !== undefined && !this.#stopped) await nextTurn(this.#paces, (stop) => (this.#wake = stop));
      if (this.#stopped) return { how: 'cancelled', attempt, durationMs: performance.now() - startedAt };
    }
  }

  /** Under a key, it gets that key's time and random numbers. */
  #jobFor(attempt: number): Job {
    return withSenses(this.#step, jobFor(this.#step, attempt, this.#inputs, this.#settings), this.#key);
  }

  async #recalled(): Promise<Recalled | undefined> {
    if (this.#recall === undefined) return undefined;
    const recalled = await this.#recall.recall(this.#step, this.#jobFor(1));
    this.#key = this.#recall.keyOf(this.#step);
    return recalled;
  }

  /** What was said when the output was made is as good to know now. */
  #repeat({ said, from }: Recalled): void {
    if (said === undefined) return;
    const { lines, warnings } = said;
    const step = this.#step.name;
    if (lines.length > 0) this.#tell({ kind: 'step-printed', step, lines, cached: from });
    this.#noteLast(lines);
    for (const message of warnings) this.#tell({ kind: 'step-warned', step, message, cached: from });
  }

  async #attempt(attempt: number): Promise<Finished> {
    const step = this.#step.name;
    const job = this.#jobFor(attempt);
    const { secrets } = this.#step;
    this.#tell(beginningOf(this.#step, job));
    // Who hears of it may stop the run for it.
    if (this.#stopped) return CANCELLED;
    const { masking, values } = this.#settings.secrets;
    const without = secrets?.filter((name) => !values.has(name)) ?? [];
    if (without.length > 0) return valueless(without);
    const mask = masking && new LineMask(masking);
    const print = (lines: readonly PrintedLine[]): void => {
      if (lines.length > 0) this.#tell({ kind: 'step-printed', step, lines });
      this.#noteLast(lines);
    };
    this.#job = this.#pool.start(job, {
      timeoutMs: this.#step.timeoutMs,
      onLines: (lines) => print(mask?.take(lines) ?? lines),
      ...(job.memory !== undefined && { memory: this.#settings.sharing?.for(masking) }),
    });
    const finished = await this.#job.finished;
    this.#job = undefined;
    if (mask !== undefined) print(mask.finish());
    return masking === undefined ? finished : { ...finished, outcome: masking.outcome(finished.outcome) };
  }

  #lastLineKept(): { readonly lastLine?: string } {
    return this.#lastLine === undefined ? {} : { lastLine: this.#lastLine };
  }

  #noteLast(lines: readonly PrintedLine[]): void {
    this.#lastLine = lastLineIn(lines, this.#step) ?? this.#lastLine;
  }
}

/** What is told when an attempt begins. */
export function beginningOf({ name: step, secrets }: CodeStep, job: Job): Happening {
  const { language, runtime, isolation, attempt, grants, script } = job;
  const action = script.kind === 'action' ? { action: script.action } : {};
  const strict = isolation === 'thread' ? {} : { isolation };
  const named = secrets === undefined ? {} : { secrets };
  const granted = grants === undefined || grants.layers.length === 0 ? {} : { grants: grants.layers };
  return { kind: 'step-started', step, language, ...action, runtime, ...strict, ...granted, ...named, attempt };
}

const CANCELLED: Finished = {
  outcome: { ok: false, failure: { reason: 'cancelled' }, warnings: [] },
  usage: { wallMs: 0, bytesIn: 0, bytesOut: 0 },
};

/** Whoever started the run was told of it by `engine.check`. */
function valueless(names: readonly string[]): Finished {
  const message = `Give a value to ${names.map((name) => `the secret "${name}"`).join(' and ')}: the step names it`;
  const outcome = { ok: false, failure: { reason: 'runtime-missing', message }, warnings: [] } as const;
  return { outcome, usage: { wallMs: 0, bytesIn: 0, bytesOut: 0 } };
}
