/** Which version of a language runs a step. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { findWheels } from '../../runners/python/packages.ts';
import type { Job, Language } from '../../runners/contract.ts';
import { sha256 } from './contents.ts';

/** What embedded languages are made of. */
const PACKAGES: Partial<Record<Language, string>> = {
  lua: 'wasmoon',
  javascript: 'quickjs-emscripten',
  python: 'pyodide',
};
const PROGRAMS: Record<Language, string> = {
  lua: 'lua5.4',
  javascript: 'node',
  python: 'python3',
  shell: 'bash',
  wasm: 'node',
  action: 'node',
};

const known = new Map<string, Promise<string>>();

/** Asked of each interpreter once in a process; `unknown` where it does not say. */
export function versionFor({ language, runtime, interpreter, env }: Job): Promise<string> {
  const program = interpreter ?? PROGRAMS[language];
  const kind = runtime === 'embedded' ? language : `${language} ${program}`;
  let version = known.get(kind);
  if (version === undefined) {
    version = runtime === 'embedded' ? Promise.resolve(versionOfPackage(language)) : versionOfProgram(program, env);
    known.set(kind, version);
  }
  return version;
}

const wheels = new Map<string, readonly string[]>();

/** Of Pyodide's distributions, whose versions are its own, the names; of other wheels their files and contents. */
export function packagesOf({ language, runtime, packages, cacheDir }: Job): readonly string[] {
  if (packages.length === 0) return packages;
  const names = [...packages].sort();
  if (language !== 'python' || runtime !== 'embedded') return names;
  const wanted = `${cacheDir} ${names.join(' ')}`;
  let found = wheels.get(wanted);
  if (found === undefined) {
    const wheel = findWheels(names, join(cacheDir, 'packages'));
    // What is missing fails the step.
    found = wheel.ok ? wheel.load.map(describeWheel).sort() : names;
    wheels.set(wanted, found);
  }
  return found;
}

function describeWheel(wheel: string): string {
  return isAbsolute(wheel) ? `${basename(wheel)} ${sha256(readFileSync(wheel)).toString('hex')}` : wheel;
}

function versionOfPackage(language: Language): string {
  const name = PACKAGES[language];
  if (name === undefined) return `v8 ${process.versions.v8.split('.')[0]}`;
  let folder = dirname(createRequire(import.meta.url).resolve(name));
  for (; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const read = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        name?: string;
        version?: string;
      };
      if (read.name === name && read.version !== undefined) return `${name} ${read.version}`;
    } catch {}
  }
  return 'unknown';
}

function versionOfProgram(program: string, env: Readonly<Record<string, string>>): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, [program.includes('lua') ? '-v' : '--version'], { env, timeout: 5000 }, (error, out, err) => {
      resolve(error === null ? (`${out}${err}`.split('\n')[0] ?? '') : 'unknown');
    });
  });
}
