/** `hwfe logs`: what steps of a run printed. */
import type { Command } from '../command.ts';
import { stepOrItem, withRun } from '../history.ts';
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
    'Prints the lines that the steps of a run printed, in their order, or those of one: fetch, "fetch[3]", outer/inner.',
  options: OPTIONS,
  run(args, console) {
    return withRun(args, OPTIONS, console, async (run, [name], { history, setup }) => {
      const names = new Set(history.definition(run)?.steps.map((step) => step.name));
      const named = name === undefined ? {} : await stepOrItem(name, names, console);
      if (named === undefined) return STATUS.wrong;
      const { step, item }: { readonly step?: string; readonly item?: number } = named;
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
