/** `hwfe show`: one past run, step by step. */
import type { KeptValue } from '../../model/history.ts';
import { inRow } from '../../model/nested.ts';
import { harmlessJson } from '../../terminal/harmless-json.ts';
import type { Command } from '../command.ts';
import { withRun } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'usage', about: 'Last, what each step used: CPU time, memory, bytes in and out.' },
  { name: 'json', about: 'As one JSON object.' },
  ...COMMON,
];

export const show: Command = {
  usage: 'show [RUN]',
  about: [
    'Shows one past run: its steps with their times, attempts, sizes of outputs and failures. RUN is an id, the',
    'beginning of one or of its last part, or "latest", which is also meant where RUN is left out.',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    return withRun(args, OPTIONS, console, async (run, _, { history, setup }) => {
      const record = history.record(run);
      const outputs = new Map<string, KeptValue>();
      for (const { step, output } of history.steps(run).values()) if (output !== undefined) outputs.set(step, output);
      if (args.has('json')) {
        const steps = inRow(record.steps.values()).map((step) => ({ ...step, output: outputs.get(step.name) }));
        const text = JSON.stringify({ ...run, mode: record.mode, cap: record.cap, steps });
        const memory = record.memory && `,"memory":${Buffer.from(record.memory.snapshot()).toString()}}`;
        console.out.lines([harmlessJson(memory === undefined ? text : `${text.slice(0, -1)}${memory}`)]);
        return STATUS.succeeded;
      }
      const { renderPastRun } = await import('../../terminal/past-run.ts');
      const style = setup.styleFor(console.out);
      console.out.lines(renderPastRun(run, record, outputs, style));
      if (!args.has('usage')) return STATUS.succeeded;
      const { renderUsage } = await import('../../terminal/usage.ts');
      console.out.lines(renderUsage(record, style));
      return STATUS.succeeded;
    });
  },
};
