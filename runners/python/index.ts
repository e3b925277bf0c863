/** The embedded Python runner: CPython in WebAssembly, a fresh state for every step. */
import { join, resolve } from 'node:path';
import type { Job, LoadRunner, Outcome, RunnerContext, StepFailure, ThreadSetup } from '../contract.ts';
import { BlockingNetwork, type Porter } from '../grants/blocking-network.ts';
import { clockFor } from '../grants/clock.ts';
import { type Denial, notGranted } from '../grants/denial.ts';
import type { FileReach } from '../grants/file-reach.ts';
import { filesFor, porterFor, runFilesFor } from '../grants/granted-to.ts';
import { randomFor } from '../grants/random.ts';
import { markKinds, mayHaveKinds, newMark } from '../kinds/find.ts';
import { EMBEDDED_MEMORY, overLimit } from '../limits.ts';
import { outcomeOf } from '../native/answer.ts';
import { optimiseLate } from '../optimise-late.ts';
import { inputsText } from '../value.ts';
import { boot } from './boot.ts';
import { interpreterFrom } from './interpreter.ts';
import type { Interpreter } from './interpreter.ts';
import { findWheels, loadWheels } from './packages.ts';

/** Boots before it resolves, so that the thread's first job finds Python warm. */
export const load: LoadRunner = async (setup) => {
  optimiseLate(setup);
  const warm = new WarmInterpreter(setup);
  await warm.take([], Number.POSITIVE_INFINITY);
  const reach = { setup, porter: porterFor(setup) };
  return { run: (job, context) => runStep(job, context, warm, reach) };
};

/** The thread's one interpreter: cleaned between steps, replaced when it cannot be cleaned or lacks packages. */
class WarmInterpreter {
  readonly #setup: ThreadSetup;
  readonly #packagesDir: string;
  #packages = '';
  #interpreter: Interpreter | undefined;
  #dirty = false;

  constructor(setup: ThreadSetup) {
    this.#setup = setup;
    this.#packagesDir = join(setup.cacheDir, 'packages');
  }

  /** A clean interpreter with these distributions, which a step before has not made larger than `memory` bytes; or why there is none. */
  async take(packages: readonly string[], memory: number): Promise<Interpreter | StepFailure> {
    this.#clean();
    const wanted = [...packages].sort().join(' ');
    if (this.#interpreter === undefined || this.#packages !== wanted || this.#interpreter.size > memory) {
      const wheels = findWheels(packages, this.#packagesDir);
      if (!wheels.ok) return missing(wheels.missing, this.#packagesDir);
      this.#interpreter = undefined;
      const booted = await boot(this.#setup.cacheDir, this.#packagesDir, this.#setup.built);
      const problem = await loadWheels(booted.python, wheels.load);
      if (problem !== undefined) return { reason: 'runtime-missing', message: problem };
      this.#interpreter = interpreterFrom(booted);
      this.#packages = wanted;
    }
    this.#dirty = true;
    return this.#interpreter;
  }

  /** Cleaning takes some milliseconds: they are spent once the outcome is on its way. */
  giveBack(intact: boolean): void {
    if (!intact) this.#interpreter = undefined;
    setImmediate(() => this.#clean());
  }

  #clean(): void {
    if (this.#dirty && this.#interpreter?.restore() === false) this.#interpreter = undefined;
    this.#dirty = false;
  }
}

async function runStep(
  job: Job,
  context: RunnerContext,
  warm: WarmInterpreter,
  { setup, porter }: { readonly setup: ThreadSetup; readonly porter: Porter },
): Promise<Outcome> {
  const { script } = job;
  if (script.kind !== 'code') throw new Error('Internal error: a Python step has no code');
  const most = job.limits.memory ?? EMBEDDED_MEMORY;
  const interpreter = await warm.take(job.packages, most);
  if ('reason' in interpreter) return failed(interpreter);
  if (interpreter.size > most) return failed(overLimit('memory', job.limits));
  const { code, origin } = script;
  const inputs = inputsText(job.inputs);
  const mark = mayHaveKinds(inputs) ? newMark() : '';
  const marked = mark === '' ? undefined : markKinds(inputs, mark);
  const clock = clockFor(job.clock);
  const random = randomFor(job.random);
  const memory = job.memory === undefined ? undefined : context.memory;
  const noRandom = random.refused && { noRandom: random.refused.told };
  const own = {
    code,
    ...origin,
    step: job.step,
    embedded: true,
    env: job.env,
    ...noRandom,
    ...(memory && { memory: true as const }),
  };
  const request = marked === undefined ? own : { ...own, mark };
  const print: RunnerContext['print'] = (stream, text) => context.print(stream, text);
  const files = {
    run: runFilesFor(job, setup),
    granted: filesFor(job, setup),
  };
  const network = new BlockingNetwork(job.grants, job.limits, porter);
  const answer = interpreter.run(request, marked ?? inputs, {
    limits: job.limits,
    deadline: context.deadline,
    files,
    network,
    memory,
    clock,
    random,
    print,
  });
  context.spent?.({ memoryBytes: interpreter.size });
  warm.giveBack(answer.kind !== 'crashed' || answer.intact);
  if (answer.kind === 'late') return failed(answer.failure);
  const exceeded = answer.exceeded ?? files.run.exceeded ?? files.granted.exceeded ?? network.exceeded;
  if (answer.kind === 'crashed')
    return failed(exceeded === undefined ? crash(answer.message) : overLimit(exceeded, job.limits));
  if (answer.unwritten !== undefined)
    return failed(
      exceeded === undefined ? { reason: 'threw', message: answer.unwritten } : overLimit(exceeded, job.limits),
    );
  const outcome = outcomeOf(answer.bytes, job.limits);
  if (outcome === undefined) return failed(crash('it left no answer'));
  const raised = outcome.ok || outcome.failure.reason !== 'threw' ? '' : outcome.failure.message;
  const noClock = answer.askedForTime === true ? withPythons(clock.refused, '') : undefined;
  for (const denial of [
    files.granted.denied,
    withPythons(deniedFile(files.granted.reach, raised), ": '"),
    network.denied,
    random.refused,
    noClock,
  ]) {
    const denied = notGranted(denial, raised);
    if (denied !== undefined) return failed(denied);
  }
  return exceeded !== undefined && isShortage(outcome) ? failed(overLimit(exceeded, job.limits)) : outcome;
}

/** The one that is told of by its path, as far as Python shows that as it is. */
function deniedFile({ denials, denied, directory }: FileReach, raised: string): Denial | undefined {
  const path = /Permission denied: '([^'\\]*)'/.exec(raised)?.[1];
  return (path === undefined ? undefined : denials.get(resolve(directory, path))) ?? denied;
}

/** The C library tells of it, not we; of a file it adds the path. */
function withPythons(denial: Denial | undefined, more: string): Denial | undefined {
  return denial && { ...denial, told: `PermissionError: [Errno 2] Permission denied${more}` };
}

/** Whether the step failed for want of memory or of room for files, as Python words it. */
function isShortage(outcome: Outcome): boolean {
  if (outcome.ok || outcome.failure.reason !== 'threw') return false;
  return /^MemoryError\b|over limits\.|room for the file|\[Errno (22|51)\]|disk I\/O error|database or disk is full/.test(
    outcome.failure.message,
  );
}

function failed(failure: StepFailure): Outcome {
  return { ok: false, failure, warnings: [] };
}

function crash(message: string): StepFailure {
  return { reason: 'threw', message: `The step ended its Python interpreter: ${message}` };
}

function missing(wheel: string, directory: string): StepFailure {
  return {
    reason: 'runtime-missing',
    message: `Put ${wheel} into "${directory}", or run the step with runtime = "native": hwfe downloads no packages by itself`,
  };
}
