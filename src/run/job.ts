/** A step at one attempt → the job that a thread is sent. */
import { resolve } from 'node:path';
import type {
  EncodedValue,
  Isolation,
  Job,
  Language,
  Limits,
  Runtime,
  Script,
  Services,
} from '../../runners/contract.ts';
import { strictest } from '../model/isolation.ts';
import { type Allowed, layersFor, refusalsOf } from '../model/permissions.ts';
import { type CodeStep, isCode, type Step } from '../model/step.ts';
import { type HandedSecrets, stepEnvironment } from './environment.ts';
import { limitsOf } from './limits.ts';
import type { Masking } from './masking.ts';
import type { Sharing } from './sharing.ts';

/** What all jobs of one run have in common. */
export interface JobSettings {
  readonly run: string;
  /** Where hwfe was started; absolute. */
  readonly cwd: string;
  /** The workflow file's own directory, where a relative `working_dir` starts; absolute. */
  readonly directory: string;
  /** `HWFE_WORKDIR`; absolute. */
  readonly workdir: string;
  /** `/tmp` of steps in a sandbox; absolute. */
  readonly tmp: string;
  readonly cacheDir: string;
  /** The host's environment, from which steps are granted entries. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly runners: Readonly<Record<Language, RunnerSettings>>;
  /** The configuration's. */
  readonly limits: Limits;
  /** The configuration's. */
  readonly isolation: Isolation;
  readonly secrets: HandedSecrets & { readonly masking?: Masking };
  /** A person types into the steps. */
  readonly prompt?: Job['prompt'];
  /** What the steps of the run share, where they share anything. */
  readonly sharing?: Sharing | undefined;
  /** Of the configuration. */
  readonly services?: Services;
  /** By whoever started the run. */
  readonly allowed?: Allowed | undefined;
}

export interface RunnerSettings {
  readonly enabled: boolean;
  readonly runtime?: Runtime;
  /** The host program of native and shell steps. */
  readonly interpreter?: string;
}

/** Where a step runs: as it says itself, else as configured, else embedded; shell is always the host's, and what the engine does itself needs nothing of it. */
export function runtimeOf(step: Step, runners: JobSettings['runners']): Runtime {
  if (!isCode(step)) return 'embedded';
  if (step.language === 'shell') return 'native';
  if (step.language === 'wasm' || step.language === 'action') return 'embedded';
  return step.runtime ?? runners[step.language].runtime ?? 'embedded';
}

/** Most actions reach no service. */
function scriptFor({ script }: CodeStep, services: Services | undefined): Script {
  if (script.kind !== 'action' || services === undefined) return script;
  return script.action === 'llm' || script.action === 'notify' ? { ...script, services } : script;
}

export function jobFor(
  step: CodeStep,
  attempt: number,
  inputs: ReadonlyMap<string, EncodedValue>,
  settings: JobSettings,
): Job {
  const runtime = runtimeOf(step, settings.runners);
  const { directory, allowed } = settings;
  const isolation = strictest(settings.isolation, step.isolation);
  const layers = layersFor({ ...step, runtime, isolation }, allowed);
  const interpreter = step.interpreter ?? settings.runners[step.language].interpreter;
  return {
    run: settings.run,
    step: step.name,
    attempt,
    language: step.language,
    runtime,
    isolation,
    script: scriptFor(step, settings.services),
    inputs,
    env: stepEnvironment(step, settings.env, runtime === 'native', settings.secrets, allowed?.env),
    cwd: step.workingDir === undefined ? settings.cwd : resolve(settings.directory, step.workingDir),
    workdir: settings.workdir,
    tmp: settings.tmp,
    ...(interpreter === undefined ? {} : { interpreter }),
    packages: step.packages,
    cacheDir: settings.cacheDir,
    limits: limitsOf(step.limits, settings.limits),
    grants: { directory, layers },
    ...(runtime === 'embedded' && refusalsOf(layers)),
    ...(step.sharesMemory === true && settings.sharing !== undefined && { memory: true as const }),
    ...(settings.prompt !== undefined && runtime === 'embedded' && { prompt: settings.prompt }),
  };
}
