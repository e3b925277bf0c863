/** A workflow file, or an object of its shape, becomes a Workflow or all the mistakes in it. */
import { resolve, dirname, extname } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import { fail, type Result } from '../model/result.ts';
import type { SourceFile } from '../model/source.ts';
import type { Workflow } from '../model/workflow.ts';
import type { Outline } from '../model/outline.ts';
import type { WorkflowDefinition } from './definition.ts';
import type { Document } from './document.ts';
import { decodeWorkflow } from './decode.ts';
import { withFiles } from './files.ts';
import type { NestedFile } from './nested.ts';
import { inFileOrder } from './mistakes.ts';
import { documentFromObject } from './object.ts';
import { readSource } from './source-file.ts';

export type Format = 'lua' | 'toml';

export interface ParseOptions {
  /** Where hwfe was started; absolute. Paths in diagnostics are relative to it. */
  readonly cwd: string;
  /** The last place where WASM modules are looked up; absolute, or relative to `cwd`. */
  readonly modulesDir: string;
}

export interface ParsedWorkflow {
  readonly workflow: Workflow;
  /** What the file should mend, though it runs. */
  readonly warnings: readonly Diagnostic[];
  /** Other files whose steps run inside its own. */
  readonly files: readonly NestedFile[];
}

export interface ParseFailure {
  /** In file order; warnings among them. */
  readonly diagnostics: readonly Diagnostic[];
  /** The names and dependencies that could be read all the same, so that mistakes in the graph can be told at once. */
  readonly outline?: Outline;
  readonly files?: readonly NestedFile[];
}

/** Reads the workflow file at `path`, which is absolute or relative to `cwd`; its ending (`.lua`, `.toml`) tells its format. */
export async function parseWorkflow(
  path: string,
  options: ParseOptions,
): Promise<Result<ParsedWorkflow, ParseFailure>> {
  const read = (one: string): Promise<Result<ParsedWorkflow, ParseFailure>> => parseFile(one, options);
  return withFiles(await read(path), { ...options, read, from: resolve(options.cwd, path) });
}

/** Without the files that it names. */
async function parseFile(path: string, options: ParseOptions): Promise<Result<ParsedWorkflow, ParseFailure>> {
  const source = readSource(path, options.cwd);
  if (!source.ok) return fail({ diagnostics: [source.error] });
  const format = extname(path).toLowerCase() === '.toml' ? 'toml' : 'lua';
  return parseText(source.value, format, { ...options, directory: dirname(resolve(options.cwd, path)) });
}

/** Reads the files whose steps run inside those of a workflow that was written as an object, where it names any. */
export function withNestedFiles(
  parsed: Result<ParsedWorkflow, ParseFailure>,
  options: ParseOptions,
): Promise<Result<ParsedWorkflow, ParseFailure>> {
  const read = (one: string): Promise<Result<ParsedWorkflow, ParseFailure>> => parseFile(one, options);
  return withFiles(parsed, { ...options, read, from: undefined });
}

/** Reads a workflow from text, without the files that it names; `directory` is where its code files, modules and Lua modules are looked up. */
export async function parseText(
  file: SourceFile,
  format: Format,
  options: ParseOptions & { readonly directory: string },
): Promise<Result<ParsedWorkflow, ParseFailure>> {
  const text = file.text.startsWith('\uFEFF') ? file.text.slice(1) : file.text;
  const document = await readDocument({ path: file.path, text }, format, options.directory);
  return document.ok ? decodeWorkflow(document.value, options) : fail({ diagnostics: inFileOrder(document.error) });
}

/**
 * Takes a workflow written as a TypeScript object; paths in it are relative to `cwd`. With places, diagnostics point into
 * its JSON form; without, they point nowhere, which is good enough to learn whether there are any.
 */
export function workflowFromObject(
  definition: WorkflowDefinition,
  options: ParseOptions & { readonly withPlaces?: boolean },
): Result<ParsedWorkflow, ParseFailure> {
  const document = documentFromObject(definition, options.withPlaces ?? true);
  return decodeWorkflow(document, { ...options, directory: options.cwd });
}

/** `global` is the name under which a Lua file hands its table over, unless it returns it. */
export async function readDocument(
  file: SourceFile,
  format: Format,
  directory: string,
  global = 'workflow',
): Promise<Result<Document, readonly Diagnostic[]>> {
  if (format === 'toml') {
    const { readToml } = await import('./toml/read.ts');
    return readToml(file);
  }
  const { readLua } = await import('./lua/read.ts');
  return readLua(file, directory, global);
}
