/** JavaScript steps: ES2023 in QuickJS, one warm interpreter that is put back to new before each. */
import { constants } from 'node:buffer';
import { setTimeout as sleep } from 'node:timers/promises';
import type { QuickJSHandle } from 'quickjs-emscripten';
import type { Job, LoadRunner, Outcome, StepFailure } from '../contract.ts';
import { definesNoRun } from '../failures.ts';
import { markKinds, mayHaveKinds, newMark } from '../kinds/find.ts';
import { clockFor } from '../grants/clock.ts';
import { noNetwork, notGranted } from '../grants/denial.ts';
import { GrantedFiles } from '../grants/granted-files.ts';
import { Network } from '../grants/network.ts';
import { randomFor } from '../grants/random.ts';
import { OVER_LIMIT, RunFiles } from '../kinds/run-files.ts';
import { EMBEDDED_MEMORY, outputTooLarge, overLimit } from '../limits.ts';
import { optimiseLate } from '../optimise-late.ts';
import { canonicalise, inputsText } from '../value.ts';
import { unreachable } from '../unreachable.ts';
import { markBigIntegers, mayHoldBigIntegers } from './big-integers.ts';
import { notRunnable, threw } from './failure.ts';
import type { AnswerHead } from './guest/fetch.ts';
import type { Settled, Thrown } from './guest/kernel.ts';
import type { Refused } from './guest/refusals.ts';
import { Sandbox } from './sandbox.ts';

export const load: LoadRunner = async (setup) => {
  optimiseLate(setup);
  let sandbox: Sandbox | undefined = await Sandbox.create();
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (job, context) => {
      const outcome = last.then(async () => {
        const limit = job.limits.memory ?? EMBEDDED_MEMORY;
        // A memory that an earlier step grew beyond this one's limit cannot hold it to that.
        const current = sandbox === undefined || sandbox.memoryBytes > limit ? await Sandbox.create() : sandbox;
        current.renew();
        current.memoryLimit = limit;
        current.print = (stream, text) => context.print(stream, text);
        current.deadline = context.deadline;
        const step = new Step(current, job);
        // Whatever this step throws at the host, the next one must not find it here.
        sandbox = undefined;
        const ended = await step.run();
        context.spent?.({ memoryBytes: current.memoryBytes });
        // Putting the memory back is cheap, a memory that grew large or was left in the middle of a call is not worth it.
        if (step.broken || current.outgrown) return ended;
        sandbox = current;
        return ended;
      });
      last = outcome.catch(() => {});
      return outcome;
    },
  };
};

/** Jobs that are run before the clock is looked at. */
const JOBS_AT_ONCE = 1000;

const MODULE_WORDS = /\b(?:export|import|await)\b/;
const OWN_RUN = /\b(?:function\s*\*?|const|let|var|class)\s+run\b/;

class Step {
  /** The interpreter was left in the middle of a call. */
  broken = false;
  readonly #sandbox: Sandbox;
  readonly #job: Job;
  readonly #script: Extract<Job['script'], { kind: 'code' }>;

  constructor(sandbox: Sandbox, job: Job) {
    if (job.script.kind !== 'code') throw new Error('Internal error: a JavaScript step has no code');
    this.#sandbox = sandbox;
    this.#job = job;
    this.#script = job.script;
  }

  async run(): Promise<Outcome> {
    try {
      const outcome = (await this.#failure()) ?? this.#outcome();
      return this.#overtime() ?? outcome;
    } catch (error) {
      this.broken = true;
      const overtime = this.#overtime();
      if (overtime !== undefined) return overtime;
      // V8 ends what the interpreter itself did not: guest recursion, or a memory that cannot grow.
      if (error instanceof RangeError) return this.#threwText('RangeError: Maximum call stack size exceeded');
      if (error instanceof WebAssembly.RuntimeError) return fail(overLimit('memory', this.#job.limits));
      throw error;
    } finally {
      this.#sandbox.network.close();
    }
  }

  /** What is said of a step whose time was over before it had an outcome. */
  #overtime(): Outcome | undefined {
    const { overtime } = this.#sandbox;
    return overtime && fail(overtime);
  }

  /** Runs the step until it has settled. */
  async #failure(): Promise<Outcome | undefined> {
    const begun = this.#begin();
    if (begun !== undefined) return fail(begun);
    const namespace = this.#evaluate();
    if ('failure' in namespace) return fail(namespace.failure);
    const { context } = this.#sandbox;
    const hasInputs = this.#job.inputs.size > 0 ? context.true : context.false;
    const failure = this.#check(this.#sandbox.call('start', hasInputs, namespace.handle));
    return failure === undefined ? this.#settle() : fail(failure);
  }

  #begin(): StepFailure | undefined {
    const { context } = this.#sandbox;
    this.#sandbox.files = new RunFiles(this.#job.workdir, this.#job.limits);
    this.#sandbox.granted = new GrantedFiles(this.#job.grants, this.#job.limits, this.#job.prompt);
    this.#sandbox.network = new Network(this.#job.grants, this.#job.limits);
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
    return this.#check(
      this.#sandbox.call(
        'begin',
        context.newString(marked ?? text),
        context.newString(marked === undefined && withKinds === undefined ? '' : mark),
        context.newString(JSON.stringify(this.#job.env)),
        context.newArrayBuffer(this.#sandbox.random.seed().buffer),
        this.#sandbox.network.isOpen ? context.true : context.false,
        context.newString(this.#refused()),
      ),
    );
  }

  #refused(): string {
    const { clock, random } = this.#sandbox;
    if (clock.refused === undefined && random.refused === undefined) return '';
    return JSON.stringify({ clock: clock.refused?.told, random: random.refused?.told } satisfies Refused);
  }

  /** The code as a script; if it cannot be one but may be a module, as that. */
  #evaluate(): { handle: QuickJSHandle } | { failure: StepFailure } {
    const { code, origin } = this.#script;
    const { step } = this.#job;
    if (isSurelyModule(code)) return this.#evaluateModule();
    const { context } = this.#sandbox;
    const script = context.evalCode(code, step, { type: 'global' });
    if (script.error === undefined) return { handle: context.undefined };
    const thrown = this.#describe(script.error);
    if (!isSyntaxErrorOf(thrown, step)) return { failure: this.#failureOf(thrown) };
    if (!MODULE_WORDS.test(code)) return { failure: notRunnable(thrown, step, origin) };
    return this.#evaluateModule();
  }

  #evaluateModule(): { handle: QuickJSHandle } | { failure: StepFailure } {
    const { code, origin } = this.#script;
    const { step } = this.#job;
    const whole = OWN_RUN.test(code) ? `${code}\nexport { run as hwfe_run };` : code;
    const module = this.#sandbox.context.evalCode(whole, step, { type: 'module' });
    if (module.error === undefined) return { handle: module.value };
    const thrown = this.#describe(module.error);
    const unparsed = isSyntaxErrorOf(thrown, step) || thrown.message.startsWith('There is no module ');
    return { failure: unparsed ? notRunnable(thrown, step, origin) : this.#failureOf(thrown) };
  }

  async #settle(): Promise<Outcome | undefined> {
    const { runtime, context } = this.#sandbox;
    for (;;) {
      const jobs = runtime.executePendingJobs(JOBS_AT_ONCE);
      if (jobs.error !== undefined) return fail(this.#threw(jobs.error));
      // Short jobs that follow each other without end are interrupted by nothing else.
      if (this.#sandbox.isOver()) return this.#overtime();
      if (jobs.value === JOBS_AT_ONCE) continue;
      const polled = this.#sandbox.call('poll');
      const failure = this.#check(polled);
      if (failure !== undefined) return fail(failure);
      const wait = context.getNumber(polled.unwrap());
      if (wait === -1) return undefined;
      const { network } = this.#sandbox;
      if (network.busy) {
        const failed = await this.#answers(wait);
        if (failed !== undefined) return fail(failed);
        if (wait === -2) continue;
      } else if (wait === -2)
        return this.#threwText(
          'run returned a promise that nothing can settle any more: no timer and no other work is left',
        );
      else if (wait > 0) {
        const ms = Math.min(wait, this.#leftMs());
        await sleep(ms);
        this.#sandbox.clock.slept(ms);
      }
      if (this.#sandbox.isOver()) return this.#overtime();
      const fired = this.#check(this.#sandbox.call('fire'));
      if (fired !== undefined) return fail(fired);
    }
  }

  #leftMs(): number {
    return this.#sandbox.deadline?.leftMs ?? Number.POSITIVE_INFINITY;
  }

  /** Waits for an answer from the network or for the next timer, and hands over what has come. */
  async #answers(wait: number): Promise<StepFailure | undefined> {
    const { network, context, bodies } = this.#sandbox;
    const waking = new AbortController();
    const longest = Math.min(wait < 0 ? Number.POSITIVE_INFINITY : wait, this.#leftMs());
    const timer =
      longest === Number.POSITIVE_INFINITY
        ? []
        : [sleep(longest, undefined, { signal: waking.signal }).catch(() => undefined)];
    await Promise.race([network.next(), ...timer]);
    waking.abort();
    const answers = network.take();
    if (answers.size === 0) this.#sandbox.clock.slept(wait);
    for (const [id, answer] of answers) {
      const head = answer.ok ? { ...answer, id, body: undefined, size: answer.body.length } : { ...answer, id };
      if (answer.ok) bodies.set(id, answer.body);
      const failure = this.#check(
        this.#sandbox.call('answered', context.newString(JSON.stringify(head satisfies AnswerHead))),
      );
      bodies.clear();
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  #outcome(): Outcome {
    const { context } = this.#sandbox;
    const { origin } = this.#script;
    const settled = JSON.parse(context.getString(this.#sandbox.call('settled').unwrap())) as Settled;
    const position = { file: origin.file, line: origin.line };
    switch (settled.kind) {
      case 'no-run':
        return fail(definesNoRun(this.#job.step, origin));
      case 'threw':
        return fail(this.#failureOf(settled.thrown));
      case 'invalid':
        return fail({ reason: 'output-invalid', message: settled.problem, position });
      case 'output':
        // Its bytes are at least as many, and a text that is far too large may not even fit into a string here.
        return settled.length > this.#job.limits.output
          ? fail(outputTooLarge(settled.length, this.#job.limits))
          : this.#encoded(settled.notFinite);
      default:
        return unreachable(settled);
    }
  }

  #encoded(notFinite: string | undefined): Outcome {
    const { context } = this.#sandbox;
    const text = Buffer.from(context.getString(this.#sandbox.call('outputText').unwrap()));
    const encoded = canonicalise(text);
    // What getters and proxies show may change between the look that decides how to write it and the writing.
    if (!encoded.ok) {
      const { file, line } = this.#script.origin;
      return fail({ reason: 'output-invalid', message: encoded.message, position: { file, line } });
    }
    const { limits } = this.#job;
    if (encoded.value.length > limits.output) return fail(outputTooLarge(encoded.value.length, limits));
    const warnings =
      notFinite === undefined
        ? []
        : [`${notFinite} is not a finite number, which JSON has no form for; it became null`];
    return { ok: true, output: encoded.value, warnings };
  }

  #check(result: ReturnType<Sandbox['call']>): StepFailure | undefined {
    if (result.error === undefined) return undefined;
    return this.#threw(result.error);
  }

  #threw(error: QuickJSHandle): StepFailure {
    return this.#failureOf(this.#describe(error));
  }

  /** Without memory for an error, QuickJS throws null. */
  #failureOf(thrown: Thrown): StepFailure {
    const { step, limits } = this.#job;
    const { files, granted, network, clock, random } = this.#sandbox;
    if (!network.isOpen && thrown.name === 'ReferenceError' && /\bfetch\b/.test(thrown.message)) return noNetwork();
    for (const denial of [granted.denied, network.denied, clock.refused, random.refused]) {
      const denied = notGranted(denial, thrown.message);
      if (denied !== undefined) return denied;
    }
    const exceeded = files.exceeded ?? granted.exceeded ?? network.exceeded;
    if (exceeded !== undefined && thrown.message.includes(OVER_LIMIT)) return overLimit(exceeded, limits);
    if (this.#sandbox.starved && thrown.name === '' && thrown.message === 'null') return overLimit('memory', limits);
    return threw(thrown, step, this.#script.origin, limits);
  }

  #describe(error: QuickJSHandle): Thrown {
    const described = this.#sandbox.call('describe', error);
    if (described.error !== undefined && this.#sandbox.starved)
      return { name: 'InternalError', message: 'out of memory', stack: '' };
    if (described.error !== undefined) return { name: '', message: 'an error that cannot be shown', stack: '' };
    return JSON.parse(this.#sandbox.context.getString(described.value)) as Thrown;
  }

  #threwText(message: string): Outcome {
    const { origin } = this.#script;
    return fail({ reason: 'threw', message, position: { file: origin.file, line: origin.line } });
  }
}

/** A line that begins with `export` where no template, comment or continued string can be open; the other try is spared then. */
function isSurelyModule(code: string): boolean {
  const at = code.search(/^[ \t]*export\b/m);
  return at !== -1 && !/`|\/\*|\\\n$/.test(code.slice(0, at));
}

/** Whether the code itself failed to parse, rather than threw a SyntaxError: only then the stack is its bare place. */
function isSyntaxErrorOf(thrown: Thrown, chunk: string): boolean {
  return thrown.name === 'SyntaxError' && thrown.stack.startsWith(`    at ${chunk}:`);
}

function fail(failure: StepFailure): Outcome {
  return { ok: false, failure, warnings: [] };
}
