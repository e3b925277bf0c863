/** `hwfe test`: runs the tests of workflows. */
import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Suite } from '../../model/suite.ts';
import type { SuiteResult } from '../../testing/results.ts';
import type { Command } from '../command.ts';
import type { Console } from '../console.ts';
import { withEngine } from '../engine.ts';
import { findWorkflow } from '../find.ts';
import { wrong } from '../history.ts';
import { type Arguments, COMMON, type Option } from '../options.ts';
import { reportDiagnostics, setUp, type Setup } from '../setup.ts';
import { handleSignals } from '../signals.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'name', short: 't', takes: 'TEXT', about: 'Only tests with TEXT in their name.' },
  { name: 'update', short: 'u', about: 'Record anew what comes of tests with golden = true.' },
  { name: 'record', takes: 'RUN', about: 'Make a test of a past run: its outputs are what is expected from then on.' },
  { name: 'report', takes: 'FORMAT', about: 'Print the results as plain or junit.' },
  {
    name: 'output-file',
    short: 'o',
    takes: 'FILE',
    about: 'Write the results as JUnit to FILE, and print them as well.',
  },
  { name: 'verbose', short: 'v', about: 'A line for every test.' },
  ...COMMON,
];

export const test: Command = {
  usage: 'test [FILE…]',
  about: [
    'Runs the tests in files called *.test.toml or *.test.lua: of the workflow directory, or those that are named, by',
    'themselves, by their folder or by their workflow. Nothing of it is remembered, and no cache is used.',
    '',
    'Exit status: 0 all passed, 1 a test failed, 2 a file or the command line is wrong.',
  ].join('\n'),
  options: OPTIONS,
  async run(args, console) {
    const format = args.value('report') ?? 'plain';
    if (format !== 'plain' && format !== 'junit') {
      return wrong(console, `There is no report "${format}"; write "plain" or "junit"`);
    }
    const setup = await setUp(args, OPTIONS, console);
    if (setup === undefined) return STATUS.wrong;
    const record = args.value('record');
    if (record !== undefined) {
      const { recordTest } = await import('../record-test.ts');
      return recordTest(record, args, OPTIONS, console);
    }
    const paths = await findSuites(args.words, setup, console);
    if (typeof paths === 'string') return wrong(console, paths);
    const suites = await readSuites(paths, setup, console);
    if (suites === undefined) return STATUS.wrong;
    const results = await runSuites(suites, args, setup, console, format);
    if (typeof results === 'number') return results;
    const file = args.value('output-file');
    if (format === 'junit' || file !== undefined) {
      const { renderJunit } = await import('../../terminal/junit.ts');
      const text = renderJunit(results);
      if (format === 'junit' && file === undefined) console.out.write(text);
      if (file !== undefined) {
        const { writeWhole } = await import('../write-file.ts');
        const written = writeWhole(resolve(console.cwd, file), [text]);
        if (!written.ok) return wrong(console, `The results cannot be written to "${file}": ${written.error}`);
      }
    }
    const tests = results.flatMap((result) => result.tests);
    const name = args.value('name');
    if (tests.length === 0 && name !== undefined) return wrong(console, `No test has "${name}" in its name`);
    return tests.some(({ complaints }) => complaints.length > 0) ? STATUS.stepFailed : STATUS.succeeded;
  },
};

/** The error is a sentence. */
async function findSuites(words: readonly string[], setup: Setup, console: Console): Promise<string[] | string> {
  const { isSuite, suitesIn, suitesOf } = await import('../../testing/find.ts');
  const { workflows } = setup.config;
  if (words.length === 0) {
    const found = suitesIn(workflows.directory, console.cwd);
    return found.length > 0
      ? found
      : `There is no file of tests (*.test.toml or *.test.lua) in "${workflows.directory}"; name one: hwfe test FILE`;
  }
  const paths: string[] = [];
  for (const word of words) {
    if (statSync(resolve(console.cwd, word), { throwIfNoEntry: false })?.isDirectory() === true) {
      const found = suitesIn(word, console.cwd);
      if (found.length === 0) return `There is no file of tests (*.test.toml or *.test.lua) in "${word}"`;
      paths.push(...found);
      continue;
    }
    if (isSuite(word) && existsSync(resolve(console.cwd, word))) {
      paths.push(word);
      continue;
    }
    const workflow = findWorkflow(word, workflows, console.cwd);
    if (!workflow.ok) return isSuite(word) ? `There is no file of tests "${word}"` : workflow.error;
    const found = isSuite(workflow.value) ? [workflow.value] : suitesOf(workflow.value, console.cwd);
    if (found.length === 0) {
      const stem = workflow.value.replace(/\.[^.]+$/, '');
      return `The workflow "${workflow.value}" has no tests; write them to "${stem}.test.toml"`;
    }
    paths.push(...found);
  }
  return [...new Set(paths)];
}

interface FoundSuite {
  readonly path: string;
  readonly suite: Suite;
}

/** Nothing if one of them has mistakes; those of all have been reported then. */
async function readSuites(paths: readonly string[], setup: Setup, console: Console): Promise<FoundSuite[] | undefined> {
  const { parseSuite } = await import('../../parse/suite.ts');
  const suites: FoundSuite[] = [];
  const mistakes: Diagnostic[] = [];
  for (const path of paths) {
    const suite = await parseSuite(path, console.cwd);
    if (suite.ok) suites.push({ path, suite: suite.value });
    else mistakes.push(...suite.error);
  }
  await reportDiagnostics(mistakes, setup.styleFor, console);
  return mistakes.length > 0 ? undefined : suites;
}

/** An exit status if a workflow has mistakes or a suite does not fit it, which has been reported then, or at Ctrl-C. */
async function runSuites(
  suites: readonly FoundSuite[],
  args: Arguments,
  setup: Setup,
  console: Console,
  format: 'plain' | 'junit',
): Promise<SuiteResult[] | number> {
  const [{ runSuite }, { renderSuite, renderTotals }] = await Promise.all([
    import('../suite-run.ts'),
    import('../../terminal/test-results.ts'),
  ]);
  const settings = { ...setup, config: { ...setup.config, store: { path: 'none', required: false } } };
  const output = format === 'junit' && args.value('output-file') === undefined ? console.err : console.out;
  const style = setup.styleFor(output);
  const layout = { style, width: output.isTerminal ? output.size().columns : 100, verbose: args.has('verbose') };
  const name = args.value('name');
  return withEngine(settings, console, async (engine) => {
    const results: SuiteResult[] = [];
    const stop = new AbortController();
    const end = (): void => stop.abort();
    const release = handleSignals(process, { first: end, second: end }, STATUS.cancelled);
    let isWrong = false;
    for (const { path, suite } of suites) {
      const { signal } = stop;
      const wishes = { cwd: console.cwd, isUpdate: args.has('update'), signal, ...(name !== undefined && { name }) };
      const result = await runSuite(engine, path, suite, wishes);
      if (signal.aborted) break;
      if (!result.ok) {
        isWrong = true;
        if (typeof result.error === 'string') wrong(console, result.error);
        else await reportDiagnostics(result.error, setup.styleFor, console);
        continue;
      }
      if (result.value.tests.length === 0) continue;
      results.push(result.value);
      output.lines(renderSuite(result.value, layout));
    }
    release();
    if (stop.signal.aborted) return STATUS.cancelled;
    if (isWrong) return STATUS.wrong;
    output.lines(renderTotals(results, style));
    return results;
  });
}
