/** Answers what a JavaScript step asks of files, embedded or on Node. */
import type { GrantedFiles } from '../grants/granted-files.ts';
import type { FileValue, RunFiles } from '../kinds/run-files.ts';
import type { FileAnswer, GrantAnswer } from './guest/kinds.ts';

/** `args` and the answer are JSON; `bytes` is what is written. */
export function askFiles(files: RunFiles, what: string, args: string, bytes: Uint8Array): string {
  return JSON.stringify(answer(files, what, JSON.parse(args), bytes));
}

/** The file's bytes, or the JSON of why not. */
export function readFile(files: RunFiles, args: string): ArrayBuffer | string {
  const file = fileOf(JSON.parse(args));
  const admitted = files.admit(file);
  if (!admitted.ok) return JSON.stringify(admitted satisfies FileAnswer);
  const bytes = new ArrayBuffer(file.size);
  const result = files.readInto(file, new Uint8Array(bytes));
  return result.ok ? bytes : JSON.stringify(result satisfies FileAnswer);
}

/** The path and the answer are JSON; `bytes` is what is written. */
export function askGrants(files: GrantedFiles, what: string, given: string, bytes: Uint8Array): string {
  const path = String(JSON.parse(given));
  const result: GrantAnswer =
    what === 'write' ? files.write(path, bytes) : what === 'list' ? files.list(path) : files.size(path);
  return JSON.stringify(result);
}

/** The file's bytes, or the JSON of why not. */
export function readGranted(files: GrantedFiles, given: string): ArrayBuffer | string {
  const result = files.read(String(JSON.parse(given)));
  return result.ok ? new Uint8Array(result.value).buffer : JSON.stringify(result satisfies GrantAnswer);
}

function answer(files: RunFiles, what: string, args: unknown, bytes: Uint8Array): FileAnswer {
  if (what === 'admit') {
    const result = files.admit(fileOf(args));
    return result.ok ? { ok: true } : result;
  }
  return what === 'write' ? files.write(String(args), bytes) : files.refer(String(args));
}

/** A step may ask for anything. */
function fileOf(args: unknown): FileValue {
  const { path, sha256, size } = Object(args) as Record<keyof FileValue, unknown>;
  return { path: String(path), sha256: String(sha256), size: Number(size) };
}
