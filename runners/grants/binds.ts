/** Permissions as what a sandbox of the system can hold: directories and files that are shown in it, and all of the network or none. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Grants } from '../contract.ts';
import type { FileAct, FileReach } from './file-reach.ts';
import { GrantedFiles } from './granted-files.ts';

export interface Binds {
  /** Absolute paths that are there. */
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly network: boolean;
}

const NOTHING: Binds = { read: [], write: [], network: false };

/** A directory that may be written is made. Of patterns, what matches now is shown. */
export function bindsFor(grants: Grants | undefined): Binds {
  if (grants === undefined || grants.layers.length === 0) return NOTHING;
  const files = new GrantedFiles(grants, {});
  return {
    read: placesOf(grants, files, 'read'),
    write: placesOf(grants, files, 'write'),
    // A sandbox cannot tell one host from another.
    network: grants.layers.every(({ net = [] }) => net.includes('*')),
  };
}

function placesOf({ layers, directory }: Grants, files: GrantedFiles, act: FileAct): readonly string[] {
  const patterns = new Set(layers.flatMap((layer) => layer[act]));
  const places = [...patterns].flatMap((pattern) => {
    const whole = directoryOf(pattern, directory);
    if (whole === undefined || !isGranted(files.reach, whole, act)) return matching(files, pattern, act);
    if (act === 'write') mkdirSync(whole, { recursive: true });
    // Of everything there is, the sandbox has its own root.
    return whole === '/' ? readdirSync('/').map((name) => `/${name}`) : [whole];
  });
  return [...new Set(places)].filter((path) => existsSync(path));
}

/** What a pattern for all below a directory names; nothing for other patterns. */
function directoryOf(pattern: string, directory: string): string | undefined {
  const base = /^(.*?)\/(?:\*\*)?$/s.exec(pattern)?.[1];
  if (base === undefined || /[*?]/.test(base)) return undefined;
  return resolve(directory, base === '' ? '/' : base);
}

/** Whether every layer grants all below. */
function isGranted(reach: FileReach, directory: string, act: FileAct): boolean {
  // No pattern but one for all below matches a name as odd as this, two directories down.
  const below = join(directory, '\u0001', '\u0001');
  return reach.allows(below, act, false);
}

function matching(files: GrantedFiles, pattern: string, act: FileAct): readonly string[] {
  const listed = files.list(pattern, act);
  return listed.ok ? listed.value.map((path) => resolve(files.reach.directory, path)) : [];
}
