/** `hwfe status`: what runs now, started from whichever terminal, or is parked. */
import type { Command } from '../command.ts';
import { withHistory } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';
import { jsonOf } from './runs.ts';

const OPTIONS: readonly Option[] = [{ name: 'json', about: 'One run per line as JSON.' }, ...COMMON];

export const status: Command = {
  usage: 'status',
  about: 'Lists the runs of this project that are under way or parked, with the steps that run or wait in each.',
  options: OPTIONS,
  run(args, console) {
    return withHistory(args, OPTIONS, console, async ({ history, setup }) => {
      const running = (['running', 'parked'] as const).flatMap((status) => history.runs({ status }));
      if (args.has('json')) {
        console.out.lines(running.map(jsonOf));
        return STATUS.succeeded;
      }
      if (running.length === 0) {
        console.out.lines(['Nothing runs.']);
        return STATUS.succeeded;
      }
      const { renderRuns } = await import('../../terminal/past-runs.ts');
      const style = setup.styleFor(console.out);
      const [head, ...lines] = renderRuns(running, Date.now(), style);
      console.out.lines([head!]);
      running.forEach((run, index) => {
        const active = history.stepsUnderWay(run);
        console.out.lines([
          lines[index]!,
          ...active.map(({ step, isPending }) => `  ${isPending ? style.yellow('‖') : style.cyan('▸')} ${step}`),
        ]);
      });
      return STATUS.succeeded;
    });
  },
};
