/** `hwfe gc`: forgets old runs. */
import { parseDuration } from '../../model/duration.ts';
import { formatSize, parseSize } from '../../model/size.ts';
import type { Command } from '../command.ts';
import { withHistory, wrong } from '../history.ts';
import { COMMON, type Option } from '../options.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  {
    name: 'older-than',
    takes: 'AGE',
    about: 'Forget runs that began before (12h, 30d, 8w), and cached outputs unused since.',
  },
  { name: 'keep', takes: 'N', about: 'Forget all but the newest N runs of each workflow.' },
  {
    name: 'max-size',
    takes: 'SIZE',
    about: 'Forget the oldest runs until the history takes no more than SIZE, such as 1GB.',
  },
  { name: 'dry-run', about: 'Say what would be forgotten by age and number, and forget nothing.' },
  ...COMMON,
];

export const gc: Command = {
  usage: 'gc',
  about: [
    'Forgets runs by age, number and size, and the outputs that only they had; without a flag, only what no run needs any',
    'more. Runs that are under way or pinned (hwfe pin) stay.',
  ].join('\n'),
  options: OPTIONS,
  run(args, console) {
    const [age, keep, size] = ['older-than', 'keep', 'max-size'].map((name) => args.value(name));
    const ageMs = age === undefined ? undefined : ageOf(age);
    if (age !== undefined && ageMs === undefined) {
      return Promise.resolve(wrong(console, `The flag "--older-than" takes an age such as "30d", not "${age}"`));
    }
    if (keep !== undefined && !/^\d{1,9}$/.test(keep)) {
      return Promise.resolve(wrong(console, `The flag "--keep" takes a whole number, not "${keep}"`));
    }
    const mostBytes = size === undefined ? undefined : parseSize(size);
    if (size !== undefined && mostBytes === undefined) {
      return Promise.resolve(wrong(console, `The flag "--max-size" takes a size such as "1GB", not "${size}"`));
    }
    return withHistory(args, OPTIONS, console, ({ history }) => {
      const dryRun = args.has('dry-run');
      const { runs, cached, bytesBefore, bytesAfter } = history.collectGarbage({
        ...(ageMs !== undefined && { before: Date.now() - ageMs }),
        ...(keep !== undefined && { keep: Number(keep) }),
        ...(mostBytes !== undefined && { mostBytes }),
        dryRun,
      });
      const what = `${runs.length === 1 ? '1 run' : `${runs.length} runs`} and ${cached === 1 ? '1 cached output' : `${cached} cached outputs`}`;
      console.out.lines(
        dryRun
          ? [...runs, `${what} would be forgotten; the history takes ${formatSize(bytesBefore)}.`]
          : [`${what} forgotten; the history took ${formatSize(bytesBefore)} and takes ${formatSize(bytesAfter)}.`],
      );
      return STATUS.succeeded;
    });
  },
};

function ageOf(text: string): number | undefined {
  const [, days, unit] = /^(\d{1,5})([dw])$/.exec(text) ?? [];
  // Longer than a timer may be.
  if (days !== undefined) return Number(days) * (unit === 'w' ? 7 : 1) * 86_400_000;
  return parseDuration(text);
}
