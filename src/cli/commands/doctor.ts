/** `hwfe doctor`: what this machine has of what steps may need. */
import type { Diagnostic } from '../../model/diagnostic.ts';
import type { Plan } from '../../model/plan.ts';
import { harmlessJson } from '../../terminal/harmless-json.ts';
import type { Command } from '../command.ts';
import type { Console } from '../console.ts';
import { withEngine } from '../engine.ts';
import { findWorkflow } from '../find.ts';
import { COMMON, type Option } from '../options.ts';
import { reportDiagnostics, setUp, type Setup } from '../setup.ts';
import { STATUS } from '../status.ts';

const OPTIONS: readonly Option[] = [
  { name: 'for', takes: 'FILE', about: 'Say too what this workflow needs and the machine lacks.' },
  { name: 'json', about: 'Print one object.' },
  ...COMMON,
];

export const doctor: Command = {
  usage: 'doctor',
  about: [
    'Shows what this machine has of what steps may need: Node, memory, sandbox, directories, and for every language',
    'what runs it, how strictly its steps are kept apart, and its program outside of hwfe.',
    '',
    'Exit status: 4 if something is missing that every workflow or the one of --for needs, 3 if it is only the value',
    'of a secret.',
  ].join('\n'),
  options: OPTIONS,
  async run(args, console) {
    const setup = await setUp(args, OPTIONS, console);
    if (setup === undefined) return STATUS.wrong;
    const { examine, missingPrograms } = await import('../../doctor/index.ts');
    const { config, env } = setup;
    const request = { config, cwd: console.cwd, path: env['PATH'] };
    const examination = await examine(request);
    const name = args.value('for');
    const need =
      name === undefined
        ? { status: STATUS.succeeded, unmet: [] }
        : await unmetBy(name, setup, console, (plan) => missingPrograms(plan, request));
    if (need === undefined) return STATUS.wrong;
    if (args.has('json')) {
      const unmet = need.unmet.map(({ code, message }) => ({ code, message }));
      console.out.lines([
        harmlessJson(JSON.stringify({ ...examination, ...(name !== undefined && { unmet }) }, null, 2)),
      ]);
    } else {
      const { renderExamination } = await import('../../terminal/examination.ts');
      const style = setup.styleFor(console.out);
      console.out.lines(renderExamination(examination, style));
      if (name !== undefined && need.unmet.length === 0) {
        console.out.lines(['', `${style.green('✓')} ${name} has here all that it needs.`]);
      }
      await reportDiagnostics(need.unmet, setup.styleFor, console);
    }
    const isLacking = examination.facts.some(({ condition }) => condition === 'missing');
    return isLacking ? STATUS.machineLacks : need.status;
  },
};

/** Nothing if the file cannot be read, which has been reported then. */
async function unmetBy(
  name: string,
  setup: Setup,
  console: Console,
  missingPrograms: (plan: Plan) => readonly Diagnostic[],
): Promise<{ status: number; unmet: readonly Diagnostic[] } | undefined> {
  const path = findWorkflow(name, setup.config.workflows, console.cwd);
  if (!path.ok) {
    console.err.lines([`error: ${path.error}`]);
    return undefined;
  }
  return withEngine(setup, console, async (engine) => {
    const plan = await engine.load(path.value);
    if (!plan.ok) {
      await reportDiagnostics(plan.error, setup.styleFor, console);
      return undefined;
    }
    const unmet = [...missingPrograms(plan.value), ...(await engine.check(plan.value))];
    const isOnlySecrets = unmet.every(({ code }) => code === 'missing-secret');
    const status = unmet.length === 0 ? STATUS.succeeded : isOnlySecrets ? STATUS.inputMissing : STATUS.machineLacks;
    return { status, unmet };
  });
}
