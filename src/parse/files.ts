/** Reads the files whose steps run inside those of another, and puts them where they belong. */
import { basename, dirname, relative, resolve } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import { everyStepOf, nestedWork } from '../model/nested.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { SourceFile, Span } from '../model/source.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Step } from '../model/step.ts';
import type { Outline } from '../model/outline.ts';
import { heldBy } from './held.ts';
import type { ParsedWorkflow, ParseFailure } from './index.ts';
import { mistake } from './mistakes.ts';
import type { NestedFile } from './nested.ts';
import { givenInputs } from './given.ts';
import type { ParseCode } from './codes.ts';

type Parsed = Result<ParsedWorkflow, ParseFailure>;

export interface Reading {
  /** Where hwfe was started; absolute. */
  readonly cwd: string;
  readonly read: (path: string) => Promise<Parsed>;
  /** The file itself; absolute. Nothing where there is none, and paths start at `cwd`. */
  readonly from: string | undefined;
}

/** Deeper ones are no help to anybody. */
const DEEPEST = 16;
/** Of all files together, each as often as it is inside another. */
const MOST_STEPS = 100_000;

/** With the workflows of those files inside; their mistakes are told with the others. */
export function withFiles(parsed: Parsed, reading: Reading): Promise<Parsed> {
  const files = filesOf(parsed);
  if (files.length === 0) return Promise.resolve(parsed);
  return new Filling(reading).fill(parsed, reading.from, reading.from === undefined ? [] : [reading.from]);
}

class Filling {
  readonly #reading: Reading;
  /** Each file is read once. */
  readonly #filled = new Map<string, Promise<Parsed>>();
  readonly #told = new Set<string>();
  #steps = 0;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  async fill(parsed: Parsed, path: string | undefined, chain: readonly string[]): Promise<Parsed> {
    const files = filesOf(parsed);
    if (files.length === 0) return parsed;
    const directory = path === undefined ? this.#reading.cwd : dirname(path);
    const found: Diagnostic[] = [];
    const outlines: Outline[] = [];
    const insides = new Map<string, Workflow>();
    for (const file of files) {
      const inner = resolve(directory, file.file);
      const inside = await this.#inside(inner, chain);
      if (typeof inside === 'string') {
        found.push(at(parsed, file, inside.startsWith('Let ') ? 'recursion' : 'bad-nesting', inside));
      } else if (!inside.ok) {
        found.push(
          ...this.#once(inner, inside.error.diagnostics).map((one) =>
            one.file === undefined ? pointed(parsed, file, one) : one,
          ),
        );
        if (inside.error.outline !== undefined) outlines.push(inside.error.outline);
      } else {
        found.push(...this.#once(inner, inside.value.warnings));
        if (!parsed.ok) continue;
        const { workflow } = inside.value;
        const step = stepAt(parsed.value.workflow.steps, file.path)!;
        found.push(
          ...givenInputs(parsed.value.workflow.file, file, step, workflow),
          ...this.#undeclared(parsed.value.workflow, file, workflow),
        );
        insides.set(file.path.join('/'), heldBy({ step, directory, inside: dirname(inner) }, workflow));
      }
    }
    return filled(parsed, { found, outlines, insides });
  }

  /** Or why not, as a sentence. */
  async #inside(path: string, chain: readonly string[]): Promise<Parsed | string> {
    const circle = chain.indexOf(path);
    if (circle !== -1) {
      const names = [...chain.slice(circle), path].map((one) => shown(one, this.#reading.cwd));
      return `Let "${basename(path)}" not run inside itself: ${names.join(' -> ')}`;
    }
    if (chain.length > DEEPEST) return `Nest fewer files: there are more than ${DEEPEST} inside one another`;
    let inside = this.#filled.get(path);
    if (inside === undefined) {
      inside = this.#reading.read(path).then((parsed) => this.fill(parsed, path, [...chain, path]));
      this.#filled.set(path, inside);
    }
    const parsed = await inside;
    if (parsed.ok) this.#steps += everyStepOf(parsed.value.workflow).length;
    return this.#steps > MOST_STEPS
      ? `Nest fewer files: with the steps inside others there are more than ${MOST_STEPS}`
      : parsed;
  }

  /** What is wrong with a file is told once, however often it is inside another. */
  #once(path: string, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
    if (this.#told.has(path)) return [];
    this.#told.add(path);
    return diagnostics;
  }

  /** A file that lists its secrets lists those of the files inside it. */
  #undeclared({ file, secrets }: Workflow, { path, span }: NestedFile, inside: Workflow): readonly Diagnostic[] {
    if (secrets === undefined) return [];
    const names = new Set(everyStepOf(inside).flatMap((step) => step.secrets ?? []));
    return [...names]
      .filter((name) => !secrets.includes(name))
      .map((name) => {
        const message = `Name "${name}" in "secrets" of the workflow too, as a step inside step "${path.join('/')}" uses it`;
        return mistake(file, 'undeclared-secret', span, message);
      });
  }
}

function filesOf(parsed: Parsed): readonly NestedFile[] {
  return parsed.ok ? parsed.value.files : (parsed.error.files ?? []);
}

function filled(
  parsed: Parsed,
  {
    found,
    outlines,
    insides,
  }: {
    readonly found: readonly Diagnostic[];
    readonly outlines: readonly Outline[];
    readonly insides: ReadonlyMap<string, Workflow>;
  },
): Parsed {
  if (!parsed.ok) {
    const { diagnostics, outline } = parsed.error;
    return fail({
      diagnostics: [...diagnostics, ...found],
      ...(outline && { outline: withOutlines(outline, outlines) }),
    });
  }
  const { workflow, warnings } = parsed.value;
  if (found.some(({ severity }) => severity === 'error')) {
    const outline = withOutlines({ file: workflow.file, steps: workflow.steps }, outlines);
    return fail({ diagnostics: [...warnings, ...found], outline });
  }
  const steps = put(workflow.steps, [], insides);
  return ok({ workflow: { ...workflow, steps }, warnings: [...warnings, ...found], files: [] });
}

function withOutlines(outline: Outline, more: readonly Outline[]): Outline {
  return more.length === 0 ? outline : { ...outline, inside: [...(outline.inside ?? []), ...more] };
}

function put(
  steps: readonly Step[],
  around: readonly string[],
  insides: ReadonlyMap<string, Workflow>,
): readonly Step[] {
  return steps.map((step): Step => {
    const work = nestedWork(step);
    if (work === undefined || step.work === undefined) return step;
    const path = [...around, step.name];
    const inside =
      work.kind === 'workflow'
        ? insides.get(path.join('/'))!
        : { ...work.inside, steps: put(work.inside.steps, path, insides) };
    const lock = step.lock ?? (work.kind === 'workflow' ? inside.lock : undefined);
    return { ...step, work: { ...work, inside }, ...(lock && { lock }) };
  });
}

function stepAt(steps: readonly Step[], [name, ...rest]: readonly string[]): Step | undefined {
  const step = steps.find((one) => one.name === name);
  const work = step && nestedWork(step);
  return rest.length === 0 || work === undefined ? step : stepAt(work.inside.steps, rest);
}

function at(parsed: Parsed, { span }: NestedFile, code: ParseCode, message: string): Diagnostic {
  const file = fileOf(parsed);
  return { code, severity: 'error', message, ...(file && { file, span }) };
}

/** What is said of a file that cannot be read is said where it is named. */
function pointed(parsed: Parsed, { span }: { readonly span: Span }, diagnostic: Diagnostic): Diagnostic {
  const file = fileOf(parsed);
  return file === undefined ? diagnostic : { ...diagnostic, file, span };
}

function fileOf(parsed: Parsed): SourceFile | undefined {
  return parsed.ok ? parsed.value.workflow.file : parsed.error.outline?.file;
}

function shown(path: string, cwd: string): string {
  const within = relative(cwd, path);
  return within.startsWith('..') ? path : within;
}
