/** Makes a test of a past run: its steps' outputs are recorded, and steps that reach out of hwfe are mocked with them. */
import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import type { PlainValue } from '../model/input.ts';
import type { PastRun, StepDefinition } from '../model/history.ts';
import type { RunRecord } from '../model/record.ts';
import type { History } from '../store/history.ts';
import { type Golden, goldenPathOf, type GoldenStep, readGoldens, writeGoldens } from '../testing/golden.ts';
import { goldenOf } from '../testing/verdict.ts';
import type { Console } from './console.ts';
import { withHistory, wrong } from './history.ts';
import type { Arguments, Option } from './options.ts';
import { STATUS } from './status.ts';
import { writeWhole } from './write-file.ts';

export function recordTest(id: string, args: Arguments, options: readonly Option[], console: Console): Promise<number> {
  return withHistory(args, options, console, ({ history }) => {
    const found = history.find(id);
    if (!found.ok) return wrong(console, found.error);
    const run = found.value;
    if (run.status === 'running' || run.status === 'interrupted') {
      return wrong(console, `Run "${run.id}" is ${run.status}; a test is made of a run that has ended`);
    }
    const golden = goldenOfRun(history, run);
    if (typeof golden === 'string') return wrong(console, golden);
    const stem = join(dirname(run.path), basename(run.path, extname(run.path)));
    const suite = `${stem}.test.toml`;
    if (existsSync(`${stem}.test.lua`) && !existsSync(suite)) {
      return wrong(console, `The tests are in "${stem}.test.lua", which only you can add to; see docs/tests.md`);
    }
    const goldens = readGoldens(goldenPathOf(suite));
    if (!goldens.ok) return wrong(console, goldens.error);
    const name = args.value('name') ?? `run-${run.id.split('-').at(-1)!}`;
    if (goldens.value.has(name)) return wrong(console, `There is a test "${name}" already; name this one: --name NAME`);
    const mocked = (history.definition(run)?.steps ?? []).filter((step) => isOpen(step) && golden.steps.has(step.name));
    const there = existsSync(suite) ? readFileSync(suite, 'utf8').trimEnd() : '';
    const before = there === '' ? '' : `${there}\n\n`;
    for (const [path, text] of [
      [suite, before + testText(name, run, mocked)],
      [goldenPathOf(suite), writeGoldens(new Map([...goldens.value, [name, golden]]))],
    ] as const) {
      const written = writeWhole(resolve(console.cwd, path), [text]);
      if (!written.ok) return wrong(console, `The test cannot be written to "${path}": ${written.error}`);
    }
    const shown = relative(console.cwd, suite);
    console.out.lines([`The test "${name}" is in ${shown}; run it: hwfe test ${shown}`]);
    return STATUS.succeeded;
  });
}

/** With the outputs, which a folded record is without; the error is a sentence. */
function goldenOfRun(history: History, run: PastRun): Golden | string {
  const record: RunRecord = history.record(run);
  const { status, steps } = goldenOf(record);
  const whole = new Map<string, GoldenStep>();
  const kept = history.steps(run);
  for (const [name, step] of steps) {
    const output = kept.get(name)?.output;
    const value = output && history.value(output);
    if (output !== undefined && value === undefined) return `The output of "${name}" in that run is damaged or gone`;
    whole.set(name, { ...step, ...(value !== undefined && { output: value }) });
  }
  return { status, steps: whole };
}

/** What comes of it depends on more than its inputs. */
function isOpen({ language, runtime, permissions }: StepDefinition): boolean {
  const reaches = permissions.some(({ read, write, net }) => [read, write, net].some((one) => (one ?? []).length > 0));
  return language === 'shell' || runtime === 'native' || reaches;
}

function testText(name: string, run: PastRun, mocked: readonly StepDefinition[]): string {
  const key = (text: string): string => (/^[\w-]+$/.test(text) ? text : JSON.stringify(text));
  const lines = [`[tests.${key(name)}]`, `description = "As in run ${run.id}"`, 'golden = true'];
  const given = Object.entries(run.options.inputs ?? {});
  for (const [input, value] of given) lines.push(`inputs.${key(input)} = ${tomlOf(value)}`);
  if (mocked.length > 0) {
    lines.push('', `[tests.${key(name)}.mocks]`, ...mocked.map((step) => `${key(step.name)} = { golden = true }`));
  }
  return `${lines.join('\n')}\n`;
}

/** An inline value: what JSON writes is TOML as well, but for objects and null. */
function tomlOf(value: PlainValue): string {
  if (Array.isArray(value)) return `[${value.map(tomlOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return value === null ? '""' : JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([name, inner]) => `${JSON.stringify(name)} = ${tomlOf(inner as PlainValue)}`,
  );
  return `{ ${fields.join(', ')} }`;
}
