/** Gathers the inputs of a workflow from flags, a file, the environment, and whoever sits at the terminal. */
import { readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import type { PlainValue, WorkflowInput } from '../model/input.ts';
import { readInput } from '../model/input-value.ts';
import { didYouMean } from '../model/nearest.ts';
import type { Plan } from '../model/plan.ts';
import { whyRefused } from '../model/refusal.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Console } from './console.ts';
import type { Arguments } from './options.ts';
import type { Setup } from './setup.ts';
import { STATUS } from './status.ts';

export interface Around {
  readonly console: Console;
  readonly setup: Setup;
}

type Values = Record<string, PlainValue>;

/** `before` are values of an earlier part of the run. The error is an exit status; what is wrong has been reported then. */
export async function gatherInputs(
  { workflow }: Plan,
  args: Arguments,
  { console, setup }: Around,
  before: Readonly<Values> = {},
): Promise<Result<Values | undefined, number>> {
  const declared = workflow.inputs ?? [];
  const problems: string[] = [];
  const isKnown = (name: string): boolean => {
    if (declared.some((input) => input.name === name)) return true;
    const names = declared.map((input) => input.name);
    problems.push(`The workflow declares no input "${name}"${didYouMean(name, names)}`);
    return false;
  };
  const still = Object.entries(before).filter(([name]) => declared.some((input) => input.name === name));
  const values: Values = { ...fromEnvironment(declared, setup.env, problems), ...Object.fromEntries(still) };
  const file = args.value('input-file');
  if (file !== undefined) {
    const read = await fromFile(file, console);
    if (!read.ok) problems.push(read.error);
    else for (const [name, value] of Object.entries(read.value)) if (isKnown(name)) values[name] = value;
  }
  for (const given of args.values('input')) {
    const [, name = '', text = ''] = /^([^=]*)=([^]*)$/.exec(given) ?? [];
    if (name === '') problems.push(`Write the flag "--input ${given}" as --input NAME=VALUE`);
    else if (isKnown(name)) take(declared, name, text, `the flag "--input ${name}"`, values, problems);
  }
  if (problems.length > 0) {
    console.err.lines(problems.map((problem) => `error: ${problem}`));
    return fail(STATUS.wrong);
  }
  const missing = declared.filter(({ name, default: usual }) => usual === undefined && values[name] === undefined);
  // Whoever does not sit there is told of all of them at once by the engine.
  for (const input of console.ask === undefined ? [] : missing) {
    const answer = await askFor(input, console);
    if (answer === undefined) return fail(STATUS.cancelled);
    values[input.name] = answer;
  }
  return ok(declared.length === 0 ? undefined : values);
}

function take(
  declared: readonly WorkflowInput[],
  name: string,
  text: string,
  from: string,
  values: Values,
  problems: string[],
): void {
  const input = declared.find((one) => one.name === name)!;
  const read = readInput(text, input);
  if (read.ok) values[name] = read.value;
  else problems.push(`Input "${name}" ${read.error}; ${from} gives ${input.secret ? 'another' : JSON.stringify(text)}`);
}

function fromEnvironment(declared: readonly WorkflowInput[], env: NodeJS.ProcessEnv, problems: string[]): Values {
  const values: Values = {};
  for (const { name } of declared) {
    const variable = `HWFE_INPUT_${name.toUpperCase()}`;
    const text = env[variable];
    if (text !== undefined) take(declared, name, text, `the variable ${variable}`, values, problems);
  }
  return values;
}

async function fromFile(file: string, console: Console): Promise<Result<Values, string>> {
  let value: unknown;
  try {
    const text = file === '-' ? await console.readInput() : readFileSync(resolve(console.cwd, file), 'utf8');
    value = extname(file).toLowerCase() === '.toml' ? await parseToml(text) : JSON.parse(text);
  } catch (error) {
    const why = whyRefused(error).split('\n', 1)[0]!;
    return fail(`The inputs in "${file}" cannot be read: ${why}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fail(`The inputs in "${file}" have to be one table of values by name`);
  }
  return ok({ ...value } as Values);
}

/** Dates become texts. */
async function parseToml(text: string): Promise<unknown> {
  const { default: toml } = await import('@iarna/toml');
  return JSON.parse(
    JSON.stringify(toml.parse(text), (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value)),
  );
}

/** Until the answer is one that the input takes. */
async function askFor(input: WorkflowInput, console: Console): Promise<PlainValue | undefined> {
  const { name, description, secret } = input;
  const choices = input.enum === undefined ? '' : ` [${input.enum.map(String).join(', ')}]`;
  const about = description === undefined ? '' : ` – ${description.trim()}`;
  for (;;) {
    const answer = await console.ask!(`${name} (${input.type})${about}${choices}: `, secret);
    if (answer === undefined) return undefined;
    const read = readInput(answer, input);
    if (read.ok) return read.value;
    console.err.lines([`Input "${name}" ${read.error}.`]);
  }
}
