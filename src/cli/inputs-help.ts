/** The inputs of a workflow file as its help lists them. */
import type { WorkflowInput } from '../model/input.ts';
import type { Console } from './console.ts';
import { withEngine } from './engine.ts';
import { findWorkflow } from './find.ts';
import type { Arguments, Option } from './options.ts';
import { reportDiagnostics, setUp } from './setup.ts';

/** Nothing where no file is named. */
export async function inputsHelp(
  args: Arguments,
  options: readonly Option[],
  console: Console,
): Promise<readonly string[]> {
  const [name] = args.words;
  const setup = name === undefined ? undefined : await setUp(args, options, console);
  if (name === undefined || setup === undefined) return [];
  const path = findWorkflow(name, setup.config.workflows, console.cwd);
  if (!path.ok) return ['', path.error];
  let lines: readonly string[] = [];
  await withEngine(setup, console, async (engine) => {
    const plan = await engine.load(path.value);
    if (plan.ok) lines = listOf(plan.value.workflow.name, plan.value.workflow.inputs ?? []);
    else await reportDiagnostics(plan.error, setup.styleFor, console);
    return 0;
  });
  return lines;
}

function listOf(workflow: string, inputs: readonly WorkflowInput[]): readonly string[] {
  if (inputs.length === 0) return ['', `The workflow "${workflow}" takes no inputs.`];
  const rows = inputs.map((input) => [`${input.name}=${input.type.toUpperCase()}`, describe(input)] as const);
  const width = Math.max(...rows.map(([left]) => left.length));
  return [
    '',
    `Inputs of "${workflow}" (--input NAME=VALUE):`,
    ...rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`),
  ];
}

function describe(input: WorkflowInput): string {
  const { description, min, max, pattern, secret } = input;
  const range =
    min === undefined && max === undefined
      ? ''
      : min === undefined
        ? `up to ${max}`
        : `${min} ${max === undefined ? 'up' : `to ${max}`}`;
  const parts = [
    description?.trim().replace(/\.$/, '') ?? '',
    input.enum === undefined ? '' : `one of ${input.enum.map((one) => JSON.stringify(one)).join(', ')}`,
    range,
    pattern === undefined ? '' : `matches ${pattern}`,
    secret ? 'secret' : '',
    input.default === undefined ? 'required' : secret ? 'has a default' : `default ${JSON.stringify(input.default)}`,
  ];
  return `${parts.filter((part) => part !== '').join('; ')}.`;
}
