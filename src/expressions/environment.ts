/** What expressions may name and call, with its types. */
import { encodedValue, textOf } from './values.ts';
import { InputsView, MatrixView, RunView, StepView, WorkflowView } from './views.ts';
import type { InputType } from '../model/input.ts';
import type { Each, Surroundings } from '../model/template.ts';
import { celLibrary, type Environment } from './library.ts';
import { readExact } from '../../runners/value.ts';

/** More than any expression that a person wrote. */
const LIMITS = {
  maxAstNodes: 2000,
  maxDepth: 64,
  maxListElements: 500,
  maxMapEntries: 500,
  maxCallArguments: 16,
};

const TYPES: Readonly<Record<InputType, string>> = {
  string: 'string',
  integer: 'int',
  number: 'double',
  boolean: 'bool',
  array: 'list',
  object: 'map',
  file: 'string',
};

/** What every expression may name. */
export const ROOTS = ['inputs', 'steps', 'vars', 'env', 'run', 'workflow'] as const;
const LOCAL: Readonly<Record<Surroundings, readonly string[]>> = {
  loop: ['index', 'output'],
  result: ['output'],
  failure: ['error', 'attempt'],
};

/** Where an expression stands. */
export interface Standpoint {
  readonly within?: Surroundings | undefined;
  readonly each?: Each | undefined;
}

/** What it may name besides. */
export function localsOf({ within, each }: Standpoint): readonly string[] {
  const ofItem = each === undefined ? [] : each.axes === undefined ? ['item', 'index'] : ['item', 'index', 'matrix'];
  return [...new Set([...(within === undefined ? [] : LOCAL[within]), ...ofItem])];
}

const LOCAL_TYPES: Readonly<Record<string, string>> = { index: 'int', output: 'dyn', error: 'dyn', attempt: 'int' };

export function createEnvironment(inputs: ReadonlyMap<string, InputType>, standpoint: Standpoint): Environment {
  const { Environment } = celLibrary();
  const environment = new Environment({ homogeneousAggregateLiterals: false, limits: LIMITS })
    .registerType('Step', {
      ctor: StepView,
      fields: { output: 'dyn', status: 'string', error: 'dyn', attempts: 'int' },
    })
    .registerType('Run', { ctor: RunView, fields: { id: 'string', failed: 'bool', stopped: 'bool', failures: 'list' } })
    .registerType('Workflow', { ctor: WorkflowView, fields: { name: 'string' } })
    .registerType('Inputs', {
      ctor: InputsView,
      fields: Object.fromEntries([...inputs].map(([name, type]) => [name, TYPES[type]])),
    })
    .registerVariable('inputs', 'Inputs')
    .registerVariable('steps', 'map<string, Step>')
    .registerVariable('vars', 'map<string, dyn>')
    .registerVariable('env', 'map<string, string>')
    .registerVariable('run', 'Run')
    .registerVariable('workflow', 'Workflow');
  const { axes, item } = standpoint.each ?? {};
  const matrix = axes === undefined || axes === 'any' ? 'dyn' : 'Matrix';
  if (axes !== undefined && axes !== 'any') {
    environment.registerType('Matrix', {
      ctor: MatrixView,
      fields: Object.fromEntries(axes.map((name) => [name, 'dyn'])),
    });
  }
  const types: Readonly<Record<string, string>> = { ...LOCAL_TYPES, matrix, ...(item && { item }) };
  for (const name of localsOf(standpoint)) environment.registerVariable(name, types[name]!);
  addFunctions(environment);
  return environment;
}

function addFunctions(environment: Environment): void {
  environment
    .registerFunction('json(dyn): string', (value: unknown) => {
      const encoded = encodedValue(value);
      if (!encoded.ok) throw new Error(`json() ${encoded.error}`);
      return new TextDecoder().decode(encoded.value.slice());
    })
    .registerFunction('parse_json(string): dyn', (text: string) => readExact(Buffer.from(text)))
    .registerFunction('text(dyn): string', (value: unknown) => {
      const text = textOf(value);
      if (!text.ok) throw new Error(`text() ${text.error}`);
      return text.value;
    })
    .registerFunction('string.replace(string, string): string', (text: string, old: string, by: string) =>
      text.replaceAll(old, () => by),
    )
    .registerFunction('default(ast, ast): dyn', ({ args }: MacroCall): Macro => DEFAULT(args));
  for (const [sign, compute] of Object.entries(MIXED)) {
    // A program writes the price 5 as an integer and 5.5 as a float; whoever multiplies it does not care.
    environment.registerOperator(`int ${sign} double`, (a: bigint, b: number) => compute(Number(a), b));
    environment.registerOperator(`double ${sign} int`, (a: number, b: bigint) => compute(a, Number(b)));
  }
}

const MIXED: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
};

/** What the library hands to a macro; its own types leave it open. */
interface MacroCall {
  readonly args: readonly unknown[];
}

interface Macro {
  readonly args: readonly unknown[];
  readonly async: false;
  typeCheck(
    checker: { check(node: unknown, scope: unknown): unknown; getType(name: string): unknown },
    macro: Macro,
    scope: unknown,
  ): unknown;
  evaluate(
    evaluator: { run(node: unknown, scope: unknown): unknown; tryEval(node: unknown, scope: unknown): unknown },
    macro: Macro,
    scope: unknown,
  ): unknown;
}

/** `default(steps.x.output.count, 0)`: the second where the first is null or is not there. */
const DEFAULT = (args: readonly unknown[]): Macro => ({
  args,
  async: false,
  typeCheck(checker, macro, scope) {
    for (const node of macro.args) checker.check(node, scope);
    return checker.getType('dyn');
  },
  evaluate(evaluator, macro, scope) {
    const value = evaluator.tryEval(macro.args[0], scope);
    const isThere = value !== undefined && value !== null && !(value instanceof Error);
    return isThere ? value : evaluator.run(macro.args[1], scope);
  },
});
