/** `hwfe stats`: how often and how fast workflows and their steps went. */
import type { Command } from '../command.ts';
import { withHistory, wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'limit', short: 'n', takes: 'N', about: 'Of so many runs, the newest; 100 unless told.' },
  { name: 'json', about: 'One line of JSON for each.' },
  ...COMMON,
];

export const stats: Command = {
  usage: 'stats [WORKFLOW]',
  about: [
    'Shows of every workflow, or of the steps of one, how many runs succeeded, how many outputs were cached, and how long',
    'those took that ran: the median, and what 95 of 100 stayed under.',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    const limit = args.value('limit') ?? '100';
    if (!/^[1-9]\d{0,8}$/.test(limit)) {
      return Promise.resolve(wrong(console, `The flag "--limit" takes a whole number, not "${limit}"`));
    }
    const [workflow] = args.words;
    return withHistory(args, OPTIONS, console, async ({ history, setup }) => {
      const runs = history.runs({ limit: Number(limit), ...(workflow !== undefined && { workflow }) });
      if (runs.length === 0) return wrong(console, `No run of "${workflow}" is remembered`);
      const { statsOfSteps, statsOfWorkflows } = await import('../../store/stats.ts');
      const found = workflow === undefined ? statsOfWorkflows(runs) : statsOfSteps(history, runs);
      if (args.has('json')) console.out.lines(found.map((one) => JSON.stringify(one)));
      else {
        const { renderStats } = await import('../../terminal/stats.ts');
        const title = workflow === undefined ? 'workflow' : 'step';
        console.out.lines(renderStats(title, found, setup.styleFor(console.out)));
      }
      return STATUS.succeeded;
    });
  },
};
