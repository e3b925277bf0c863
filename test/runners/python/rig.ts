/** Runs embedded Python steps in this thread. */
import type { Job, Outcome, PrintedLine, Runner } from '../../../runners/contract.ts';
import { Printer } from '../../../runners/printer.ts';
import { load } from '../../../runners/python/index.ts';
import { jobOf, type StepRequest } from '../contract/job.ts';
import { setupOf, shown } from '../process/rig.ts';

export class PythonRig {
  readonly cacheDir: string;
  #runner: Promise<Runner> | undefined;

  /** Empty for no cache. */
  constructor(cacheDir = '') {
    this.cacheDir = cacheDir;
  }

  async run(
    request: StepRequest,
    job: Partial<Job> = {},
  ): Promise<{ readonly outcome: Outcome; readonly lines: readonly PrintedLine[] }> {
    this.#runner ??= load(setupOf('python', 'embedded', this.cacheDir));
    const runner = await this.#runner;
    const lines: PrintedLine[] = [];
    const printer = new Printer((sent) => lines.push(...sent));
    const outcome = await runner.run(
      { ...jobOf('python', 'embedded', request), ...job },
      { print: (stream, text) => printer.print(stream, text), stopped: new AbortController().signal },
    );
    lines.push(...printer.finish());
    return { outcome, lines };
  }

  /** The output's text, or the failure. */
  async output(code: string, request: Omit<StepRequest, 'code'> = {}, job: Partial<Job> = {}): Promise<unknown> {
    return shown((await this.run({ ...request, code }, job)).outcome);
  }

  async failure(code: string, request: Omit<StepRequest, 'code'> = {}): Promise<Record<string, unknown>> {
    const { outcome } = await this.run({ ...request, code });
    return outcome.ok ? { output: shown(outcome) } : { ...outcome.failure };
  }
}
