/** A Lua workflow file becomes a document: read as it stands where it is plain data, else evaluated. */
import type { Diagnostic } from '../../model/diagnostic.ts';
import { fail, ok, type Result } from '../../model/result.ts';
import type { SourceFile } from '../../model/source.ts';
import type { Document, DocumentValue } from '../document.ts';
import { mistake } from '../mistakes.ts';
import { findDuplicates } from './duplicates.ts';
import { readPlain } from './plain.ts';
import { parseLua, type Syntax, withoutInterpreterLine } from './syntax.ts';

/** `directory` is where `require` finds Lua modules. */
export async function readLua(
  file: SourceFile,
  directory: string,
  global = 'workflow',
): Promise<Result<Document, readonly Diagnostic[]>> {
  const syntax = parseLua(file);
  if (!syntax.ok) return fail([syntax.error]);
  const plain = readPlain(syntax.value, global);
  const duplicates = plain?.doubled === false ? [] : findDuplicates(syntax.value);
  if (plain !== undefined) return handOver(file, plain.value, duplicates, global);
  const evaluated = await readByEvaluation(syntax.value, directory, global);
  const mistakes = [...duplicates, ...evaluated.mistakes];
  return evaluated.failed ? fail(mistakes) : handOver(file, evaluated.value, mistakes, global);
}

export interface Evaluated {
  readonly value: DocumentValue | undefined;
  readonly mistakes: readonly Diagnostic[];
  /** The file did not run to its end, so that `mistakes` are all there is. */
  readonly failed: boolean;
}

/** Reads any Lua file, plain data or not. */
export async function readByEvaluation(syntax: Syntax, directory: string, global = 'workflow'): Promise<Evaluated> {
  const { evaluateLua } = await import('./evaluate.ts');
  const { explainEvaluation } = await import('./explain.ts');
  const evaluation = await evaluateLua(withoutInterpreterLine(syntax.file.text), directory, global);
  const mistakes = explainEvaluation(evaluation, syntax.file, directory);
  const { ended } = evaluation;
  if (ended.kind !== 'value') return { value: undefined, mistakes, failed: true };
  if (ended.value === undefined) return { value: undefined, mistakes, failed: false };
  const { Landmarks } = await import('./landmarks.ts');
  const { locateValue } = await import('./locate.ts');
  return { value: locateValue(ended.value, new Landmarks(syntax)), mistakes, failed: false };
}

function handOver(
  file: SourceFile,
  value: DocumentValue | undefined,
  mistakes: readonly Diagnostic[],
  global: string,
): Result<Document, readonly Diagnostic[]> {
  if (value?.kind === 'table') return ok({ file, root: value, mistakes });
  const message = `Set the global "${global}" to a table, or return it: ${global} = { ${global === 'suite' ? 'tests' : 'steps'} = { … } }`;
  return fail([...mistakes, mistake(file, 'no-workflow', value?.span, message)]);
}
