/** Checks the expressions of a file against what there is, and tells which steps they read. */
import type { Diagnostic } from '../model/diagnostic.ts';
import type { InputType } from '../model/input.ts';
import { didYouMean } from '../model/nearest.ts';
import type { SourceFile, Span } from '../model/source.ts';
import type { Each, Surroundings } from '../model/template.ts';
import type { Dependency } from '../model/step.ts';
import type { ExpressionCode } from './codes.ts';
import { Compiler, type ExpressionError } from './compile.ts';
import { localsOf, ROOTS } from './environment.ts';
import type { Reference } from './references.ts';
import { STATUSES, unknownStatusesIn } from './statuses.ts';

/** An expression where it stands. */
export interface CheckedUse {
  readonly text: string;
  readonly span: Span;
  /** Whether the file shows the expression as it is at `span`. */
  readonly isExact: boolean;
  /** The subject of a sentence: `"if" of step "build"`. */
  readonly what: string;
  /** The step that has it. */
  readonly step?: string;
  readonly within?: Surroundings;
  readonly each?: Each;
  readonly isCondition?: boolean;
  /** It is computed before any step. */
  readonly isEarly?: boolean;
}

export interface Known {
  readonly steps: ReadonlySet<string>;
  readonly inputs: ReadonlyMap<string, InputType>;
  /** Which step keeps a variable, by its name. */
  readonly vars: ReadonlyMap<string, string>;
  /** Names of environment entries, and patterns of those that come from the host. */
  env(step: string | undefined): { readonly names: readonly string[]; readonly passed: readonly string[] };
}

export interface Checked {
  readonly mistakes: readonly Diagnostic[];
  /** By step; those of the workflow itself under the empty name. */
  readonly needs: ReadonlyMap<string, readonly Dependency[]>;
}

export function checkExpressions(file: SourceFile, uses: readonly CheckedUse[], known: Known): Checked {
  const compiler = new Compiler(known.inputs);
  const mistakes: Diagnostic[] = [];
  const needs = new Map<string, Dependency[]>();
  for (const use of uses) {
    const compiled = compiler.compile(use.text, use);
    const found = compiled.ok ? compiled.value : compiled.error.found;
    const told = mistakes.length;
    for (const reference of found?.references ?? []) {
      const problem = problemWith(reference, use, known);
      if (problem !== undefined) mistakes.push(mistakeAt(file, use, 'unknown-name', reference, problem));
      const step = reference.root === 'steps' ? reference.name : known.vars.get(reference.name ?? '');
      if (step === undefined || !known.steps.has(step)) continue;
      if (reference.root !== 'steps' && reference.root !== 'vars') continue;
      const dependency = { name: step, span: part(use, reference) };
      const owner = use.step ?? '';
      needs.set(owner, [...(needs.get(owner) ?? []), dependency]);
    }
    if (!compiled.ok && mistakes.length === told) mistakes.push(explain(file, use, compiled.error, known));
    if (mistakes.length === told) mistakes.push(...vainComparisons(file, use));
    if (compiled.ok && use.isCondition === true && !['bool', 'dyn'].includes(compiled.value.type)) {
      const message = `Write ${use.what} so that it is true or false; ${quoted(use.text)} gives a ${compiled.value.type}`;
      mistakes.push(mistakeAt(file, use, 'bad-expression', WHOLE, message));
    }
  }
  return { mistakes, needs };
}

const WHOLE = { start: 0, end: Number.POSITIVE_INFINITY };

/** Nothing if what it names is there. */
function problemWith({ root, name }: Reference, use: CheckedUse, known: Known): string | undefined {
  switch (root) {
    case 'steps':
      if (name === undefined) return `Name one step in ${use.what}: steps.NAME, or steps["NAME"]`;
      if (use.isEarly === true) return `${capital(use.what)} is computed before any step, so it can name none`;
      if (known.steps.has(name)) return undefined;
      return `${capital(use.what)} names step "${name}", which does not exist${suggestStep(name, use.text, known.steps)}`;
    case 'inputs':
      if (name === undefined || known.inputs.has(name)) return undefined;
      return `${capital(use.what)} names input "${name}", which the workflow does not declare${didYouMean(name, known.inputs.keys())}`;
    case 'vars':
      if (name === undefined) return `Name one variable in ${use.what}: vars.NAME`;
      if (use.isEarly === true)
        return `${capital(use.what)} is computed before any step, so there are no variables yet`;
      if (known.vars.has(name)) return undefined;
      return `${capital(use.what)} names variable "${name}", which no step keeps with "register"${didYouMean(name, known.vars.keys())}`;
    case 'env': {
      if (name === undefined) return `Name one environment entry in ${use.what}: env.NAME`;
      const { names, passed } = known.env(use.step);
      if (names.includes(name) || passed.some((pattern) => covers(pattern, name))) return undefined;
      return `${capital(use.what)} names environment entry "${name}", which is not in "env" or "pass_env"${didYouMean(name, names)}`;
    }
    default:
      return undefined;
  }
}

/** `steps.my-step` is read as a subtraction. */
function suggestStep(name: string, text: string, steps: ReadonlySet<string>): string {
  const meant = [...steps].find((step) => step !== name && step.startsWith(name) && text.includes(`steps.${step}`));
  return meant === undefined ? didYouMean(name, steps) : `; write steps["${meant}"] for a name like that`;
}

function covers(pattern: string, name: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}

function explain(file: SourceFile, use: CheckedUse, error: ExpressionError, known: Known): Diagnostic {
  const word = use.text.slice(error.start, error.end);
  if (error.code === 'unknown_variable') {
    const roots = [...ROOTS, ...localsOf(use)];
    const step = [...known.steps].find((one) => use.text.includes(`steps.${one}`) && !/^\w+$/.test(one));
    const guess = step === undefined ? didYouMean(word, roots) : `; write steps["${step}"] for a name like that`;
    const message = `${capital(use.what)} names ${quoted(word)}, which expressions do not know${guess || `: they know ${roots.join(', ')}`}`;
    return mistakeAt(file, use, 'unknown-name', error, message);
  }
  if (error.code === 'no_such_key') {
    const before = use.text.slice(0, error.start);
    const [owner, names] = /\bsteps\b/.test(before) ? ['a step', STEP_PARTS] : partsBefore(before, use.each);
    const guess = didYouMean(word, names) || (names.length === 0 ? '' : `: ${owner} has ${listed(names)}`);
    return mistakeAt(
      file,
      use,
      'unknown-name',
      error,
      `${capital(use.what)} names ${quoted(word)}, which is not there${guess}`,
    );
  }
  if (/^\$?\{[^{}]*\}$/.test(use.text)) {
    const message = `Write {{ ${use.text.replaceAll(/^\$?\{|\}$/g, '').trim()} }} in ${use.what}, with nothing around it`;
    return mistakeAt(file, use, 'bad-expression', WHOLE, message);
  }
  const message = `${capital(use.what)} is no expression: ${error.message} in ${quoted(use.text)}`;
  return mistakeAt(file, use, 'bad-expression', error, message);
}

/** With what no step's status is: they would never be so. */
function vainComparisons(file: SourceFile, use: CheckedUse): Diagnostic[] {
  return unknownStatusesIn(use.text).map(({ status, start, end }) => {
    const guess = didYouMean(status, STATUSES) || `: it is one of ${listed(STATUSES)}`;
    const message = `${capital(use.what)} compares a status with ${quoted(status)}, which no step has${guess}`;
    return mistakeAt(file, use, 'bad-expression', { start, end }, message);
  });
}

const STEP_PARTS = ['output', 'status', 'error', 'attempts'];

/** What the names behind `run.`, `workflow.` or `matrix.` may be. */
function partsBefore(text: string, each: Each | undefined): readonly [string, readonly string[]] {
  const [, root] = /\b(run|workflow|matrix)\s*\.\s*$/.exec(text) ?? [];
  if (root === 'run') return ['the run', ['id', 'failed', 'failures', 'stopped']];
  if (root === 'workflow') return ['the workflow', ['name']];
  return ['the matrix', root === 'matrix' && each?.axes !== undefined && each.axes !== 'any' ? each.axes : []];
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function mistakeAt(
  file: SourceFile,
  use: CheckedUse,
  code: ExpressionCode,
  range: { readonly start: number; readonly end: number },
  message: string,
): Diagnostic {
  return { code, severity: 'error', message, file, span: part(use, range) };
}

function part(
  { span, isExact, text }: CheckedUse,
  { start, end }: { readonly start: number; readonly end: number },
): Span {
  if (!isExact || text.length === 0) return span;
  const first = Math.min(start, text.length - 1);
  return { start: span.start + first, end: span.start + Math.max(first + 1, Math.min(end, text.length)) };
}

const SHORT = 60;

function quoted(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return `"${line.length > SHORT ? `${line.slice(0, SHORT)}…` : line}"`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
