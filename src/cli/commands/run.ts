/** `hwfe run`: runs workflow files one after the other, or all of the workflow directory. */
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { whyRefused } from '../../model/refusal.ts';
import { fail } from '../../model/result.ts';
import type { Command } from '../command.ts';
import type { Console } from '../console.ts';
import type { Engine } from '../../api.ts';
import { ALLOW, allowed, wrongHost } from '../allow-flags.ts';
import type { Delivery } from '../delivery.ts';
import { withEngine } from '../engine.ts';
import { findWorkflow, listWorkflows } from '../find.ts';
import { type Arguments, COMMON, type Option } from '../options.ts';
import { PARK, parkOf, wrongPark } from '../park-flag.ts';
import type { Loaded, WorkflowEnd } from '../session.ts';
import { setUp, type Setup } from '../setup.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  {
    name: 'mode',
    short: 'm',
    takes: 'MODE',
    about: 'sequential, parallel or work-stealing.',
    setting: 'execution.mode',
  },
  {
    name: 'max-parallel-steps',
    takes: 'N',
    about: 'Most steps at once; 0 means one for each processor, auto fewer while they are busy.',
    setting: 'execution.max_parallel_steps',
  },
  { name: 'jobs', short: 'j', takes: 'N', about: 'The same, shorter.', setting: 'execution.max_parallel_steps' },
  {
    name: 'failure-mode',
    takes: 'MODE',
    about: 'When a step fails: no-new, kill or continue.',
    setting: 'execution.failure_mode',
  },
  { name: 'timeout', takes: 'DURATION', about: 'For each whole run, such as 90s or 5m.', setting: 'execution.timeout' },
  { name: 'input', short: 'i', takes: 'NAME=VALUE', about: 'Give an input of the workflow a value; may be repeated.' },
  {
    name: 'input-file',
    takes: 'FILE',
    about: 'Take inputs from a .json or .toml file, or as JSON from - (standard input).',
  },
  { name: 'dry-run', short: 'n', about: 'Show levels and what would run, and run nothing.' },
  { name: 'print-output', short: 'p', about: 'Show what each step prints, as one block when it settles.' },
  {
    name: 'output',
    takes: 'FORMAT',
    about: 'Print the final outputs as plain, markdown or json; reports go to standard error.',
  },
  { name: 'output-file', short: 'o', takes: 'FILE', about: 'Write the final outputs to FILE, whole or not at all.' },
  ...ALLOW,
  { name: 'workdir', takes: 'DIR', about: 'Let the steps share DIR as HWFE_WORKDIR, and keep the files in it.' },
  { name: 'tag', takes: 'WORD', about: 'Let `hwfe runs --tag WORD` find the run; may be repeated.' },
  PARK,
  { name: 'json', about: 'Print one event per line as JSON, and nothing else.' },
  { name: 'no-cache', about: 'Run every step, and keep no output for later runs.' },
  { name: 'refresh', takes: 'STEP', about: 'Run this step though its output is cached; may be repeated.' },
  { name: 'no-store', about: 'Remember nothing of the run.' },
  { name: 'require-store', about: 'Run nothing if the run cannot be remembered.' },
  { name: 'yes', short: 'y', about: 'Run it though its permissions have grown since its last run.' },
  { name: 'verbose', short: 'v', about: 'Show the configuration first, and last what each step used.' },
  { name: 'quiet', short: 'q', about: 'Report failures only.' },
  ...COMMON,
];

export const run: Command = {
  usage: 'run [FILE…]',
  about: [
    'Runs workflow files one after the other; without a file, every workflow of the workflow directory in',
    'sorted order, also after one that fails. A bare name is looked up here, then in the workflow directory',
    'and its examples, templates and tests; its extension may be left out.',
    '',
    'What a workflow declares as inputs is given by --input, --input-file, or HWFE_INPUT_NAME; what is missing is asked',
    'for on a terminal. With a file, --help lists its inputs.',
    '',
    'Exit status: 0 all succeeded, 1 a step failed, 2 a file or the command line is wrong, 3 an input is',
    'missing, 4 the machine lacks something or nobody can be asked, 75 only waiting is left, 130 cancelled.',
  ].join('\n'),
  options: OPTIONS,
  async moreHelp(args, console) {
    const { inputsHelp } = await import('../inputs-help.ts');
    return inputsHelp(args, OPTIONS, console);
  },
  async run(args, console, headStart) {
    const delivery = readDelivery(args, console);
    if (typeof delivery === 'string') {
      console.err.lines([`error: ${delivery}`]);
      return STATUS.wrong;
    }
    const setup = await setUp(args, OPTIONS, console);
    if (setup === undefined) return STATUS.wrong;
    const paths = findAll(args, setup, console);
    if (paths === undefined) return STATUS.wrong;
    if (delivery.file !== undefined && paths.length > 1) {
      console.err.lines(['error: The flag "--output-file" takes the outputs of one workflow; name one file']);
      return STATUS.wrong;
    }
    const workdir = args.value('workdir');
    const mistake =
      (workdir === undefined ? undefined : wrongWorkdir(workdir, paths, console)) ??
      wrongPark(args) ??
      (await wrongHost(args));
    if (mistake !== undefined) {
      console.err.lines([`error: ${mistake}`]);
      return STATUS.wrong;
    }
    const use = async (engine: Engine): Promise<number> => {
      const dryRun = args.has('dry-run');
      const load = (path: string): Promise<Loaded> => engine.load(path, { warm: !dryRun });
      // The first file is read, and its interpreters start, while the reports are still being loaded.
      const [first, { createSession }] = await Promise.all([load(paths[0]!), import('../session.ts')]);
      const session = createSession(engine, setup, console, {
        delivery,
        dryRun,
        events: args.has('json'),
        printOutput: args.has('print-output'),
        asks: !args.has('yes'),
        ...parkOf(args),
        start: {
          ...(workdir !== undefined && { workdir }),
          ...(args.has('tag') && { tags: args.values('tag').filter((tag) => tag !== '') }),
          ...allowed(args),
          cache: { off: args.has('no-cache'), refresh: args.values('refresh') },
        },
        inputs: async (plan) => {
          // Of several workflows each may have others.
          if (paths.length === 1 && args.has('refresh')) {
            const { unknownStep } = await import('../refresh.ts');
            const mistake = unknownStep(plan, args.values('refresh'));
            if (mistake !== undefined) {
              console.err.lines([`error: ${mistake}`]);
              return fail(STATUS.wrong);
            }
          }
          return (await import('../inputs.ts')).gatherInputs(plan, args, { console, setup });
        },
      });
      if (['info', 'debug', 'trace'].includes(setup.config.logging.level)) {
        const { banner } = await import('../banner.ts');
        session.report.lines(banner(setup.config));
      }
      const ends: WorkflowEnd[] = [];
      for (const [index, path] of paths.entries()) {
        if (session.isStopped()) break;
        const heading = paths.length > 1 ? `── ${index + 1}/${paths.length} ${path} ──` : undefined;
        ends.push(await session.run(path, index === 0 ? first : await load(path), heading));
      }
      if (paths.length > 1) {
        const { summary } = await import('../summary.ts');
        session.report.lines(summary(ends, paths.length, setup.styleFor(session.report)));
      }
      return statusOf(ends, session.isStopped());
    };
    return withEngine(setup, console, use, headStart);
  },
};

/** What the command line says of outputs, or what is wrong with that. */
function readDelivery(args: Arguments, console: Console): Delivery | string {
  const wanted = args.value('output');
  const file = args.value('output-file');
  const format = (['plain', 'markdown', 'json'] as const).find((known) => known === wanted);
  if (wanted !== undefined && format === undefined) {
    return `There is no output format "${wanted}"; write "plain", "markdown" or "json"`;
  }
  if (args.has('json') && format !== undefined && file === undefined) {
    return 'The flags "--json" and "--output" both want standard output; add "-o FILE" for the outputs';
  }
  if (file !== undefined && !isDirectory(resolve(console.cwd, dirname(file)))) {
    return `The outputs cannot be written to "${file}": there is no directory "${dirname(file)}"`;
  }
  return { ...(format !== undefined && { format }), ...(file !== undefined && { file }), cwd: console.cwd };
}

/** Makes the directory that is to be kept, or says why not. */
function wrongWorkdir(workdir: string, paths: readonly string[], console: Console): string | undefined {
  if (paths.length > 1) return 'The flag "--workdir" takes the files of one workflow; name one file';
  try {
    mkdirSync(resolve(console.cwd, workdir), { recursive: true });
    return undefined;
  } catch (error) {
    return `The files cannot be kept in "${workdir}", which is no directory and cannot be made one: ${whyRefused(error)}`;
  }
}

/** Nothing if a file is missing, which has been reported then. */
function findAll(args: Arguments, { config }: Setup, console: Console): string[] | undefined {
  const { workflows } = config;
  if (args.words.length === 0) {
    const paths = listWorkflows(workflows, console.cwd);
    if (paths.length > 0) return paths;
    const endings = workflows.extensions.map((extension) => `.${extension}`).join(' or ');
    console.err.lines([
      `error: There is no workflow file (${endings}) in "${workflows.directory}"; name one: hwfe FILE`,
      'See: hwfe --help',
    ]);
    return undefined;
  }
  const found = args.words.map((name) => findWorkflow(name, workflows, console.cwd));
  const missing = found.flatMap((result) => (result.ok ? [] : [`error: ${result.error}`]));
  console.err.lines(missing);
  return missing.length > 0 ? undefined : found.flatMap((result) => (result.ok ? [result.value] : []));
}

/** Of several workflows the worst counts: cancelled, then a failed step, then what the machine lacks, then a wrong file, then one that is parked. */
function statusOf(ends: readonly WorkflowEnd[], isStopped: boolean): number {
  if (isStopped) return STATUS.cancelled;
  const order = [
    STATUS.cancelled,
    STATUS.stepFailed,
    STATUS.machineLacks,
    STATUS.inputMissing,
    STATUS.wrong,
    STATUS.parked,
  ];
  return order.find((status) => ends.some((end) => end.status === status)) ?? STATUS.succeeded;
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
