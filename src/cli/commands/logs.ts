/** `hwfe logs`: what steps of a run printed. */
import { itemNamed } from '../../model/items.ts';
import type { Command } from '../command.ts';
import { stepNamed, withRun } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'follow', short: 'f', about: 'Go on with what is printed until the run ends.' },
  ...COMMON,
];
const LOOK_EVERY_MS = 200;

export const logs: Command = {
  usage: 'logs [RUN] [STEP]',
  about:
    'Prints the lines that the steps of a run printed, in their order, or those of one step or item: fetch, "fetch[3]".',
  options: OPTIONS,
  run(args, console) {
    return withRun(args, OPTIONS, console, async (run, [name], { history, setup }) => {
      const names = history.definition(run)?.steps.map((step) => step.name) ?? [];
      const { item, step: wanted }: { item?: number; step?: string } = name === undefined ? {} : itemNamed(name);
      const step = wanted === undefined ? undefined : await stepNamed(wanted, names, console);
      if (name !== undefined && step === undefined) return STATUS.wrong;
      const { visible, visibleLine } = await import('../../terminal/visible.ts');
      const { nameOf } = await import('../../terminal/words.ts');
      const style = setup.styleFor(console.out);
      let isGone = false;
      console.onReaderGone(() => {
        isGone = true;
      });
      for (let after = -1; ; ) {
        // Whether it runs is asked first, so that nothing printed between the two is missed.
        const now = history.find(run.id);
        for (const { seq, event } of history.events(run, { after, ...(step !== undefined && { step }) })) {
          after = seq;
          if (event.kind !== 'step-printed' || (item !== undefined && event.item !== item)) continue;
          const sign = style.dim(event.cached === undefined ? '│' : '(cached) │');
          const own = visible(nameOf(event.step, event.item));
          const number = event.item === undefined || item !== undefined ? '' : `${style.dim(`[${event.item}]`)} `;
          const head = step === undefined ? `${style.byName(event.step, own)} ${sign} ` : number;
          console.out.lines(event.lines.map(({ text }) => head + visibleLine(text)));
        }
        if (!args.has('follow') || isGone || !now.ok || now.value.status !== 'running') return STATUS.succeeded;
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    });
  },
};
