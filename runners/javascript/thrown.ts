/** What the guest threw, as the failure of its step. */
import type { QuickJSHandle } from 'quickjs-emscripten';
import type { Job, Origin, Outcome, StepFailure } from '../contract.ts';
import { noNetwork, notGranted } from '../grants/denial.ts';
import { OVER_LIMIT } from '../kinds/run-files.ts';
import { overLimit } from '../limits.ts';
import { threw } from './failure.ts';
import type { Thrown } from './guest/kernel.ts';
import type { Sandbox } from './sandbox.ts';

/** Of one step in one sandbox. */
export class Throws {
  readonly #sandbox: Sandbox;
  readonly #job: Job;
  readonly #origin: Origin;

  constructor(sandbox: Sandbox, job: Job, origin: Origin) {
    this.#sandbox = sandbox;
    this.#job = job;
    this.#origin = origin;
  }

  /** Nothing if nothing was thrown. */
  check(result: ReturnType<Sandbox['call']>): StepFailure | undefined {
    return result.error === undefined ? undefined : this.failure(result.error);
  }

  failure(error: QuickJSHandle): StepFailure {
    return this.failureOf(this.describe(error));
  }

  /** Without memory for an error, QuickJS throws null. */
  failureOf(thrown: Thrown): StepFailure {
    const { step, limits } = this.#job;
    const { files, granted, requests, clock, random } = this.#sandbox;
    const { network } = requests;
    if (!network.isOpen && thrown.name === 'ReferenceError' && /\bfetch\b/.test(thrown.message)) return noNetwork();
    for (const denial of [granted.denied, network.denied, clock.refused, random.refused]) {
      const denied = notGranted(denial, thrown.message);
      if (denied !== undefined) return denied;
    }
    const exceeded = files.exceeded ?? granted.exceeded ?? network.exceeded;
    if (exceeded !== undefined && thrown.message.includes(OVER_LIMIT)) return overLimit(exceeded, limits);
    if (this.#sandbox.starved && thrown.name === '' && thrown.message === 'null') return overLimit('memory', limits);
    return threw(thrown, step, this.#origin, limits);
  }

  describe(error: QuickJSHandle): Thrown {
    const described = this.#sandbox.call('describe', error);
    if (described.error !== undefined && this.#sandbox.starved)
      return { name: 'InternalError', message: 'out of memory', stack: '' };
    if (described.error !== undefined) return { name: '', message: 'an error that cannot be shown', stack: '' };
    return JSON.parse(this.#sandbox.context.getString(described.value)) as Thrown;
  }

  /** As if the step had thrown an error of this text. */
  text(message: string): Outcome {
    return fail({ reason: 'threw', message, position: { file: this.#origin.file, line: this.#origin.line } });
  }
}

export function fail(failure: StepFailure): Outcome {
  return { ok: false, failure, warnings: [] };
}
