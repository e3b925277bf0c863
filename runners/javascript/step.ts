/** One step in a sandbox: what it is given, its code, its outcome. */
import { constants } from 'node:buffer';
import type { Job, Outcome, StepFailure, ThreadSetup } from '../contract.ts';
import { clockFor } from '../grants/clock.ts';
import { filesFor, networkFor, runFilesFor } from '../grants/granted-to.ts';
import { randomFor } from '../grants/random.ts';
import { markKinds, mayHaveKinds, newMark } from '../kinds/find.ts';
import { overLimit } from '../limits.ts';
import { inputsText } from '../value.ts';
import { markBigIntegers, mayHoldBigIntegers } from './big-integers.ts';
import { evaluate } from './evaluate.ts';
import { overtimeOf, settle } from './event-loop.ts';
import type { Refused } from './guest/refusals.ts';
import { outcomeOf } from './outcome.ts';
import { Requests } from './requests.ts';
import type { Sandbox } from './sandbox.ts';
import { fail, Throws } from './thrown.ts';

export class Step {
  /** The interpreter was left in the middle of a call. */
  broken = false;
  readonly #sandbox: Sandbox;
  readonly #job: Job;
  readonly #setup: ThreadSetup;
  readonly #script: Extract<Job['script'], { kind: 'code' }>;
  readonly #throws: Throws;

  constructor(sandbox: Sandbox, job: Job, setup: ThreadSetup) {
    if (job.script.kind !== 'code') throw new Error('Internal error: a JavaScript step has no code');
    this.#sandbox = sandbox;
    this.#job = job;
    this.#setup = setup;
    this.#script = job.script;
    this.#throws = new Throws(sandbox, job, job.script.origin);
  }

  async run(): Promise<Outcome> {
    try {
      const outcome = (await this.#failure()) ?? outcomeOf(this.#sandbox, this.#job, this.#script.origin, this.#throws);
      return overtimeOf(this.#sandbox) ?? outcome;
    } catch (error) {
      this.broken = true;
      const overtime = overtimeOf(this.#sandbox);
      if (overtime !== undefined) return overtime;
      // V8 ends what the interpreter itself did not: guest recursion, or a memory that cannot grow.
      if (error instanceof RangeError) return this.#throws.text('RangeError: Maximum call stack size exceeded');
      if (error instanceof WebAssembly.RuntimeError) return fail(overLimit('memory', this.#job.limits));
      throw error;
    } finally {
      this.#sandbox.requests.network.close();
    }
  }

  /** Runs the step until it has settled. */
  async #failure(): Promise<Outcome | undefined> {
    const begun = this.#begin();
    if (begun !== undefined) return fail(begun);
    const namespace = evaluate(this.#sandbox, { step: this.#job.step, script: this.#script }, this.#throws);
    if ('failure' in namespace) return fail(namespace.failure);
    const { context } = this.#sandbox;
    const hasInputs = this.#job.inputs.size > 0 ? context.true : context.false;
    const failure = this.#throws.check(this.#sandbox.call('start', hasInputs, namespace.handle));
    return failure === undefined ? settle(this.#sandbox, this.#throws) : fail(failure);
  }

  #begin(): StepFailure | undefined {
    const { context } = this.#sandbox;
    this.#sandbox.files = runFilesFor(this.#job, this.#setup);
    this.#sandbox.granted = filesFor(this.#job, this.#setup);
    this.#sandbox.requests = new Requests(networkFor(this.#job, this.#setup));
    this.#sandbox.clock = clockFor(this.#job.clock);
    this.#sandbox.random = randomFor(this.#job.random);
    const given = inputsText(this.#job.inputs);
    const kindMark = mayHaveKinds(given) ? newMark() : '';
    const withKinds = kindMark === '' ? undefined : markKinds(given, kindMark);
    const bytes = withKinds ?? given;
    if (bytes.length > constants.MAX_STRING_LENGTH) return overLimit('memory', this.#job.limits);
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
    const mark = kindMark === '' && mayHoldBigIntegers(text) ? newMark() : kindMark;
    const marked = mark === '' ? undefined : markBigIntegers(text, mark);
    return this.#throws.check(
      this.#sandbox.call(
        'begin',
        context.newString(marked ?? text),
        context.newString(marked === undefined && withKinds === undefined ? '' : mark),
        context.newString(JSON.stringify(this.#job.env)),
        context.newArrayBuffer(this.#sandbox.random.seed().buffer),
        this.#sandbox.requests.network.isOpen ? context.true : context.false,
        context.newString(this.#refused()),
        this.#sandbox.memory === undefined ? context.false : context.true,
      ),
    );
  }

  #refused(): string {
    const { clock, random } = this.#sandbox;
    if (clock.refused === undefined && random.refused === undefined) return '';
    return JSON.stringify({ clock: clock.refused?.told, random: random.refused?.told } satisfies Refused);
  }
}
