/** `hwfe logs`: what steps of a run printed. */
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
  about: 'Prints the lines that the steps of a run printed, in their order, or those of one step.',
  options: OPTIONS,
  run(args, console) {
    return withRun(args, OPTIONS, console, async (run, [name], { history, setup }) => {
      const names = history.definition(run)?.steps.map((step) => step.name) ?? [];
      const step = name === undefined ? undefined : await stepNamed(name, names, console);
      if (name !== undefined && step === undefined) return STATUS.wrong;
      const { visible, visibleLine } = await import('../../terminal/visible.ts');
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
          if (event.kind !== 'step-printed') continue;
          const sign = style.dim(event.cached === undefined ? '│' : '(cached) │');
          const head = step === undefined ? `${style.byName(event.step, visible(event.step))} ${sign} ` : '';
          console.out.lines(event.lines.map(({ text }) => head + visibleLine(text)));
        }
        if (!args.has('follow') || isGone || !now.ok || now.value.status !== 'running') return STATUS.succeeded;
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    });
  },
};
