/** `hwfe export`: one run as a file. */
import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { withRun, wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';
import { writeWhole } from '../write-file.ts';

const OPTIONS: readonly Option[] = [
  { name: 'output-file', short: 'o', takes: 'FILE', about: 'Write to FILE; RUN.hwfe here unless told.' },
  ...COMMON,
];

export const exportCommand: Command = {
  usage: 'export [RUN]',
  about: 'Writes a run with its events, outputs and workflow to one file, for `hwfe import` in another place.',
  options: OPTIONS,
  run(args, console) {
    return withRun(args, OPTIONS, console, (run, _, { history }) => {
      const file = args.value('output-file') ?? `${run.id}.hwfe`;
      const written = writeWhole(resolve(console.cwd, file), [history.export(run)]);
      if (!written.ok) return wrong(console, `The run cannot be written to "${file}": ${written.error}`);
      console.out.lines([`Run ${run.id} is in ${file}.`]);
      return STATUS.succeeded;
    });
  },
};
