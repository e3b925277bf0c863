/** `hwfe repl`: a prompt in a step's language, with the inputs that the step got. */
import { strictest } from '../../model/isolation.ts';
import type { Command } from '../command.ts';
import type { Console } from '../console.ts';
import { withEngine } from '../engine.ts';
import { givenAgain } from '../given-again.ts';
import { withRun, wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { setUp } from '../setup.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'input', short: 'i', takes: 'INPUT.FIELD=VALUE', about: 'Change an input; may be repeated.' },
  ...COMMON.map((option) =>
    option.name === 'set'
      ? { ...option, takes: 'PLACE=VALUE', about: 'Change an input, as --input does, or a setting; may be repeated.' }
      : option,
  ),
];

export const repl: Command = {
  usage: 'repl RUN STEP',
  about: [
    "Opens a prompt in a step's language, where the step ran: with its inputs as `inputs` (in a shell as INPUT_… and",
    'parse_input), its environment, its permissions and its limits of memory. :help lists what the prompt itself takes;',
    ':quit or Ctrl-D ends it. Lines may come from a pipe as well.',
  ].join('\n'),
  options: OPTIONS,
  async run(all, console) {
    if (all.words.length !== 2) return wrong(console, 'Name a run and a step: hwfe repl latest STEP');
    const { splitPairs, setInput } = await import('../set-input.ts');
    const { settings: args, inputs: changes } = splitPairs(all);
    return withRun(args, OPTIONS, console, async (run, [name = ''], { history, setup }) => {
      const [{ stepNamed }, { replayOf, stepToDo }] = await Promise.all([
        import('../history.ts'),
        import('../../store/replay.ts'),
      ]);
      const known = history.definition(run)?.steps.map((step) => step.name) ?? [name];
      const { withoutItems } = await import('../../model/nested.ts');
      if ((await stepNamed(withoutItems(name), known, console)) === undefined) return STATUS.wrong;
      const found = replayOf(history, run, name);
      if (!found.ok) return wrong(console, found.error);
      let { inputs } = found.value;
      for (const given of changes) {
        const changed = setInput(inputs, given);
        if (!changed.ok) return wrong(console, changed.error);
        inputs = changed.value;
      }
      // Everything is as it was where the run was started.
      const there: Console = { ...console, cwd: run.cwd };
      const own = run.cwd === console.cwd ? setup : await setUp(args, OPTIONS, there);
      if (own === undefined) return STATUS.wrong;
      const { config } = own;
      const isolation = strictest(config.execution.isolation, stepToDo(found.value).isolation);
      const { openPrompt } = await import('../prompt.ts');
      // Who types takes the time that it takes.
      const limits = { ...config.limits, cpuMs: 0, wallMs: 0 };
      const settings = { ...own, config: { ...config, limits, store: { path: 'none', required: false } } };
      return withEngine(settings, there, async (engine) => {
        const around = { console: there, setup: own, engine };
        const given = await givenAgain(found.value, args, around, run.options.inputs);
        if (!given.ok) return given.error;
        const surroundings = { run, isolation, config: settings.config, console, given: given.value };
        return openPrompt(engine, { ...found.value, inputs }, { ...surroundings, name: withoutItems(name) });
      });
    });
  },
};
