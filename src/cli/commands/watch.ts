/** `hwfe watch`: runs a workflow again whenever a file changes that it depends on. */
import { resolve } from 'node:path';
import { statSync } from 'node:fs';
import type { PlainValue } from '../../model/input.ts';
import type { Command } from '../command.ts';
import { withEngine } from '../engine.ts';
import { findWorkflow } from '../find.ts';
import { wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { setUp } from '../setup.ts';
import { handleSignals } from '../signals.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'print-output', short: 'p', about: 'Show what each step prints, as one block when it settles.' },
  { name: 'input', short: 'i', takes: 'NAME=VALUE', about: 'Give an input of the workflow a value; may be repeated.' },
  { name: 'input-file', takes: 'FILE', about: 'Take inputs from a .json or .toml file.' },
  { name: 'all', about: 'Run every step each time, not only those that the change affects.' },
  ...COMMON,
];
const LOOK_EVERY_MS = 250;

export const watch: Command = {
  usage: 'watch FILE',
  about: [
    'Runs a workflow, then again whenever its file, a code file, a module, or a file changes that a step says it reads.',
    'Steps that nothing has changed for are left out, as with cache = true; shell and native steps that do not tell what',
    'they read run each time. Ctrl-C ends it.',
  ].join('\n'),
  options: OPTIONS,
  async run(args, console) {
    const [name, ...more] = args.words;
    if (name === undefined || more.length > 0) return wrong(console, 'Name one workflow file: hwfe watch FILE');
    const setup = await setUp(args, OPTIONS, console);
    if (setup === undefined) return STATUS.wrong;
    const path = findWorkflow(name, setup.config.workflows, console.cwd);
    if (!path.ok) return wrong(console, path.error);
    const isAll = args.has('all');
    const { config } = setup;
    const settings = { ...setup, config: { ...config, cache: { ...config.cache, default: !isAll } } };
    const [{ createSession }, { stateOfFiles }] = await Promise.all([
      import('../session.ts'),
      import('../../store/watched.ts'),
    ]);
    return withEngine(settings, console, async (engine) => {
      /** Asked for once. */
      let given: Record<string, PlainValue> = {};
      const session = createSession(engine, settings, console, {
        delivery: { cwd: console.cwd },
        dryRun: false,
        events: false,
        printOutput: args.has('print-output'),
        start: { cache: { off: isAll } },
        inputs: async (plan) => {
          const { gatherInputs } = await import('../inputs.ts');
          const gathered = await gatherInputs(plan, args, { console, setup: settings }, given);
          if (gathered.ok && gathered.value !== undefined) given = gathered.value;
          return gathered;
        },
      });
      const stateOfFile = (): string => {
        const found = statSync(resolve(console.cwd, path.value), { throwIfNoEntry: false });
        return `${found?.mtimeMs} ${found?.size}`;
      };
      for (;;) {
        const fileBefore = stateOfFile();
        const loaded = await engine.load(path.value, { warm: true });
        const state = (): string => (loaded.ok ? stateOfFiles(loaded.value, console.cwd, given) : stateOfFile());
        // What changes while the steps run counts as well.
        const before = loaded.ok ? state() : fileBefore;
        const known = given;
        await session.run(path.value, loaded);
        if (session.isStopped()) return STATUS.cancelled;
        // Which files were given is known once the first run has begun.
        const base = given === known ? before : state();
        const changed = change(() => state() !== base || (loaded.ok && stateOfFile() !== fileBefore));
        console.out.lines(['', `Waiting for a change of ${path.value}, or of what it reads. Ctrl-C ends.`]);
        if (!(await changed)) return STATUS.succeeded;
        console.out.lines(['']);
      }
    });
  },
};

/** True once `isChanged` says so, false when a signal came first. */
function change(isChanged: () => boolean): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (changed: boolean): void => {
      clearInterval(timer);
      release();
      resolve(changed);
    };
    const timer = setInterval(() => {
      if (isChanged()) end(true);
    }, LOOK_EVERY_MS);
    const stop = (): void => end(false);
    const release = handleSignals(process, { first: stop, second: stop }, STATUS.cancelled);
  });
}
