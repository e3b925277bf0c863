/** The embedded Python runner: CPython in WebAssembly, a fresh state for every step. */
import { join } from 'node:path';
import type { Job, LoadRunner, Outcome, RunnerContext, StepFailure, ThreadSetup } from '../contract.ts';
import { outcomeOf } from '../native/answer.ts';
import { inputsText } from '../value.ts';
import { boot } from './boot.ts';
import { interpreterFrom } from './interpreter.ts';
import type { Interpreter } from './interpreter.ts';
import { findWheels } from './packages.ts';

/** Boots before it resolves, so that the thread's first job finds Python warm. */
export const load: LoadRunner = async (setup) => {
  const warm = new WarmInterpreter(setup);
  await warm.take([]);
  return { run: (job, context) => runStep(job, context, warm) };
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

  /** A clean interpreter with these distributions, or why there is none. */
  async take(packages: readonly string[]): Promise<Interpreter | StepFailure> {
    this.#clean();
    const wanted = [...packages].sort().join(' ');
    if (this.#interpreter === undefined || this.#packages !== wanted) {
      const wheels = findWheels(packages, this.#packagesDir);
      if (!wheels.ok) return missing(wheels.missing, this.#packagesDir);
      this.#interpreter = undefined;
      const { python } = await boot(this.#setup.cacheDir, this.#packagesDir);
      if (wheels.load.length > 0) {
        const problems: string[] = [];
        const errorCallback = (message: string): void => void problems.push(message);
        await python.loadPackage(wheels.load, { messageCallback: () => undefined, errorCallback });
        if (problems.length > 0) return { reason: 'runtime-missing', message: problems.join('; ') };
      }
      this.#interpreter = interpreterFrom(python);
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

async function runStep(job: Job, context: RunnerContext, warm: WarmInterpreter): Promise<Outcome> {
  const { script } = job;
  if (script.kind !== 'code') throw new Error('Internal error: a Python step has no code');
  const interpreter = await warm.take(job.packages);
  if ('reason' in interpreter) return { ok: false, failure: interpreter, warnings: [] };
  const { code, origin } = script;
  const request = { code, ...origin, step: job.step, embedded: true, env: job.env };
  const answer = interpreter.run(request, inputsText(job.inputs), (stream, text) => context.print(stream, text));
  warm.giveBack(answer.kind === 'answer');
  if (answer.kind === 'crashed') return { ok: false, failure: crash(answer.message), warnings: [] };
  const outcome = outcomeOf(answer.bytes, job.limits.output);
  return outcome ?? { ok: false, failure: crash('it left no answer'), warnings: [] };
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
