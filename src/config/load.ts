/** Finds every setting's effective value: flags before variables before `.env` before the file before defaults. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Diagnostic } from '../model/diagnostic.ts';
import { didYouMean } from '../model/nearest.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { lineAndColumn } from '../model/source.ts';
import { assemble } from './assemble.ts';
import type { Config } from './config.ts';
import { defaultOf, expandHome } from './defaults.ts';
import { locateVariable, parseDotEnv, type DotEnv } from './dotenv.ts';
import { readConfigFile, type ConfigFile } from './file.ts';
import { givenByFile, givenByVariables, unknownVariables, type Given, type Misplaced } from './given.ts';
import type { Locate } from './locate.ts';
import type { Origin } from './origin.ts';
import { type BadSecret, readSecrets } from './secrets.ts';
import { readServices } from './services.ts';
import { SETTINGS, type SettingValue } from './settings.ts';
import { readValue } from './values.ts';

export interface ConfigRequest {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** What the command line sets, each value as it was typed. */
  readonly flags?: readonly { readonly key: string; readonly flag: string; readonly text: string }[];
  /** A file to read instead of `config.toml`, `.json` or `.yaml` of `cwd`. */
  readonly file?: string;
  /** Whether origins in files are to have their line; finding them costs some 20 ms. Default: false. */
  readonly positions?: boolean;
}

export interface LoadedConfig {
  readonly config: Config;
  /** By key of the table, as the next. */
  readonly origins: ReadonlyMap<string, Origin>;
  readonly values: ReadonlyMap<string, SettingValue>;
  /** All that `.env` sets, for steps that may see it. */
  readonly variables: Readonly<Record<string, string>>;
  readonly warnings: readonly Diagnostic[];
}

/** Fails with every mistake of every source at once. */
export async function loadConfig(request: ConfigRequest): Promise<Result<LoadedConfig, readonly Diagnostic[]>> {
  const read = await readConfigFile(request.cwd, request.file);
  if (!read.ok) return fail([read.error]);
  const file = read.value;
  const dotenv = readDotEnv(request.cwd);
  const ofFile = file === undefined ? { given: [], misplaced: [] } : givenByFile(file.file.path, file.tree);
  const given = [
    ...ofFile.given,
    ...givenByVariables(dotenv?.variables ?? {}, (variable) => dotenvOrigin(dotenv!, variable)),
    ...givenByVariables(request.env, (variable) => ({ kind: 'variable', variable })),
    ...(request.flags ?? []).map(
      ({ key, flag, text }): Given => ({
        key,
        raw: text,
        name: flag === '--set' ? key : flag,
        origin: { kind: 'flag', flag },
      }),
    ),
  ];

  const values = new Map<string, SettingValue>();
  const origins = new Map<string, Origin>();
  for (const setting of SETTINGS) {
    values.set(setting.key, defaultOf(setting, request.env));
    origins.set(setting.key, { kind: 'default' });
  }
  const bad: { given: Given; expected: string }[] = [];
  for (const one of given) {
    const { type } = SETTINGS.find((setting) => setting.key === one.key)!;
    const value = readValue(type, one.raw);
    if (value.ok) {
      values.set(one.key, type.kind === 'path' ? expandHome(String(value.value), request.env) : value.value);
      origins.set(one.key, one.origin);
    } else bad.push({ given: one, expected: value.error });
  }

  const secrets = readSecrets(file?.tree, request.env);
  const services = readServices(file?.tree);
  const needsPlaces =
    request.positions ||
    !secrets.ok ||
    !services.ok ||
    ofFile.misplaced.length > 0 ||
    bad.some((b) => b.given.origin.kind === 'file');
  const locate = file !== undefined && needsPlaces ? await (await import('./locate.ts')).locator(file) : undefined;
  const own = [...(secrets.ok ? [] : secrets.error), ...(services.ok ? [] : services.error)];
  if (!secrets.ok || !services.ok) return fail(own.map((one) => badSecret(one, file!, locate)));
  if (bad.length > 0) return fail(bad.map((one) => badValue(one.given, one.expected, file, dotenv, locate)));
  if (request.positions && file !== undefined) addLines(origins, file, locate);
  const warnings = [
    ...ofFile.misplaced.map((one) => misplacedKey(one, file!, locate)),
    ...unknownVariableWarnings(request.env, dotenv),
  ];
  const config = assemble(values, secrets.value, services.value);
  return ok({ config, origins, values, variables: dotenv?.variables ?? {}, warnings });
}

function readDotEnv(cwd: string): DotEnv | undefined {
  const path = resolve(cwd, '.env');
  if (!existsSync(path)) return undefined;
  try {
    return parseDotEnv({ path: '.env', text: readFileSync(path, 'utf8') });
  } catch {
    // A directory named `.env` (a Python habit), or one that this user may not read, is nobody's configuration.
    return undefined;
  }
}

function dotenvOrigin(dotenv: DotEnv, variable: string): Origin {
  const start = locateVariable(dotenv.file, variable)?.start ?? 0;
  return { kind: 'dotenv', file: dotenv.file.path, line: lineAndColumn(dotenv.file.text, start).line, variable };
}

function addLines(origins: Map<string, Origin>, file: ConfigFile, locate: Locate | undefined): void {
  for (const [key, origin] of origins) {
    const span = origin.kind === 'file' ? locate?.(key.split('.')) : undefined;
    if (span === undefined) continue;
    origins.set(key, { kind: 'file', file: file.file.path, line: lineAndColumn(file.file.text, span.start).line });
  }
}

function badValue(
  { name, raw, key, origin }: Given,
  expected: string,
  file: ConfigFile | undefined,
  dotenv: DotEnv | undefined,
  locate: Locate | undefined,
): Diagnostic {
  const what = origin.kind === 'flag' && name === origin.flag ? 'The flag' : 'Setting';
  const message = `${what} "${name}" is ${JSON.stringify(raw) ?? String(raw)}; ${expected}`;
  const base: Diagnostic = { code: 'config-bad-value', severity: 'error', message };
  if (origin.kind === 'file') return at(base, file!.file, locate?.(key.split('.')));
  if (origin.kind === 'dotenv') return at(base, dotenv!.file, locateVariable(dotenv!.file, origin.variable));
  return base;
}

function badSecret({ path, raw, expected }: BadSecret, { file }: ConfigFile, locate: Locate | undefined): Diagnostic {
  const message = `Setting "${path.join('.')}" is ${JSON.stringify(raw) ?? String(raw)}; ${expected}`;
  return at({ code: 'config-bad-value', severity: 'error', message }, file, locate?.(path));
}

function misplacedKey({ path, problem }: Misplaced, { file }: ConfigFile, locate: Locate | undefined): Diagnostic {
  const name = path.join('.');
  const message =
    problem.kind === 'unknown'
      ? `There is no setting "${name}"${didYouMean(path.at(-1)!, problem.known)}`
      : `"${name}" has to be a section with settings in it, so it is left out`;
  return at({ code: 'config-unknown-key', severity: 'warning', message }, file, locate?.(path));
}

function unknownVariableWarnings(env: NodeJS.ProcessEnv, dotenv: DotEnv | undefined): Diagnostic[] {
  const known = SETTINGS.map((setting) => setting.variable);
  const warn = (variable: string, suggestion: string): Diagnostic => ({
    code: 'config-unknown-variable',
    severity: 'warning',
    message: `No setting is called by the variable "${variable}"${suggestion}`,
  });
  return [
    // A variable of the surroundings may be somebody else's; only one that looks like a slip is worth a word.
    ...unknownVariables(env).flatMap((variable) => {
      const suggestion = didYouMean(variable, known);
      return suggestion === '' ? [] : [warn(variable, suggestion)];
    }),
    ...unknownVariables(dotenv?.variables ?? {}).map((variable) =>
      at(warn(variable, didYouMean(variable, known)), dotenv!.file, locateVariable(dotenv!.file, variable)),
    ),
  ];
}

function at(diagnostic: Diagnostic, file: Diagnostic['file'] & {}, span: Diagnostic['span']): Diagnostic {
  return span === undefined ? { ...diagnostic, file } : { ...diagnostic, file, span };
}
