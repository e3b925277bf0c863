/** How a slot is started: Node without rights, with a guard that ends it when the engine is gone; in a sandbox if need be. */
import { existsSync, lstatSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { BARE } from '../../runners/process/bubblewrap.ts';
import { installationOf, systemParts } from '../../runners/process/sandbox.ts';
import type { Language } from '../../runners/contract.ts';

/** Where in the slot's descriptors the engine holds on to the guard; the one before it carries the messages. */
export const LIFELINE = 4;

/** Kibibytes; the stack of a process has 8 MiB on every common system. */
const STACK_KB = 5000;
const HEAP_MB = 1024;

/** What each language's runner loads at its start, beside our own code. */
const PACKAGES: Readonly<Record<Language, readonly string[]>> = {
  lua: ['wasmoon'],
  javascript: ['quickjs-emscripten'],
  python: ['pyodide'],
  shell: [],
  wasm: [],
  action: ['papaparse', 'json-p3', 'yaml', 'toml-eslint-parser', '@iarna/toml', '@cfworker/json-schema'],
};

/** A busy slot notices nothing; so a shell waits for the end of the engine, and ends its group. */
const GUARD = `"$@" ${LIFELINE}<&- & exec 3<&- 5<&-; read -r line <&${LIFELINE}; kill -9 0`;

export interface SlotWishes {
  readonly language: Language;
  /** May be empty. */
  readonly cacheDir: string;
  /** Path of bubblewrap, where the slot is to be in a sandbox. */
  readonly bubblewrap: string | undefined;
}

export function slotCommand({ language, cacheDir, bubblewrap }: SlotWishes): string[] {
  const entry = createRequire(import.meta.url).resolve('#slot');
  const built = dirname(dirname(dirname(entry)));
  const readable = outermost([
    ...[built, ...packageDirectories(PACKAGES[language], built)].flatMap(withLinks),
    // Python's snapshots and wheels.
    ...(language === 'python' && cacheDir !== '' ? withLinks(cacheDir) : []),
  ]);
  const manifest = join(dirname(built), 'package.json');
  const node = [process.execPath, ...rights(readable, manifest), ...TUNING, entry];
  const inside = bubblewrap === undefined ? node : [bubblewrap, ...sandbox([...readable, manifest]), '--', ...node];
  return ['/bin/sh', '-c', GUARD, 'sh', ...inside];
}

/** The directory of our own code as it is built, for a runner that may not look it up. */
export function builtRunners(): string {
  return dirname(dirname(createRequire(import.meta.url).resolve('#slot')));
}

const TUNING: readonly string[] = [`--stack-size=${STACK_KB}`, `--max-old-space-size=${HEAP_MB}`, '--no-warnings'];

/** No files but these to read, none to write, no processes, no threads, no native code; and no SQLite, which opens files by itself. */
function rights(directories: readonly string[], file: string): string[] {
  const known = process.allowedNodeEnvironmentFlags;
  const model = known.has('--permission') ? '--permission' : '--experimental-permission';
  const paths = [...directories.map((directory) => join(directory, '*')), file];
  return [
    model,
    ...paths.map((path) => `--allow-fs-read=${path}`),
    ...['--no-experimental-sqlite', '--disable-sigusr1'].filter((flag) => known.has(flag)),
  ];
}

function sandbox(paths: readonly string[]): string[] {
  const shown = [...paths, ...installationOf(process.execPath)].filter((path) => existsSync(path));
  return [
    ...BARE,
    ...systemParts(),
    '--tmpfs',
    '/tmp',
    ...[...new Set(shown)].flatMap((path) => ['--ro-bind', path, path]),
    '--chdir',
    '/',
  ];
}

/** The directories of packages and of what they depend on. */
function packageDirectories(names: readonly string[], from: string): string[] {
  const found = new Map<string, string>();
  const waiting = names.map((name) => ({ name, from }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const directory = packageDirectory(next.name, next.from);
    if (directory === undefined || found.has(next.name)) continue;
    found.set(next.name, directory);
    const { dependencies = {} }: { dependencies?: Readonly<Record<string, string>> } = JSON.parse(
      readFileSync(join(directory, 'package.json'), 'utf8'),
    );
    waiting.push(...Object.keys(dependencies).map((name) => ({ name, from: realpathSync(directory) })));
  }
  return [...found.values()];
}

/** A package may stand in our own `node_modules` or, with ours, in somebody else's. */
function packageDirectory(name: string, from: string): string | undefined {
  for (let directory = from; ; directory = dirname(directory)) {
    const path = join(directory, 'node_modules', name);
    if (existsSync(path)) return path;
    if (directory === dirname(directory)) return undefined;
  }
}

/** What is named through a link is looked at both ways, by which the link itself has to be readable. */
function withLinks(path: string): readonly string[] {
  const real = existsSync(path) ? realpathSync(path) : path;
  if (real === path) return [path];
  const above = path.split(sep).map((_, index, parts) => parts.slice(0, index + 1).join(sep));
  const link = above.find((part) => part !== '' && lstatSync(part).isSymbolicLink());
  return [link ?? path, real];
}

/** Without those that lie in others; Node 20 does not take both. */
function outermost(paths: readonly string[]): string[] {
  return [...new Set(paths)].filter((path) => !paths.some((other) => path.startsWith(other + sep)));
}
