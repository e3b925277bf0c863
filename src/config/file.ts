/** Reads a configuration file, TOML, JSON or YAML, into a tree of plain values. */
import { existsSync, readFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import { whyRefused } from '../model/refusal.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { SourceFile } from '../model/source.ts';

export interface ConfigFile {
  readonly file: SourceFile;
  readonly format: 'toml' | 'json' | 'yaml';
  readonly tree: unknown;
}

const NAMES = ['config.toml', 'config.json', 'config.yaml', 'config.yml'];

/**
 * The file named `path`, or without it the first of `config.toml`, `.json`, `.yaml` and `.yml` in `cwd`;
 * nothing if there is none of these.
 */
export async function readConfigFile(cwd: string, path?: string): Promise<Result<ConfigFile | undefined, Diagnostic>> {
  const name = path ?? NAMES.find((candidate) => existsSync(resolve(cwd, candidate)));
  if (name === undefined) return ok(undefined);
  let text: string;
  try {
    text = readFileSync(resolve(cwd, name), 'utf8').replace(/^\uFEFF/, '');
  } catch (error) {
    const message = `The configuration file "${name}" cannot be read: ${whyRefused(error)}`;
    return fail({ code: 'config-unreadable', severity: 'error', message });
  }
  const file = { path: name, text };
  const extension = extname(name).toLowerCase();
  if (extension === '.json') return parseJson(file);
  if (extension === '.yaml' || extension === '.yml') return parseYaml(file);
  return parseToml(file);
}

async function parseToml(file: SourceFile): Promise<Result<ConfigFile, Diagnostic>> {
  const { default: toml } = await import('@iarna/toml');
  try {
    return ok({ file, format: 'toml', tree: toml.parse(file.text) });
  } catch {
    // The positioned parser knows more of TOML 1.0 and says where it stopped, so its word counts.
    const { parseTOML, getStaticTOMLValue } = await import('toml-eslint-parser');
    try {
      return ok({ file, format: 'toml', tree: getStaticTOMLValue(parseTOML(file.text)) });
    } catch (error) {
      const { message, index } = error as { message: string; index?: number };
      return fail(syntaxError(file, 'TOML', message, index));
    }
  }
}

async function parseJson(file: SourceFile): Promise<Result<ConfigFile, Diagnostic>> {
  try {
    return ok({ file, format: 'json', tree: JSON.parse(file.text) });
  } catch (error) {
    const { parseDocument } = await import('yaml');
    const problem = parseDocument(file.text, { prettyErrors: false }).errors[0];
    const message = problem?.message ?? (error as Error).message;
    return fail(syntaxError(file, 'JSON', message, problem?.pos[0]));
  }
}

async function parseYaml(file: SourceFile): Promise<Result<ConfigFile, Diagnostic>> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(file.text, { prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) return fail(syntaxError(file, 'YAML', problem.message, problem.pos[0]));
  return ok({ file, format: 'yaml', tree: document.toJS({ maxAliasCount: 100 }) as unknown });
}

function syntaxError(file: SourceFile, language: string, reason: string, index: number | undefined): Diagnostic {
  const message = `This file is not ${language} from here on: ${reason}`;
  const base: Diagnostic = { code: 'config-syntax', severity: 'error', message, file };
  if (index === undefined) return base;
  const start = Math.min(index, Math.max(0, file.text.length - 1));
  return { ...base, span: { start, end: start + 1 } };
}
