/** Lets a person edit a step's code, and puts it back where it stands. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Language, Script } from '../../runners/contract.ts';
import { whyRefused } from '../model/refusal.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { writeWhole } from './write-file.ts';

const ENDINGS: Readonly<Record<Language, string>> = {
  lua: 'lua',
  javascript: 'js',
  python: 'py',
  shell: 'sh',
  wasm: 'txt',
  action: 'txt',
};

/** Opens the code in `$VISUAL` or `$EDITOR`. The error is a sentence. */
export function editCode(code: string, language: Language, env: NodeJS.ProcessEnv): Result<string, string> {
  const editor = env['VISUAL'] ?? env['EDITOR'];
  if (editor === undefined || editor === '') return fail('Set the variable EDITOR to your editor');
  const directory = mkdtempSync(join(tmpdir(), 'hwfe-edit-'));
  try {
    const file = join(directory, `step.${ENDINGS[language]}`);
    writeFileSync(file, code);
    // The variable may hold words: `code --wait`.
    const { status, error } = spawnSync('sh', ['-c', `${editor} "$1"`, 'sh', file], { stdio: 'inherit' });
    if (error !== undefined || status !== 0) return fail(`The editor "${editor}" failed; nothing was run`);
    return ok(readFileSync(file, 'utf8'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Replaces the code in the file it came from, where it stands there once and word for word. The error is a sentence. */
export function writeBack(script: Script & { kind: 'code' }, code: string, cwd: string): Result<string, string> {
  const { file } = script.origin;
  const path = resolve(cwd, file);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return fail(`"${file}" cannot be read: ${whyRefused(error)}`);
  }
  const at = text.indexOf(script.code);
  if (at === -1 || text.includes(script.code, at + 1)) {
    return fail(`The code does not stand in "${file}" once and word for word; put it there yourself`);
  }
  const written = writeWhole(path, [text.slice(0, at), code, text.slice(at + script.code.length)]);
  return written.ok ? ok(file) : fail(`"${file}" cannot be written: ${written.error}`);
}
