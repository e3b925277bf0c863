/** `hwfe replay`: runs one step of a past run again, with the inputs it got. */
import type { HostWork } from '../../model/host-work.ts';
import { everyStepOf, nameWithin, pathOf } from '../../model/nested.ts';
import type { RunRecord, StepRecord } from '../../model/record.ts';
import { isCode, type Step } from '../../model/step.ts';
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
    'named with its number, and a step inside another with that one, as on the screen: "fetch[3]", "outer/inner".',
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
      const prepared = await prepare(found.value, { name, args, changes }, console);
      if (typeof prepared === 'string') return wrong(console, prepared);
      const there: Console = { ...console, cwd: run.cwd };
      const own = run.cwd === console.cwd ? reading.setup : await setUp(args, OPTIONS, there);
      if (own === undefined) return STATUS.wrong;
      const settings = { ...own, config: { ...own.config, store: { path: 'none', required: false } } };
      const record = await withEngine(settings, there, async (engine) => {
        const { visibleLine } = await import('../../terminal/visible.ts');
        const { plan, inputs, keys } = prepared;
        const { workdir } = run.options;
        const given = await givenAgain(prepared, args, { console: there, setup: own, engine }, run.options.inputs);
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
  { name, args, changes }: { readonly name: string; readonly args: Arguments; readonly changes: readonly string[] },
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
  const { stepToDo, withStep } = await import('../../store/replay.ts');
  const step = stepToDo(replayed);
  const unanswered = everyStepOf({ steps: [step] }).find(waitsForSomebody);
  if (unanswered !== undefined) {
    const which = unanswered === step ? 'waits' : `has "${unanswered.name}" inside it, which waits`;
    return `Step "${name}" ${which} for somebody, and nobody is heard during a replay`;
  }
  if (!args.has('edit')) return ready;
  const { script, language, work } = step;
  if (work !== undefined) return whyNoCode(work, name);
  if (script.kind !== 'code')
    return `Step "${name}" is ${script.kind === 'action' ? 'an action' : 'a module'}, which has no code to edit`;
  const { editCode } = await import('../edit-code.ts');
  const edited = editCode(script.code, language, console.env);
  if (!edited.ok) return edited.error;
  return withStep(ready, (step) =>
    isCode(step) && step.script.kind === 'code' ? { ...step, script: { ...step.script, code: edited.value } } : step,
  );
}

function waitsForSomebody({ work }: Step): boolean {
  return work?.kind === 'human' || (work?.kind === 'wait_for' && work.signal !== undefined);
}

function whyNoCode(work: HostWork, name: string): string {
  if (!('inside' in work)) return `Step "${name}" is done by the engine, and has no code to edit`;
  const [first] = work.inside.steps;
  const example = first === undefined ? '' : `: "${nameWithin(name, first.name)}"`;
  return `Step "${name}" has steps inside it, and no code of its own; name one of them${example}`;
}

async function report(
  record: RunRecord,
  name: string,
  { found, prepared, reading, cwd }: { found: Replay; prepared: Replay; reading: Reading; cwd: string },
): Promise<number> {
  const { args, console, history } = reading;
  const output = record.steps.get(name)?.output;
  if (output === undefined) {
    const { describeFailure } = await import('../../model/failure.ts');
    const step = whereItFailed(record, name);
    const { failure } = step;
    const place = failure !== undefined && 'position' in failure ? failure.position : undefined;
    const where = place === undefined ? '' : ` (${place.file}:${place.line})`;
    const trace = failure?.reason === 'threw' && failure.trace !== undefined ? failure.trace.split('\n') : [];
    console.err.lines([
      `✗ ${step.name}: ${failure === undefined ? step.status : describeFailure(failure)}${where}`,
      ...trace,
    ]);
    return STATUS.stepFailed;
  }
  console.out.write(output);
  console.out.write('\n');
  let status: number = STATUS.succeeded;
  if (args.has('against')) {
    const [{ compare }, { renderDifference }] = await Promise.all([
      import('../../store/difference.ts'),
      import('../../terminal/difference.ts'),
    ]);
    const before = found.itemOutput ?? (found.output && history.value(found.output));
    if (before === undefined) return wrong(console, `Step "${name}" handed nothing on in that run`);
    const difference = compare(before, output);
    console.err.lines([difference === undefined ? 'The output is the same.' : renderDifference(difference)]);
    if (difference !== undefined) status = STATUS.stepFailed;
  }
  if (args.has('edit')) {
    const [{ writeBack }, { stepToDo }] = await Promise.all([
      import('../edit-code.ts'),
      import('../../store/replay.ts'),
    ]);
    const [old, edited] = [found, prepared].map((each) => stepToDo(each).script);
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

/** Of one inside others it may be one of these that could not begin. */
function whereItFailed(record: RunRecord, name: string): StepRecord {
  const path = pathOf(name);
  const around = path.map((_, index) => path.slice(0, path.length - index).join('/'));
  const records = around.flatMap((one) => record.steps.get(one) ?? []);
  return records.find(({ failure }) => failure !== undefined) ?? records[0]!;
}
