/** The implementations that the contract suite runs against: one entry per language and runtime. */
import type { Language, LoadRunner, Outcome, PrintedLine, Runner, Runtime } from '../../../runners/contract.ts';
import { type StepRequest, jobOf } from './job.ts';

export interface Ended {
  readonly outcome: Outcome;
  readonly lines: readonly PrintedLine[];
}

export interface Implementation {
  readonly name: string;
  readonly language: Language;
  readonly runtime: Runtime;
  /** Runs one step to its end. */
  run(request: StepRequest): Promise<Ended>;
  /** Ends what outlives single steps. */
  close?(): Promise<void>;
  /** Names of cases that do not apply, each with the reason. */
  readonly exceptions: Readonly<Record<string, string>>;
}

/** An implementation whose runner works in this very thread. */
export function inProcess(
  language: Language,
  load: () => Promise<{ readonly load: LoadRunner }>,
  exceptions: Readonly<Record<string, string>>,
  runtime: Runtime = 'embedded',
): Implementation {
  let runner: Promise<Runner> | undefined;
  return {
    name: `${language} (${runtime})`,
    language,
    runtime,
    exceptions,
    async run(request) {
      runner ??= load().then((module) => module.load({ language, runtime, cacheDir: '', wasi: true }));
      const lines: PrintedLine[] = [];
      const job = jobOf(language, runtime, request);
      const outcome = await (await runner).run(job, {
        print: (stream, text) => {
          for (const line of text.replace(/\n$/, '').split('\n')) lines.push({ stream, text: line });
        },
        stopped: new AbortController().signal,
      });
      return { outcome, lines };
    },
  };
}

const WHOLE_FLOATS = 'JavaScript has one number type: a whole float is written as an integer (contract 1.3)';

/** Python, shell and native implementations add their entries here. */
export const implementations: readonly Implementation[] = [
  inProcess('lua', () => import('../../../runners/lua/index.ts'), {
    'an async function is awaited': 'Lua has no async functions',
  }),
  inProcess('javascript', () => import('../../../runners/javascript/index.ts'), {
    'integers stay integers and floats stay floats': WHOLE_FLOATS,
  }),
];
