/** A folder of files for one test, gone when the test ends, and shorthand to read workflows from text. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import type { Result } from '../../src/model/result.ts';
import type { Span } from '../../src/model/source.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import type { Step } from '../../src/model/step.ts';
import { type ParsedWorkflow, type ParseFailure, parseText, parseWorkflow } from '../../src/parse/index.ts';
import { allMistakes, planWorkflow } from '../../src/plan/index.ts';

export function folder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'hwfe-parse-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    writeFileSync(join(path, name), content);
  }
  return path;
}

const NOWHERE = { cwd: '/nowhere', modulesDir: 'wasm_modules', directory: '/nowhere' };

export function readLua(text: string): Promise<Result<ParsedWorkflow, ParseFailure>> {
  return parseText({ path: 'test.lua', text }, 'lua', NOWHERE);
}

export function readToml(text: string): Promise<Result<ParsedWorkflow, ParseFailure>> {
  return parseText({ path: 'test.toml', text }, 'toml', NOWHERE);
}

export function readFile(cwd: string, path: string): Promise<Result<ParsedWorkflow, ParseFailure>> {
  return parseWorkflow(path, { cwd, modulesDir: 'wasm_modules' });
}

export function workflowOf(parsed: Result<ParsedWorkflow, ParseFailure>): Workflow {
  if (parsed.ok) return parsed.value.workflow;
  throw new Error(parsed.error.diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'));
}

export function stepOf(parsed: Result<ParsedWorkflow, ParseFailure>, name: string): Step {
  return workflowOf(parsed).steps.find((step) => step.name === name)!;
}

/** Everything that reading and planning have to say, as a user would be told. */
export function diagnosticsOf(parsed: Result<ParsedWorkflow, ParseFailure>): readonly Diagnostic[] {
  if (!parsed.ok) return allMistakes(parsed.error);
  const plan = planWorkflow(parsed.value.workflow, parsed.value.warnings);
  return plan.ok ? plan.value.warnings : plan.error;
}

export function codesOf(parsed: Result<ParsedWorkflow, ParseFailure>): readonly string[] {
  return diagnosticsOf(parsed).map(({ code }) => code);
}

/** What a diagnostic points at. */
export function pointed(diagnostic: Diagnostic, span: Span | undefined = diagnostic.span): string {
  return diagnostic.file !== undefined && span !== undefined ? diagnostic.file.text.slice(span.start, span.end) : '';
}
