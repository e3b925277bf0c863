/** The code, file or module that a step runs. */
import { oneLine } from '../model/one-line.ts';
import { statSync } from 'node:fs';
import { extname, relative, resolve } from 'node:path';
import type { ActionName, Language, Script } from '../../runners/contract.ts';
import { ACTIONS } from './actions/action-fields.ts';
import { actionOf } from './actions/read-action.ts';
import type { Entry, TableValue, TextValue } from './document.ts';
import type { StepFields } from './fields/step-fields.ts';
import type { StepContext } from './step-context.ts';
import { readTextFile } from './text-file.ts';

const LARGEST_CODE_FILE = 8 * 1024 ** 2;
/** Of these a step with code has one. */
export const SOURCES: readonly ('code' | 'module' | 'cmd' | (typeof ACTIONS)[number])[] = [
  'code',
  'module',
  'cmd',
  ...ACTIONS,
];
const LANGUAGE_OF_EXTENSION: ReadonlyMap<string, Language> = new Map([
  ['.lua', 'lua'],
  ['.js', 'javascript'],
  ['.mjs', 'javascript'],
  ['.py', 'python'],
  ['.sh', 'shell'],
  ['.bash', 'shell'],
]);

export interface ScriptStep {
  readonly name: string;
  readonly entry: Entry;
  readonly table: TableValue;
  readonly language: Language;
}

export function languageOfFile(path: string): Language | undefined {
  return LANGUAGE_OF_EXTENSION.get(extname(path).toLowerCase());
}

/** Nothing if it is missing, doubled or cannot be read, which has been told. */
export function decodeScript(step: ScriptStep, fields: StepFields, context: StepContext): Script | undefined {
  const { entries } = step.table;
  tellConflicts(step, context);
  if (!SOURCES.some((source) => entries.has(source))) {
    tellMissing(step, context);
    return undefined;
  }
  const action = actionOf(step.table);
  if (action !== undefined) return actionScript(action, step, context);
  if (fields.module !== undefined) return moduleScript(fields.module, step, fields, context);
  if (typeof fields.file === 'string') return fileScript(fields.file, step, context);
  const inline = fields.code ?? fields.cmd;
  return inline === undefined ? undefined : codeScript(step.name, inline, context);
}

function tellConflicts({ name, table }: ScriptStep, { mistakes }: StepContext): void {
  for (const group of [SOURCES, ['func', 'function']]) {
    if (group.filter((field) => table.entries.has(field)).length < 2) continue;
    const given = [...table.entries].filter(([key]) => group.some((field) => field === key));
    const [first, second] = given;
    if (first === undefined || second === undefined) continue;
    const message = `Give step "${name}" only one of ${given.map(([key]) => `"${key}"`).join(' and ')}`;
    const related = [{ message: `"${first[0]}" is given here`, span: first[1].keySpan }];
    mistakes.add('conflicting-fields', second[1].keySpan, message, related);
  }
}

function tellMissing({ name, entry, table, language }: ScriptStep, { mistakes }: StepContext): void {
  const functionGiven = [...table.entries.values()].some(
    ({ value }) => value.kind === 'odd' && value.what === 'function',
  );
  if (functionGiven) return;
  const wanted =
    language === 'wasm' ? '"module"' : language === 'shell' ? '"code", "cmd" or "file"' : '"code" or "file"';
  mistakes.add('missing-code', entry.keySpan, `Give step "${name}" ${wanted}; it has nothing to run`);
}

function codeScript(name: string, code: TextValue, { file, lines, isObject }: StepContext): Script {
  if (isObject) {
    return { kind: 'code', code: code.value, origin: { file: `step "${name}"`, line: 1, verbatim: true } };
  }
  const origin = { file: file.path, line: lines.lineOf(code.start), verbatim: code.verbatim };
  return { kind: 'code', code: code.value, origin };
}

function actionScript(action: ActionName, { table }: ScriptStep, { file, lines }: StepContext): Script {
  const { keySpan } = table.entries.get(action)!;
  const line = lines.lineOf(keySpan.start);
  return { kind: 'action', action, origin: { file: file.path, line, verbatim: false } };
}

function fileScript(path: string, { name, table }: ScriptStep, context: StepContext): Script | undefined {
  const span = table.entries.get('file')?.value.span;
  if (extname(path).toLowerCase() === '.wasm') {
    const message = `Name the WASM module of step "${name}" with "module" in place of "file"`;
    context.mistakes.add('misfit-field', span, message);
    return undefined;
  }
  const absolute = resolve(context.directory, path);
  const read = readTextFile(absolute, LARGEST_CODE_FILE);
  if (!read.ok) {
    const seen = shown(absolute, context.cwd);
    const found = seen === path ? `"${oneLine(path)}"` : `"${oneLine(path)}", which is "${oneLine(seen)}",`;
    const message = `Give step "${name}" another code file: ${found} ${read.error.is}`;
    context.mistakes.add('code-file', span, message);
    return undefined;
  }
  const origin = { file: shown(absolute, context.cwd), line: 1, verbatim: true };
  return { kind: 'code', code: read.value, origin };
}

function moduleScript(module: string, step: ScriptStep, fields: StepFields, context: StepContext): Script | undefined {
  const span = step.table.entries.get('module')!.value.span;
  const { cwd, directory, modulesDir, file, lines, mistakes } = context;
  const places = new Set([cwd, directory, resolve(cwd, modulesDir)].map((place) => resolve(place, module)));
  const path = [...places].find(isFile);
  if (path === undefined) {
    const tried = [...places].map((place) => `"${shown(place, cwd)}"`).join(', ');
    mistakes.add('module-not-found', span, `Step "${step.name}" has no module: none of ${tried} exists`);
    return undefined;
  }
  return {
    kind: 'module',
    path,
    module,
    func: fields.func ?? fields.function ?? 'run',
    ...(fields.args !== undefined && { args: fields.args }),
    origin: { file: file.path, line: lines.lineOf(span.start), verbatim: false },
  };
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
  } catch {
    return false;
  }
}

function shown(absolute: string, cwd: string): string {
  const within = relative(cwd, absolute);
  return within.startsWith('..') ? absolute : within;
}
