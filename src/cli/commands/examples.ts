/** `hwfe examples`: the workflows that come with hwfe, listed, shown and copied. */
import { constants, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { whyRefused } from '../../model/refusal.ts';
import type { Command } from '../command.ts';
import type { Console } from '../console.ts';
import { withEngine } from '../engine.ts';
import { COMMON, type Option } from '../options.ts';
import { setUp } from '../setup.ts';
import type { Setup } from '../setup.ts';
import { type Example, examplesDirectory, filesOf, findExample, shippedExamples } from '../shipped.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = COMMON;
const FIRST = 'basics';
const LAST = 'others';

export const examples: Command = {
  usage: 'examples [NAME | copy NAME [DIR]]',
  about: [
    'Lists the workflows that come with hwfe. With a name it prints one; `copy` puts it into DIR, or where hwfe was',
    'started, with the files that it needs. No file is overwritten.',
  ].join('\n'),
  options: OPTIONS,
  async run(args, console) {
    const setup = await setUp(args, OPTIONS, console);
    if (setup === undefined) return STATUS.wrong;
    const all = shippedExamples(examplesDirectory());
    const [first, second, third, ...more] = args.words;
    const isCopy = first === 'copy';
    if (more.length > 0 || (!isCopy && second !== undefined))
      return wrong(console, 'Write: hwfe examples, hwfe examples NAME, or hwfe examples copy NAME [DIR]');
    if (first === undefined) return list(all, setup, console);
    const name = isCopy ? second : first;
    if (name === undefined) return wrong(console, 'Name the example: hwfe examples copy NAME [DIR]');
    const found = findExample(all, name);
    if (!found.ok) return wrong(console, found.error);
    if (isCopy) return copy(found.value, third ?? '.', console);
    console.out.lines(readFileSync(found.value.path, 'utf8').trimEnd().split('\n'));
    return STATUS.succeeded;
  },
};

function wrong(console: Console, message: string): number {
  console.err.lines([`error: ${message}`]);
  return STATUS.wrong;
}

/** By the first tag of each. */
function list(all: readonly Example[], setup: Setup, console: Console): Promise<number> {
  return withEngine(setup, console, async (engine) => {
    const groups = new Map<string, string[]>();
    const width = Math.max(...all.map(({ name }) => name.length));
    for (const { name, path } of all) {
      const plan = await engine.load(path);
      if (!plan.ok) throw new Error(`Internal error: the example ${name} has mistakes`);
      const { tags, description = '' } = plan.value.workflow;
      const group = tags?.[0] ?? LAST;
      groups.set(group, [...(groups.get(group) ?? []), `  ${name.padEnd(width)}  ${description.split('\n')[0]}`]);
    }
    const order = (group: string): string => (group === FIRST ? '' : group === LAST ? '\uffff' : group);
    const style = setup.styleFor(console.out);
    for (const group of [...groups.keys()].sort((a, b) => (order(a) < order(b) ? -1 : 1)))
      console.out.lines([style.bold(group), ...groups.get(group)!, '']);
    console.out.lines(['hwfe examples NAME prints one, hwfe examples copy NAME [DIR] copies it with what it needs.']);
    return STATUS.succeeded;
  });
}

function copy(example: Example, directory: string, console: Console): number {
  const files = filesOf(example).map(({ path, place }) => ({ path, to: resolve(console.cwd, directory, place) }));
  const shown = (path: string): string => relative(console.cwd, path) || path;
  const there = files.filter(({ to }) => existsSync(to));
  if (there.length > 0) {
    const list = there.map(({ to }) => `"${shown(to)}"`).join(', ');
    return wrong(console, `Nothing is copied, as ${list} would be overwritten; name another directory`);
  }
  for (const { path, to } of files) {
    try {
      mkdirSync(dirname(to), { recursive: true });
      copyFileSync(path, to, constants.COPYFILE_EXCL);
    } catch (error) {
      const why = whyRefused(error);
      return wrong(console, `"${shown(to)}" cannot be written: ${why}`);
    }
    console.out.lines([shown(to)]);
  }
  console.out.lines([`Run it with: hwfe ${join(directory, example.name)}`]);
  return STATUS.succeeded;
}
