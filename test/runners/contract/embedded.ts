/** One embedded language under test: code in, what became of it out. */
import type { Language, LoadRunner, Outcome, PrintedLine, Runner } from '../../../runners/contract.ts';
import { Printer } from '../../../runners/printer.ts';
import { type StepRequest, jobOf } from './job.ts';

interface Ended {
  readonly outcome: Outcome;
  /** The output's text, or the failure. */
  readonly shown: unknown;
  readonly warnings: readonly string[];
  readonly lines: readonly PrintedLine[];
}

export type Run = (code: string, request?: Omit<StepRequest, 'code'>) => Promise<Ended>;

/** Loads the runner at the first call. */
export function embedded(language: Language, load: LoadRunner): Run {
  let loading: Promise<Runner> | undefined;
  return async (code, request = {}) => {
    loading ??= load({ language, runtime: 'embedded', cacheDir: '', wasi: true, ownsProcess: false });
    const lines: PrintedLine[] = [];
    const printer = new Printer((sent) => lines.push(...sent));
    const outcome = await (await loading).run(jobOf(language, 'embedded', { code, ...request }), {
      print: (stream, text) => printer.print(stream, text),
      stopped: new AbortController().signal,
    });
    lines.push(...printer.finish());
    const shown = outcome.ok ? Buffer.from(outcome.output).toString('utf8') : outcome.failure;
    return { outcome, shown, warnings: outcome.warnings, lines };
  };
}
