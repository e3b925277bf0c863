/** What each language has here: its interpreter inside hwfe, its program on the machine, the isolations that its steps can get. */
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import type { Isolation, Language, Runtime } from '../../runners/contract.ts';
import { nativeProgram } from '../../runners/native/programs.ts';
import { findShell } from '../../runners/shell/interpreter.ts';
import type { Config } from '../config/config.ts';
import type { Fact, LanguageFacts } from '../model/examination.ts';

const VERSION_MS = 3000;

export async function examineLanguages(
  { runners, execution }: Config,
  path: string | undefined,
  isSandboxed: boolean,
): Promise<readonly LanguageFacts[]> {
  const of = async (
    language: Language,
    runtime: Runtime,
    native: Promise<Fact> | undefined,
  ): Promise<LanguageFacts> => {
    const embedded = versionEmbedded(language);
    return {
      language,
      enabled: runners[language].enabled,
      runtime,
      isolation: execution.isolation,
      stricter: stricterThan(execution.isolation, runtime, isSandboxed),
      ...(embedded !== undefined && { embedded }),
      ...(native !== undefined && { native: await native }),
    };
  };
  const interpreted = (['lua', 'javascript', 'python'] as const).map((language) => {
    const { runtime, interpreter } = runners[language];
    return of(language, runtime, nativeFact(language, interpreter, path, runtime === 'native'));
  });
  return Promise.all([
    ...interpreted,
    of('shell', 'native', shellFact(runners.shell.interpreter, path)),
    of('wasm', 'embedded', undefined),
  ]);
}

/** A process of the machine is no stricter for `process`. */
function stricterThan(isolation: Isolation, runtime: Runtime, isSandboxed: boolean): readonly Isolation[] {
  const all: readonly Isolation[] = ['process', 'os'];
  const above = all.slice(isolation === 'thread' ? 0 : all.indexOf(isolation) + 1);
  return above.filter((one) => (one === 'process' ? runtime === 'embedded' : isSandboxed));
}

function versionEmbedded(language: Language): string | undefined {
  const require = createRequire(import.meta.url);
  switch (language) {
    case 'lua':
      return 'Lua 5.4';
    case 'javascript':
      return 'QuickJS, ES2023';
    case 'python': {
      const { info }: { info: { python: string } } = require('pyodide/pyodide-lock.json');
      const { version }: { version: string } = require('pyodide/package.json');
      return `Python ${info.python}, Pyodide ${version}`;
    }
    case 'wasm':
      return `V8 ${process.versions.v8.split('-')[0]}`;
    case 'action':
    case 'shell':
      return undefined;
  }
}

async function nativeFact(
  language: Language,
  interpreter: string | undefined,
  path: string | undefined,
  isUsed: boolean,
): Promise<Fact> {
  const found = nativeProgram(language, interpreter, path);
  if (found.ok) return versionFact(language, found.program, language === 'lua' ? '-v' : '--version');
  return { subject: language, condition: isUsed ? 'missing' : 'note', found: 'none', advice: found.message };
}

async function shellFact(interpreter: string, path: string | undefined): Promise<Fact> {
  const shell = findShell({ interpreter, env: path === undefined ? {} : { PATH: path } });
  if (shell === undefined)
    return {
      subject: 'shell',
      condition: 'missing',
      found: 'none',
      advice: `Install ${interpreter}, which runs shell steps`,
    };
  const fact = await versionFact('shell', shell.program, '--version');
  if (shell.isBash || !/^(?:bash|sh)$/.test(interpreter)) return fact;
  return { ...fact, condition: 'note', advice: 'Install bash: most workflow files count on it' };
}

/** The first number in what it says of itself. */
function versionFact(subject: string, program: string, flag: string): Promise<Fact> {
  return new Promise((done) => {
    execFile(program, [flag], { timeout: VERSION_MS }, (error, stdout, stderr) => {
      const version = /\d+(?:\.\d+)+/.exec(`${stdout}${stderr}`)?.[0];
      const found = error === null && version !== undefined ? `${program} ${version}` : program;
      done({ subject, condition: 'fine', found });
    });
  });
}
