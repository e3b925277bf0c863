/** The configuration of a machine on which nothing was configured. */
import { join } from 'node:path';
import { assemble } from './assemble.ts';
import type { Config } from './config.ts';
import { SETTINGS, type Setting, type SettingValue } from './settings.ts';
import { readValue } from './values.ts';

/** Reads no file; of `env` only `HOME` and `XDG_CACHE_HOME` matter. */
export function defaultConfig(env: NodeJS.ProcessEnv = process.env): Config {
  return assemble(new Map(SETTINGS.map((setting) => [setting.key, defaultOf(setting, env)])));
}

export function defaultOf(setting: Setting, env: NodeJS.ProcessEnv): SettingValue {
  if (setting.key === 'cache.directory' && env['XDG_CACHE_HOME']) return join(env['XDG_CACHE_HOME'], 'hwfe');
  const value = readValue(setting.type, setting.fallback);
  if (!value.ok) throw new Error(`Internal error: the default of "${setting.key}" does not read: ${value.error}`);
  return setting.type.kind === 'path' ? expandHome(String(value.value), env) : value.value;
}

/** `~/x` under the home directory; any other path as it is. */
export function expandHome(path: string, env: NodeJS.ProcessEnv): string {
  return path.startsWith('~/') && env['HOME'] ? join(env['HOME'], path.slice(2)) : path;
}
