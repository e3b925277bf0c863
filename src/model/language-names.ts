/** The words a file may use for each language; the first is the one we write. */
import type { Language } from '../../runners/contract.ts';

export const LANGUAGE_NAMES: Readonly<Record<Language, readonly string[]>> = {
  lua: ['lua'],
  javascript: ['javascript', 'js', 'node', 'nodejs'],
  python: ['python', 'py', 'python3'],
  shell: ['shell', 'bash', 'sh'],
  wasm: ['wasm', 'webassembly'],
  // Named by its own field.
  action: [],
};
