/** What an engine has, and what it is told for a run → what holds for all jobs of that run. */
import { dirname, resolve } from 'node:path';
import type { Services } from '../runners/contract.ts';
import type { RunOptions } from './api.ts';
import type { Config } from './config/config.ts';
import type { Allowed } from './model/permissions.ts';
import { configuredLimits } from './run/limits.ts';
import type { JobSettings } from './run/job.ts';

export interface JobMeans {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config: Config;
  readonly services: Services;
}

/** `file` is the workflow's. */
export function jobSettings(
  { cwd, env, config, services }: JobMeans,
  { run, file, allow }: { readonly run: string; readonly file: string; readonly allow: RunOptions['allow'] },
): Omit<JobSettings, 'workdir' | 'tmp' | 'secrets'> {
  return {
    run,
    cwd,
    directory: dirname(resolve(cwd, file)),
    cacheDir: resolve(cwd, config.cache.directory),
    env,
    runners: config.runners,
    limits: configuredLimits(config.limits),
    isolation: config.execution.isolation,
    services,
    allowed: allowedFrom(cwd, allow),
  };
}

/** Relative patterns start where the engine does. */
function allowedFrom(cwd: string, allow: RunOptions['allow']): Allowed | undefined {
  if (allow === undefined) return undefined;
  const absolute = (patterns: readonly string[] = []): string[] =>
    patterns.map((pattern) => resolve(cwd, pattern) + (pattern.endsWith('/') ? '/' : ''));
  return { ...allow, read: absolute(allow.read), write: absolute(allow.write) };
}
