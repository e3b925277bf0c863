/** The host program of each language that has a native runtime, and what it is started with. */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Job, Language } from '../contract.ts';
import { findProgram } from '../process/program.ts';
import type { ProcessLink } from '../process/link.ts';
import { installationOf } from '../process/sandbox.ts';

interface NativeLanguage {
  /** Names to look for, best first. */
  readonly names: readonly string[];
  /** What to install when there is none. */
  readonly install: string;
  /** Arguments before the path of the request. */
  args(link: ProcessLink): Promise<readonly string[]>;
  /** Paths beside the interpreter's that it reads. */
  needs?(): readonly string[];
}

const LANGUAGES: Readonly<Partial<Record<Language, NativeLanguage>>> = {
  python: {
    names: ['python3', 'python'],
    install: 'Python 3.8 or newer',
    args: async (link) => [program(link, 'step.py', (await import('./python.ts')).PYTHON_PROGRAM)],
  },
  lua: {
    names: ['lua5.4', 'lua', 'lua5.3'],
    install: 'Lua 5.4',
    args: async (link) => [program(link, 'step.lua', (await import('./lua.ts')).LUA_PROGRAM)],
  },
  javascript: {
    // The Node that runs the engine is always there.
    names: ['node', process.execPath],
    install: 'Node 20.19 or newer',
    args: () => {
      const flags = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
      return Promise.resolve([...flags, join(built(), 'runners', 'native', 'javascript.js')]);
    },
    needs: () => [built(), join(dirname(built()), 'package.json')],
  },
};

/** The directory of our own code as it is built. */
function built(): string {
  return dirname(dirname(createRequire(import.meta.url).resolve('#worker')));
}

export type Command =
  /** `needs` are paths that it reads. */
  | { readonly ok: true; readonly argv: readonly string[]; readonly needs: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** Where a language's own program stands, by the name that is configured or by its usual ones; or what to install. */
export function nativeProgram(
  language: Language,
  interpreter: string | undefined,
  path: string | undefined,
): { readonly ok: true; readonly program: string } | { readonly ok: false; readonly message: string } {
  const { names, install } = LANGUAGES[language]!;
  const wanted = interpreter === undefined ? names : [interpreter];
  const program = findProgram(wanted, path);
  if (program !== undefined) return { ok: true, program };
  const where = interpreter?.includes('/') ? 'there is no such program' : 'it is not in PATH';
  const message = `Install ${install}, or leave out runtime = "native": "${wanted[0]}" is needed, and ${where}`;
  return { ok: false, message };
}

/** The program and its arguments, but for the request; or what to install. */
export async function commandFor(job: Job, link: ProcessLink): Promise<Command> {
  const language = LANGUAGES[job.language];
  if (language === undefined) throw new Error(`Internal error: ${job.language} has no native runtime`);
  const found = nativeProgram(job.language, job.interpreter, job.env['PATH']);
  if (!found.ok) return found;
  const needs = [...installationOf(found.program), ...(language.needs?.() ?? [])];
  return { ok: true, argv: [found.program, ...(await language.args(link))], needs };
}

const written = new WeakMap<ProcessLink, Set<string>>();

/** Writes the program once per link. */
function program(link: ProcessLink, name: string, text: string): string {
  const path = join(link.directory, name);
  const done = written.get(link) ?? new Set();
  if (!done.has(name)) writeFileSync(path, text, { mode: 0o600 });
  written.set(link, done.add(name));
  return path;
}
