/** All that decides what a step gives. */
import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Job, Language, Script } from '../../runners/contract.ts';
import { GrantedFiles } from '../../runners/grants/granted-files.ts';
import { actsOf } from '../model/permissions.ts';
import type { Manifest } from '../model/history.ts';
import { describeSenses, sensesOf } from '../model/senses.ts';
import type { Step } from '../model/step.ts';
import { essence } from './code.ts';
import { type Contents, sha256 } from './contents.ts';
import { filesMatching } from '../globs.ts';
import { packagesOf, versionFor } from './versions.ts';

/** Of the variables that every process of the host gets, these change what programs print; the others say where things are. */
const TELLING = /^(LANG|LC_.*|TZ)$/;

export interface ManifestContext {
  readonly contents: Contents;
  /** Values of environment entries are kept as hashes only, which nobody can guess without it. */
  readonly salt: Uint8Array;
}

/** Fields are always in the same order, so equal manifests are equal as JSON text, of which the key is the hash. */
export async function manifestOf(step: Step, job: Job, { contents, salt }: ManifestContext): Promise<Manifest> {
  const { script, language, runtime } = job;
  const inputs: Record<string, string> = {};
  for (const name of [...job.inputs.keys()].sort()) {
    if (step.carriesSecrets?.includes(name) === true) {
      inputs[name] = 'secret';
      continue;
    }
    const hash = contents.hashOf(job.inputs.get(name)!);
    inputs[name] = (hash instanceof Promise ? await hash : hash).toString('hex');
  }
  return {
    language,
    runtime,
    isolation: job.isolation,
    version: await versionFor(job),
    code: await codeOf(script, language),
    call: callOf(script),
    packages: packagesOf(job),
    workingDir: step.workingDir ?? '',
    senses: describeSenses(sensesOf(step, job)),
    env: environment(step, job, salt),
    limits: limits(step, job),
    inputs,
    reads: step.reads === undefined ? await hashesOfGranted(job) : await hashesOf(step.reads, job.cwd),
    writes: step.writes ?? [],
  };
}

async function codeOf(script: Script, language: Language): Promise<string> {
  switch (script.kind) {
    case 'code':
      return hex(essence(script.code, language));
    case 'module':
      return hex(await readFile(script.path));
    case 'action':
      return '';
  }
}

function callOf(script: Script): string {
  switch (script.kind) {
    case 'code':
      return '';
    case 'module':
      return `${script.func} ${(script.args ?? []).map((arg) => `${typeof arg} ${arg}`).join(', ')}`;
    case 'action':
      return `${script.action} ${servicesText(script)}`.trim();
  }
}

/** What may change a model's answer; not when it is asked, nor by which key. */
function servicesText({ action, services }: Script & { kind: 'action' }): string {
  if (action !== 'llm' || services === undefined) return '';
  const told = Object.entries(services.llm).map(([name, { provider, baseUrl, model, maxTokens, structured }]) =>
    JSON.stringify([name, provider, baseUrl, model, maxTokens, structured]),
  );
  return told.sort().join(' ');
}

/** By path, as the patterns gave it. */
async function hashesOf(patterns: readonly string[], cwd: string): Promise<Record<string, string>> {
  const hashes: Record<string, string> = {};
  for (const path of filesMatching(patterns, cwd)) hashes[path] = hex(await readFile(resolve(cwd, path)));
  return hashes;
}

/** Of all files that an embedded step may read. Throws where these cannot all be told, as behind a link. */
async function hashesOfGranted({ runtime, grants, limits: given }: Job): Promise<Readonly<Record<string, string>>> {
  const patterns = grants?.layers.at(-1)?.read ?? [];
  if (runtime !== 'embedded' || grants === undefined || !actsOf(grants.layers).includes('read')) return NONE;
  const files = new GrantedFiles(grants, given);
  const hashes: Record<string, string> = {};
  for (const pattern of patterns) {
    const listed = files.list(pattern);
    if (!listed.ok || files.links > 0)
      throw Object.assign(new Error('What the step may read is not known'), { code: 'ELOOP' });
    for (const path of listed.value) hashes[path] ??= hex(await readFile(resolve(grants.directory, path)));
  }
  return hashes;
}

const NONE: Readonly<Record<string, string>> = {};

function environment(step: Step, { runtime, env }: Job, salt: Uint8Array): Readonly<Record<string, string>> {
  if (step.secrets === undefined && step.carriesSecrets === undefined && Object.keys(env).length === 0) return NONE;
  const isOwn = (name: string): boolean => Object.hasOwn(step.env, name) || step.passEnv.length > 0;
  const named = [...(step.secrets ?? []), ...(step.carriesSecrets ?? []).filter((name) => Object.hasOwn(env, name))];
  const open = Object.keys(env).filter((name) => !named.includes(name));
  const names = open.filter((name) => runtime === 'embedded' || TELLING.test(name) || isOwn(name));
  const values = names.sort().map((name) => [name, hashOfEntry(env[name]!, salt)]);
  // Of a secret only its name counts: its value is kept in no form, and a new one gives no other result.
  return { ...Object.fromEntries(values), ...Object.fromEntries(named.map((name) => [name, 'secret'])) };
}

export function hashOfEntry(text: string, salt: Uint8Array): string {
  return createHmac('sha256', salt).update(text).digest('hex').slice(0, 32);
}

/** Those that can make a step fail; how much of its printed text is shown changes nothing. */
function limits({ timeoutMs }: Step, job: Job): Record<string, number> {
  const known = timeoutMs === undefined ? LIMITS.get(job.limits) : undefined;
  if (known !== undefined) return known;
  const { setBy: _by, stdout: _stdout, ...rest } = job.limits;
  const entries = Object.entries({ ...rest, ...(timeoutMs !== undefined && { timeout: timeoutMs }) });
  const sorted = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  if (timeoutMs === undefined) LIMITS.set(job.limits, sorted);
  return sorted;
}

/** Most steps have those of the configuration, and share one answer. */
const LIMITS = new WeakMap<Job['limits'], Record<string, number>>();

function hex(content: string | Uint8Array): string {
  return sha256(content).toString('hex');
}
