/** `hwfe report`: a page about one past run. */
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { Command } from '../command.ts';
import { withRun, wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'output-file', short: 'o', takes: 'FILE', about: 'Write the page to FILE, whole or not at all.' },
  ...COMMON,
];

export const report: Command = {
  usage: 'report [RUN]',
  about: [
    'Writes a page about a past run, one file of HTML that needs no network and no script: its graph, when each step ran',
    'and what the run waited for, what other modes would have taken, and each step with its code, inputs, output,',
    'printed lines and why it ran.',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    const file = args.value('output-file');
    if (file === undefined && console.out.isTerminal) {
      return Promise.resolve(wrong(console, 'Say where the page is to go: hwfe report latest -o run.html'));
    }
    return withRun(args, OPTIONS, console, async (run, _, { history }) => {
      const [{ pageOf }, { renderPage }] = await Promise.all([import('../page-of.ts'), import('../../page/page.ts')]);
      const text = renderPage(pageOf(history, run, availableParallelism()));
      if (file === undefined) {
        console.out.write(text);
        return STATUS.succeeded;
      }
      const { writeWhole } = await import('../write-file.ts');
      const written = writeWhole(resolve(console.cwd, file), [text]);
      if (!written.ok) return wrong(console, `The page cannot be written to "${file}": ${written.error}`);
      console.out.lines([`The page about ${run.id} is in ${file}.`]);
      return STATUS.succeeded;
    });
  },
};
