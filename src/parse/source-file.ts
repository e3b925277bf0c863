/** Finds and reads the workflow file that the user named. */
import { oneLine } from '../model/one-line.ts';
import { readdirSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import { nearest } from '../model/nearest.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { SourceFile } from '../model/source.ts';
import { unreachable } from '../model/unreachable.ts';
import type { ParseCode } from './codes.ts';
import { readTextFile, type UnreadableText } from './text-file.ts';

/** A workflow of 100,000 steps fits; what is larger is no workflow, and TOML takes its parsers longer. */
const LARGEST_BYTES: ReadonlyMap<string, number> = new Map([
  ['.lua', 32 * 1024 ** 2],
  ['.toml', 8 * 1024 ** 2],
]);
const EXTENSIONS: readonly string[] = [...LARGEST_BYTES.keys()];

export function readSource(path: string, cwd: string): Result<SourceFile, Diagnostic> {
  const absolute = resolve(cwd, path);
  const largest = LARGEST_BYTES.get(extname(path).toLowerCase());
  const text = readTextFile(absolute, largest ?? 0);
  if (largest === undefined && (text.ok || text.error.problem === 'too-large')) {
    const message = `Name the workflow file with the ending ".lua" or ".toml"; "${oneLine(path)}" has neither`;
    return fail(wholeFile('unknown-extension', message));
  }
  if (!text.ok) return fail(wholeFile(...explain(path, absolute, text.error, largest !== undefined)));
  return ok({ path: shown(path, cwd), text: text.value });
}

function shown(path: string, cwd: string): string {
  if (!isAbsolute(path)) return path;
  const within = relative(cwd, path);
  return within.startsWith('..') || within === '' ? path : within;
}

function explain(path: string, absolute: string, unreadable: UnreadableText, known: boolean): [ParseCode, string] {
  switch (unreadable.problem) {
    case 'missing':
      return ['file-not-found', `There is no file "${oneLine(path)}"${suggestion(path, absolute, known)}`];
    case 'not-a-file':
      return ['not-a-file', `Name a workflow file; "${oneLine(path)}" ${unreadable.is}`];
    case 'unreadable':
      return ['unreadable-file', `The workflow file "${oneLine(path)}" ${unreadable.is}`];
    case 'too-large':
      return ['file-too-large', `Name a smaller workflow file; "${oneLine(path)}" ${unreadable.is}`];
    case 'not-text':
      return ['bad-encoding', `Save the workflow file as UTF-8 text; "${oneLine(path)}" ${unreadable.is}`];
    default:
      return unreachable(unreadable.problem);
  }
}

function suggestion(path: string, absolute: string, known: boolean): string {
  const siblings = workflowFiles(dirname(absolute));
  const name = basename(path);
  const extended = known ? undefined : EXTENSIONS.map((end) => name + end).find((file) => siblings.includes(file));
  if (extended !== undefined) return `; did you mean "${join(dirname(path), extended)}"?`;
  const candidate = nearest(name, siblings);
  return candidate === undefined ? '' : `; did you mean "${join(dirname(path), candidate)}"?`;
}

function workflowFiles(directory: string): readonly string[] {
  try {
    return readdirSync(directory).filter((file) => EXTENSIONS.includes(extname(file).toLowerCase()));
  } catch {
    return [];
  }
}

function wholeFile(code: ParseCode, message: string): Diagnostic {
  return { code, severity: 'error', message };
}
