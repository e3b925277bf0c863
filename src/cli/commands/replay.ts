/** `hwfe replay`: runs one step of a past run again, with the inputs it got. */
import type { RunRecord } from '../../model/record.ts';
import type { Replay } from '../../store/replay.ts';
import type { Command } from '../command.ts';
import type { Console } from '../console.ts';
import { withEngine } from '../engine.ts';
import { type Reading, withRun, wrong } from '../history.ts';
import { type Arguments, COMMON, type Option } from '../options.ts';
import { givenAgain } from '../given-again.ts';
import { setUp } from '../setup.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'input', short: 'i', takes: 'INPUT.FIELD=VALUE', about: 'Change an input; may be repeated.' },
  { name: 'against', about: 'Say where the output differs from what was handed on then; the status is 1 if it does.' },
  { name: 'edit', short: 'e', about: 'Open the code in $EDITOR first.' },
  { name: 'write', about: 'With --edit: put the code back into its file if the step succeeds, without asking.' },
  ...COMMON.map((option) =>
    option.name === 'set'
      ? { ...option, takes: 'PLACE=VALUE', about: 'Change an input, as --input does, or a setting; may be repeated.' }
      : option,
  ),
];

export const replay: Command = {
  usage: 'replay RUN STEP',
  about: [
    'Runs one step of a past run again, with the code, the inputs and the environment entries of the file that it had',
    'then, where it ran. Its output goes to standard output, what it prints to standard error, and nothing is',
    'remembered. What it is passed from the environment, and its secrets, are those of now. One item of a foreach is',
    'named with its number, as on the screen: "fetch[3]".',
  ].join('\n'),
  options: OPTIONS,
  async run(all, console) {
    if (all.words.length !== 2) return wrong(console, 'Name a run and a step: hwfe replay latest STEP');
    const { splitPairs } = await import('../set-input.ts');
    const { settings: args, inputs: changes } = splitPairs(all);
    return withRun(args, OPTIONS, console, async (run, [name = ''], reading) => {
      const { stepNamed } = await import('../history.ts');
      const known = reading.history.definition(run)?.steps.map((step) => step.name) ?? [name];
      const { withoutItems } = await import('../../model/nested.ts');
      const step = withoutItems(name);
      if ((await stepNamed(step, known, console)) === undefined) return STATUS.wrong;
      const { replayOf } = await import('../../store/replay.ts');
      const found = replayOf(reading.history, run, name);
      if (!found.ok) return wrong(console, found.error);
      const prepared = await prepare(found.value, { args, changes }, console);
      if (typeof prepared === 'string') return wrong(console, prepared);
      const there: Console = { ...console, cwd: run.cwd };
      const own = run.cwd === console.cwd ? reading.setup : await setUp(args, OPTIONS, there);
      if (own === undefined) return STATUS.wrong;
      const settings = { ...own, config: { ...own.config, store: { path: 'none', required: false } } };
      const record = await withEngine(settings, there, async (engine) => {
        const { visibleLine } = await import('../../terminal/visible.ts');
        const { plan, inputs, keys } = prepared;
        const { workdir } = run.options;
        const given = await givenAgain(plan, args, { console: there, setup: own, engine }, run.options.inputs);
        if (!given.ok) return given.error;
        return engine.start(plan, {
          ...(given.value && { inputs: given.value }),
          resume: { id: run.id, kept: inputs, lastLines: prepared.lastLines },
          cache: { off: true },
          keys,
          ...(workdir !== undefined && { workdir }),
          ...(run.options.allow !== undefined && { allow: run.options.allow }),
          listener: {
            onEvent: (event) => {
              if (event.kind === 'step-printed') console.err.lines(event.lines.map(({ text }) => visibleLine(text)));
              if (event.kind === 'step-warned') console.err.lines([`warning: ${event.message}`]);
            },
          },
        }).finished;
      });
      if (typeof record === 'number') return record;
      return report(record, step, { found: found.value, prepared, reading, cwd: run.cwd });
    });
  },
};

/** The step as it is to run, or what is wrong with the flags. */
async function prepare(
  replayed: Replay,
  { args, changes }: { readonly args: Arguments; readonly changes: readonly string[] },
  console: Console,
): Promise<Replay | string> {
  let { inputs } = replayed;
  for (const given of changes) {
    const { setInput } = await import('../set-input.ts');
    const changed = setInput(inputs, given);
    if (!changed.ok) return changed.error;
    inputs = changed.value;
  }
  const ready = { ...replayed, inputs };
  if (!args.has('edit')) return ready;
  const { script, language, work } = replayed.plan.steps.at(-1)!.step;
  if (work !== undefined || script.kind !== 'code') {
    return `The step ${script?.kind === 'action' ? 'is an action, which ' : ''}has no code to edit`;
  }
  const { editCode } = await import('../edit-code.ts');
  const edited = editCode(script.code, language, console.env);
  if (!edited.ok) return edited.error;
  const { withCode } = await import('../../store/replay.ts');
  return withCode(ready, edited.value);
}

async function report(
  record: RunRecord,
  name: string,
  { found, prepared, reading, cwd }: { found: Replay; prepared: Replay; reading: Reading; cwd: string },
): Promise<number> {
  const { args, console, history } = reading;
  const step = record.steps.get(name)!;
  if (step.output === undefined) {
    const { describeFailure } = await import('../../model/failure.ts');
    const failure = step.failure;
    const place = failure !== undefined && 'position' in failure ? failure.position : undefined;
    const where = place === undefined ? '' : ` (${place.file}:${place.line})`;
    const trace = failure?.reason === 'threw' && failure.trace !== undefined ? failure.trace.split('\n') : [];
    console.err.lines([
      `✗ ${name}: ${failure === undefined ? step.status : describeFailure(failure)}${where}`,
      ...trace,
    ]);
    return STATUS.stepFailed;
  }
  console.out.write(step.output);
  console.out.write('\n');
  let status: number = STATUS.succeeded;
  if (args.has('against')) {
    const [{ compare }, { renderDifference }] = await Promise.all([
      import('../../store/difference.ts'),
      import('../../terminal/difference.ts'),
    ]);
    const before = found.itemOutput ?? (found.output && history.value(found.output));
    if (before === undefined) return wrong(console, `Step "${name}" handed nothing on in that run`);
    const difference = compare(before, step.output);
    console.err.lines([difference === undefined ? 'The output is the same.' : renderDifference(difference)]);
    if (difference !== undefined) status = STATUS.stepFailed;
  }
  if (args.has('edit')) {
    const { writeBack } = await import('../edit-code.ts');
    const [old, edited] = [found, prepared].map(({ plan }) => plan.steps.at(-1)!.step.script);
    if (old?.kind !== 'code' || edited?.kind !== 'code' || old.code === edited.code) return status;
    if (!args.has('write')) {
      const answer = await console.ask?.(`Put the code back into ${old.origin.file}? [y/N] `, false);
      if (answer === undefined || !/^y(es)?$/i.test(answer.trim())) return status;
    }
    const written = writeBack(old, edited.code, cwd);
    if (!written.ok) return wrong(console, written.error);
    console.err.lines([`The code is in ${written.value}.`]);
  }
  return status;
}
