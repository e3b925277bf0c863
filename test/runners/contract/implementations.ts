/** The implementations that the contract suite runs against: one entry per language and runtime. */
import type { Language, LoadRunner, Outcome, PrintedLine, Runner, Runtime } from '../../../runners/contract.ts';
import { Printer } from '../../../runners/printer.ts';
import { ProcessRig, setupOf } from '../process/rig.ts';
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
function inProcess(
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
      runner ??= load().then((module) =>
        module.load({ language, runtime, cacheDir: '', wasi: true, ownsProcess: false }),
      );
      const lines: PrintedLine[] = [];
      const printer = new Printer((sent) => lines.push(...sent));
      const job = jobOf(language, runtime, request);
      const outcome = await (await runner).run(job, {
        print: (stream, text) => printer.print(stream, text),
        stopped: new AbortController().signal,
      });
      lines.push(...printer.finish());
      return { outcome, lines };
    },
  };
}

/** An implementation whose runner works in this thread and starts processes through a spawner of its own. */
function throughSpawner(
  language: Language,
  load: () => Promise<{ readonly load: LoadRunner }>,
  exceptions: Readonly<Record<string, string>>,
): Implementation {
  const rig = new ProcessRig();
  let runner: Promise<Runner> | undefined;
  return {
    name: `${language} (native)`,
    language,
    runtime: 'native',
    exceptions,
    async run(request) {
      runner ??= load().then((module) => module.load(setupOf(language, 'native')));
      const env = { PATH: process.env['PATH'] ?? '', ...request.env };
      return rig.run(await runner, jobOf(language, 'native', { ...request, env }));
    },
    close: () => rig.close(),
  };
}

const WHOLE_FLOATS = 'JavaScript has one number type: a whole float is written as an integer (contract 1.3)';

/** Fresh ones, for the caller to close. */
export function createImplementations(): readonly Implementation[] {
  return [
    inProcess('lua', () => import('../../../runners/lua/index.ts'), {
      'an async function is awaited': 'Lua has no async functions',
    }),
    inProcess('javascript', () => import('../../../runners/javascript/index.ts'), {
      'integers stay integers and floats stay floats': WHOLE_FLOATS,
    }),
    inProcess('python', () => import('../../../runners/python/index.ts'), {}),
    throughSpawner('shell', () => import('../../../runners/shell/index.ts'), {
      'without inputs, run is called without arguments': 'a shell function takes no inputs as arguments',
      'NaN and infinities become null, with one warning that names the first place': 'JSON text has neither',
      'a function in the output fails the step with its path': 'JSON text cannot hold one',
      'a value that contains itself fails the step with its path': 'JSON text cannot hold one',
      'what a step prints is captured and never taken for its output':
        'a shell step hands on what it prints (section 5)',
      'an error carries its position in the workflow file': 'a command fails by its status: test/runners/shell.test.ts',
      'an error at top level carries its position': 'a command fails by its status: test/runners/shell.test.ts',
      'code that does not parse is not runnable, at its position': 'another syntax: test/runners/shell.test.ts',
      'code without run is not runnable': 'a shell step needs no run (section 5)',
      'an async function is awaited': 'a shell has no async functions',
      'a file that has changed since it was handed on is not read': 'a shell step reads files without us',
      'a table behaves as a list of records, and gives its columns': 'a shell step gets the records (section 8)',
      'a table is made of records or of columns': 'a shell step prints its JSON',
      'a file of the machine is written and read, where that is granted': "a shell step has its user's rights",
      'granted files are listed by their pattern': "a shell step has its user's rights",
    }),
    throughSpawner('python', () => import('../../../runners/native/index.ts'), {}),
    throughSpawner('javascript', () => import('../../../runners/native/index.ts'), {
      'integers stay integers and floats stay floats': WHOLE_FLOATS,
    }),
    throughSpawner('lua', () => import('../../../runners/native/index.ts'), {
      'an async function is awaited': 'Lua has no async functions',
      'granted files are listed by their pattern': 'plain Lua has no way to list files, and says so',
    }),
  ];
}
