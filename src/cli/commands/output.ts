/** `hwfe output`: what steps of a past run handed on. */
import type { PastRun } from '../../model/history.ts';
import { itemNamed } from '../../model/items.ts';
import type { History } from '../../store/history.ts';
import type { Command } from '../command.ts';
import type { Console } from '../console.ts';
import { stepNamed, withRun, wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  {
    name: 'format',
    short: 'f',
    takes: 'FORMAT',
    about: 'plain, markdown or json; without it a single step gives its JSON.',
  },
  ...COMMON,
];

export const output: Command = {
  usage: 'output [RUN] [STEP]',
  about: [
    'Prints what a step of a past run handed on, as its JSON text; without STEP the outputs of the steps that no',
    'other step needs, in short. The output of one item is named "fetch[3]".',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    return withRun(args, OPTIONS, console, async (run, [name], { history }) => {
      const formats = ['plain', 'markdown', 'json'] as const;
      const wanted = args.value('format');
      const format = formats.find((known) => known === wanted);
      if (wanted !== undefined && format === undefined) {
        return wrong(console, `There is no format "${wanted}"; write "plain", "markdown" or "json"`);
      }
      const definition = history.definition(run);
      const names = definition?.steps.map((step) => step.name) ?? [...history.steps(run).keys()];
      const { item, step: of }: { item?: number; step?: string } = name === undefined ? {} : itemNamed(name);
      const step = of === undefined ? undefined : await stepNamed(of, names, console);
      if (name !== undefined && step === undefined) return STATUS.wrong;
      if (item !== undefined && step !== undefined) return outputOfItem(history, run, step, item, console);
      const needed = new Set(definition?.steps.flatMap(({ dependsOn }) => dependsOn));
      const past = history.steps(run);
      const found = (step === undefined ? names.filter((one) => !needed.has(one)) : [step]).flatMap((one) => {
        const kept = past.get(one)?.output;
        return kept === undefined ? [] : [{ step: one, value: history.value(kept) }];
      });
      if (step !== undefined && found.length === 0) {
        return wrong(console, `Step "${step}" has no output: it is ${past.get(step)?.status ?? 'not yet begun'}`);
      }
      const lost = found.filter(({ value }) => value === undefined).map((one) => `"${one.step}"`);
      if (lost.length > 0) return wrong(console, `The output of ${lost.join(', ')} is damaged and cannot be read back`);
      const outputs = found.flatMap(({ step: of, value }) => (value === undefined ? [] : [{ step: of, value }]));
      const { renderOutputs, shortOutputs } = await import('../../terminal/outputs.ts');
      if (format !== undefined)
        for (const piece of renderOutputs(run.workflow, outputs, format)) console.out.write(piece);
      else if (step !== undefined) {
        console.out.write(outputs[0]!.value);
        console.out.write('\n');
      } else {
        const width = console.out.isTerminal ? console.out.size().columns : 100;
        console.out.lines(shortOutputs(outputs, { mostLines: 12, width }));
      }
      return STATUS.succeeded;
    });
  },
};

async function outputOfItem(
  history: History,
  run: PastRun,
  step: string,
  item: number,
  console: Console,
): Promise<number> {
  const { pastItems } = await import('../../store/items.ts');
  const output = pastItems(history, run, step, () => true)?.outputs.get(item);
  if (output === undefined) return wrong(console, `Item ${item} of step "${step}" has no output in that run`);
  console.out.write(output);
  console.out.write('\n');
  return STATUS.succeeded;
}
