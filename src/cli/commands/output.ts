/** `hwfe output`: what steps of a past run handed on. */
import type { PastRun } from '../../model/history.ts';
import { isWithin, withoutItems } from '../../model/nested.ts';
import type { History } from '../../store/history.ts';
import type { Command } from '../command.ts';
import type { Console } from '../console.ts';
import { stepOrItem, withRun, wrong } from '../history.ts';
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
    'other step needs, in short. The output of one item is named "fetch[3]", that of a step inside another outer/inner.',
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
      const past = history.steps(run);
      const names = definition?.steps.map((step) => step.name) ?? [...past.keys()];
      const named = name === undefined ? {} : await stepOrItem(name, new Set(names), console);
      if (named === undefined) return STATUS.wrong;
      const { step, item }: { readonly step?: string; readonly item?: number } = named;
      if (item !== undefined && step !== undefined) return outputOfItem(history, run, step, item, console);
      const needed = new Set(definition?.steps.flatMap(({ dependsOn }) => dependsOn));
      const last = names.filter((one) => !needed.has(one) && !isWithin(one));
      const found = (step === undefined ? last : [step]).flatMap((one) => {
        const kept = past.get(one)?.output;
        return kept === undefined ? [] : [{ step: one, value: history.value(kept) }];
      });
      if (step !== undefined && found.length === 0) {
        const inItem = [...past.keys()].find((one) => one !== step && withoutItems(one) === step);
        if (inItem !== undefined)
          return wrong(console, `Step "${step}" was done in each of several items; name one of them: "${inItem}"`);
        return wrong(console, `Step "${step}" has no output: it is ${past.get(step)?.status ?? 'not yet begun'}`);
      }
      if (found.length === 0 && format === undefined) {
        const ending = run.status === 'succeeded' ? '' : `; its status is "${run.status}"`;
        return wrong(console, `No last step of run "${run.id}" has an output${ending}; see: hwfe show ${run.id}`);
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
