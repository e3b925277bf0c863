/** The implementations that the contract suite runs against: one entry per language and runtime. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type {
  Job,
  Language,
  LoadRunner,
  Outcome,
  PrintedLine,
  Runner,
  Runtime,
  ThreadSetup,
} from '../../../runners/contract.ts';
import { Printer } from '../../../runners/printer.ts';
import { findBubblewrap } from '../../../runners/process/bubblewrap.ts';
import { Slots } from '../../../src/run/slots.ts';
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
  bubblewrap: string | undefined,
  language: Language,
  load: () => Promise<{ readonly load: LoadRunner }>,
  exceptions: Readonly<Record<string, string>>,
): Implementation {
  const rig = new ProcessRig();
  const tmp = bubblewrap === undefined ? '' : mkdtempSync(join(tmpdir(), 'hwfe-test-sandbox-'));
  const strict = bubblewrap === undefined ? {} : { isolation: 'os' as const, bubblewrap, tmp };
  let runner: Promise<Runner> | undefined;
  return {
    name: `${language} (native${bubblewrap === undefined ? '' : ', os'})`,
    language,
    runtime: 'native',
    exceptions,
    async run(request) {
      runner ??= load().then((module) => module.load(setupOf(language, 'native')));
      const env = { PATH: process.env['PATH'] ?? '', ...request.env };
      return rig.run(await runner, { ...jobOf(language, 'native', { ...request, env }), ...strict });
    },
    async close() {
      await rig.close();
      if (tmp !== '') rmSync(tmp, { recursive: true });
    },
  };
}

/** An implementation whose runner works in a process without rights, as steps of a stricter isolation do. */
function inSlot(
  language: Language,
  bubblewrap: string | undefined,
  exceptions: Readonly<Record<string, string>>,
): Implementation {
  const isolation = bubblewrap === undefined ? 'process' : 'os';
  let slots: Slots | undefined;
  return {
    name: `${language} (${isolation})`,
    language,
    runtime: 'embedded',
    exceptions,
    async run(request) {
      const setup: ThreadSetup = { language, runtime: 'embedded', cacheDir: '', wasi: true, ownsProcess: true };
      slots ??= new Slots(setup, { language, cacheDir: '', bubblewrap }, 1);
      const lines: PrintedLine[] = [];
      const onLines = (more: readonly PrintedLine[]): void => void lines.push(...more);
      const job: Job = { ...jobOf(language, 'embedded', request), isolation };
      const { outcome } = await slots.start(job, { timeoutMs: undefined, onLines }).finished;
      return { outcome, lines };
    },
    close: async () => slots?.close(),
  };
}

const WHOLE_FLOATS = 'JavaScript has one number type: a whole float is written as an integer (contract 1.3)';

/** Those of stricter isolation, fresh ones, for the caller to close; those in sandboxes where the machine can make them. */
export async function createStricter(): Promise<readonly Implementation[]> {
  const found = await findBubblewrap(process.env['PATH']);
  if (!found.ok) console.warn(`The contract is not tested in sandboxes here. ${found.message}`);
  const bubblewrap = found.ok ? found.program : undefined;
  const slots = (program: string | undefined): readonly Implementation[] => [
    inSlot('lua', program, LUA),
    inSlot('javascript', program, JAVASCRIPT),
    inSlot('python', program, {}),
  ];
  if (bubblewrap === undefined) return slots(undefined);
  return [...slots(undefined), ...slots(bubblewrap), ...onTheHost(bubblewrap)];
}

const LUA: Implementation['exceptions'] = { 'an async function is awaited': 'Lua has no async functions' };
const JAVASCRIPT: Implementation['exceptions'] = { 'integers stay integers and floats stay floats': WHOLE_FLOATS };

/** Fresh ones, for the caller to close. */
export function createImplementations(): readonly Implementation[] {
  return [
    inProcess('lua', () => import('../../../runners/lua/index.ts'), LUA),
    inProcess('javascript', () => import('../../../runners/javascript/index.ts'), JAVASCRIPT),
    inProcess('python', () => import('../../../runners/python/index.ts'), {}),
    ...onTheHost(),
  ];
}

/** In a sandbox, where there is a program to make it. */
function onTheHost(bubblewrap?: string): readonly Implementation[] {
  return [
    throughSpawner(bubblewrap, 'shell', () => import('../../../runners/shell/index.ts'), {
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
    throughSpawner(bubblewrap, 'python', () => import('../../../runners/native/index.ts'), {}),
    throughSpawner(bubblewrap, 'javascript', () => import('../../../runners/native/index.ts'), JAVASCRIPT),
    throughSpawner(bubblewrap, 'lua', () => import('../../../runners/native/index.ts'), {
      ...LUA,
      'granted files are listed by their pattern': 'plain Lua has no way to list files, and says so',
    }),
  ];
}
