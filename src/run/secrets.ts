/** Where the values of secrets come from: the environment, a file, a command. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { JobSettings } from './job.ts';
import type { SecretSource } from '../model/secret.ts';
import { everyStepOf } from '../model/nested.ts';
import type { Workflow } from '../model/workflow.ts';
import { fail, ok, type Result } from '../model/result.ts';

/** A command that asks a person or a server may take its time. */
const COMMAND_MS = 60_000;
const MOST_BYTES = 1024 * 1024;

export interface SecretSettings {
  /** Of the configuration, by name; a secret without one is a variable of the environment of its name. */
  readonly sources: Readonly<Record<string, SecretSource>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where relative paths and commands start. */
  readonly cwd: string;
}

/** Each is asked for once, so that a command runs once. */
export class Secrets {
  readonly #settings: SecretSettings;
  readonly #values = new Map<string, Promise<Result<string, string>>>();

  constructor(settings: SecretSettings) {
    this.#settings = settings;
  }

  /** The error says what to do, as the end of a sentence that names the secret. */
  get(name: string): Promise<Result<string, string>> {
    let value = this.#values.get(name);
    if (value === undefined) {
      value = this.#read(name);
      this.#values.set(name, value);
    }
    return value;
  }

  /** Names of the environment that are no steps' but those that name the secret. */
  hidden({ secrets = [], steps }: Pick<Workflow, 'secrets' | 'steps'>): ReadonlySet<string> {
    const { sources } = this.#settings;
    const sourced = Object.values(sources).flatMap((source) => (source.kind === 'env' ? [source.variable] : []));
    return new Set([
      ...Object.keys(sources),
      ...sourced,
      ...secrets,
      ...everyStepOf({ steps }).flatMap((step) => step.secrets ?? []),
    ]);
  }

  async #read(name: string): Promise<Result<string, string>> {
    const source = this.#settings.sources[name] ?? { kind: 'env', variable: name };
    const { env, cwd } = this.#settings;
    switch (source.kind) {
      case 'env': {
        const value = env[source.variable];
        return value ? ok(value) : fail(`set the variable "${source.variable}", also possible in .env`);
      }
      case 'file':
        return present(await contentOf(resolve(cwd, source.path)), `write it into the file "${source.path}"`);
      case 'command':
        return present(await outputOf(source.command, this.#settings), `let the command "${source.command}" print it`);
    }
  }
}

/** The values that there are of all that the steps name, and what hides them, and `others`, from reports. */
export async function handOut(
  secrets: Secrets,
  workflow: Workflow,
  others: ReadonlyMap<string, string>,
): Promise<JobSettings['secrets']> {
  const values = new Map<string, string>();
  for (const name of new Set(everyStepOf(workflow).flatMap((step) => step.secrets ?? []))) {
    const value = await secrets.get(name);
    if (value.ok) values.set(name, value.value);
  }
  const { Masking } = await import('./masking.ts');
  const masked = new Map([...[...others].filter(([, value]) => value !== ''), ...values]);
  return { values, hidden: secrets.hidden(workflow), ...(masked.size > 0 && { masking: new Masking(masked) }) };
}

/** The line end after it is none of it. */
function present(text: Result<string, string>, advice: string): Result<string, string> {
  const value = text.ok ? text.value.replace(/\r?\n$/, '') : '';
  if (value !== '') return ok(value);
  return fail(text.ok ? advice : `${advice}: ${text.error}`);
}

async function contentOf(path: string): Promise<Result<string, string>> {
  try {
    return ok(await readFile(path, 'utf8'));
  } catch (error) {
    return fail(error instanceof Error && 'code' in error ? String(error.code) : 'it cannot be read');
  }
}

/** What the command says on its standard error is not repeated: it may be the secret. */
function outputOf(command: string, { env, cwd }: SecretSettings): Promise<Result<string, string>> {
  return new Promise((done) => {
    const options = { cwd, env: { ...env }, timeout: COMMAND_MS, maxBuffer: MOST_BYTES };
    const child = execFile('/bin/sh', ['-c', command], options, (error, stdout) => {
      if (error === null) done(ok(stdout));
      else
        done(fail(error.killed === true ? 'it took too long' : `it ended with status ${error.code ?? error.signal}`));
    });
    child.stdin?.end();
  });
}
