/** `hwfe resume`: goes on with a run that failed, was cancelled or was interrupted. */
import type { PastRun } from '../../model/history.ts';
import type { Plan } from '../../model/plan.ts';
import type { Command } from '../command.ts';
import { refusalOf } from '../consent.ts';
import type { Console } from '../console.ts';
import { withEngine } from '../engine.ts';
import { stepNamed, withRun, wrong } from '../history.ts';
import { PARK, parkOf, wrongPark } from '../park-flag.ts';
import { COMMON, type Option } from '../options.ts';
import { reportDiagnostics, setUp } from '../setup.ts';
import { STATUS } from '../status.ts';
import { flagged } from '../wishes.ts';

const OPTIONS: readonly Option[] = [
  { name: 'from', takes: 'STEP', about: 'Run this step again, and what depends on it, though they succeeded.' },
  { name: 'input', short: 'i', takes: 'NAME=VALUE', about: 'Give a secret input its value again; may be repeated.' },
  {
    name: 'only-failed',
    about: 'Run only what failed again, also where the run went on without it, and what depends on it.',
  },
  { name: 'force', about: 'Keep outputs of steps that have changed in the file since.' },
  { name: 'yes', short: 'y', about: 'Go on though the permissions of the file have grown since.' },
  {
    name: 'timeout',
    takes: 'DURATION',
    about: 'Give the whole run so much time from now on, such as 90s or 5m.',
    setting: 'execution.timeout',
  },
  { name: 'print-output', short: 'p', about: 'Show what each step prints, as one block when it settles.' },
  PARK,
  { name: 'json', about: 'Print one event per line as JSON, and nothing else.' },
  { name: 'quiet', short: 'q', about: 'Report failures only.' },
  ...COMMON,
];

export const resume: Command = {
  usage: 'resume [RUN]',
  about: [
    'Goes on with a run that failed, was cancelled or was interrupted, under its id, with the flags it was started',
    'with, from where it was started. Steps that succeeded keep their outputs and are not run again; all others start',
    'anew, as the file has them now, but for items of a foreach that succeeded. Where a step that succeeded has changed',
    'since, say whether its output stands (--force) or the step runs again (--from STEP); items that succeeded before',
    'their step changed stand with --only-failed. Inputs stay as they were given; secret ones are asked for again, or',
    'come from --input or HWFE_INPUT_NAME.',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    return withRun(args, OPTIONS, console, async (run, _, { history, setup }) => {
      const from = args.value('from');
      const mistake = wrongPark(args);
      if (mistake !== undefined) return wrong(console, mistake);
      if (run.status === 'running') return wrong(console, `Run "${run.id}" is running in process ${run.pid}`);
      const onlyFailed = args.has('only-failed');
      if (onlyFailed && from !== undefined) return wrong(console, 'Give one of --only-failed and --from');
      if (run.status === 'succeeded' && from === undefined && !onlyFailed) {
        return wrong(
          console,
          `Run "${run.id}" has succeeded; name a step to run again from: --from STEP, or run again what failed in it: --only-failed`,
        );
      }
      // Everything is as it was where the run was started.
      const there: Console = { ...console, cwd: run.cwd };
      const own = run.cwd === console.cwd ? setup : await setUp(args, OPTIONS, there);
      if (own === undefined) return STATUS.wrong;
      const settings = { ...own, config: { ...own.config, store: { ...own.config.store, path: history.directory } } };
      return withEngine(settings, there, async (engine) => {
        const loaded = await engine.load(run.file, { warm: true });
        if (!loaded.ok) {
          await reportDiagnostics(loaded.error, own.styleFor, console);
          return STATUS.wrong;
        }
        const plan = loaded.value;
        const fixed = args.values('input').map((given) => given.split('=', 1)[0]!);
        const kind = fixed.find((name) => plan.workflow.inputs?.some((input) => input.name === name && !input.secret));
        if (kind !== undefined)
          return wrong(console, `Input "${kind}" stays as it was given; only secret ones are given again`);
        if (from !== undefined && (await stepNamed(from, namesOf(plan), console)) === undefined) return STATUS.wrong;
        const [{ planResume }, { renderChanges }, { createSession }] = await Promise.all([
          import('../../store/resume.ts'),
          import('../../terminal/changes.ts'),
          import('../session.ts'),
        ]);
        const again = { from, failed: onlyFailed };
        const { failed, changes, stale, staleItems, damaged, timedSince, ...taken } = planResume(
          history,
          run,
          plan,
          again,
        );
        if (onlyFailed && run.status === 'succeeded' && failed.length === 0)
          return wrong(console, `Nothing failed in run "${run.id}"`);
        const style = own.styleFor(console.err);
        if (changes.length > 0) {
          console.err.lines([`The workflow has changed since the run began:`, ...renderChanges(changes, style)]);
        }
        if (stale.length > 0 && !args.has('force')) return refuse(stale, run, console);
        const [changed] = staleItems;
        if (changed !== undefined && !args.has('force') && !onlyFailed) return refuseItems(changed, run, console);
        for (const step of damaged)
          console.err.lines([
            `The output of "${step}" is damaged, or a file that it names is gone; the step runs again.`,
          ]);
        const refusal = args.has('yes') ? undefined : await refusalOf(loaded.value, settings, there);
        if (refusal !== undefined) return refusal;
        const claimed = history.claim(run);
        if (!claimed.ok) return wrong(console, claimed.error);
        const { timeoutMs } = flagged(own);
        const session = createSession(engine, own, there, {
          delivery: { cwd: run.cwd },
          dryRun: false,
          events: args.has('json'),
          printOutput: args.has('print-output'),
          ...parkOf(args),
          start: {
            ...run.options,
            ...(timeoutMs !== undefined && { timeoutMs }),
            resume: {
              ...taken,
              id: run.id,
              ...(timeoutMs === undefined && timedSince !== undefined && { timedSince }),
            },
          },
          inputs: async () =>
            (await import('../inputs.ts')).gatherInputs(plan, args, { console, setup: own }, run.options.inputs),
        });
        const { status } = await session.run(run.file, loaded);
        if (status !== STATUS.parked) history.forgetFiles();
        return status;
      });
    });
  },
};

function refuse(stale: readonly string[], { id }: PastRun, console: Console): number {
  const names = stale.map((step) => `"${step}"`).join(', ');
  return wrong(
    console,
    `${names} succeeded before ${stale.length === 1 ? 'it' : 'they'} changed; keep what was handed on: hwfe resume ${id} --force, or run again from there: hwfe resume ${id} --from ${stale[0]!}`,
  );
}

function refuseItems(step: string, { id }: PastRun, console: Console): number {
  return wrong(
    console,
    `Items of "${step}" succeeded before it changed; keep what they gave: hwfe resume ${id} --only-failed, or do all again: hwfe resume ${id} --from ${step}`,
  );
}

function namesOf(plan: Plan): string[] {
  return plan.steps.map(({ step }) => step.name);
}
