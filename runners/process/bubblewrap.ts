/** Finds bubblewrap, and tries once whether it can make a sandbox on this machine. */
import { execFile } from 'node:child_process';
import { findProgram } from './program.ts';

export type Bubblewrap =
  | { readonly ok: true; readonly program: string }
  /** A sentence that says what to do. */
  | { readonly ok: false; readonly message: string };

/** What every sandbox begins with: namespaces of its own, no rights in them, no further ones, and an end with whoever started it. */
export const BARE: readonly string[] = [
  '--unshare-all',
  '--unshare-user',
  '--disable-userns',
  '--cap-drop',
  'ALL',
  '--die-with-parent',
  '--proc',
  '/proc',
  '--dev',
  '/dev',
];

const TRIAL_MS = 5000;
const tried = new Map<string, Promise<Bubblewrap>>();

/** `path` is a `PATH`. The first call for a program takes some milliseconds, later ones none. */
export function findBubblewrap(path: string | undefined): Promise<Bubblewrap> {
  if (process.platform !== 'linux') {
    return Promise.resolve({ ok: false, message: 'Run this on Linux: a sandbox of the system is made by bubblewrap' });
  }
  const program = findProgram(['bwrap'], path);
  if (program === undefined) {
    const message = 'Install bubblewrap (Debian and Ubuntu: apt-get install bubblewrap): there is no "bwrap" in PATH';
    return Promise.resolve({ ok: false, message });
  }
  let found = tried.get(program);
  if (found === undefined) {
    found = tryOut(program);
    tried.set(program, found);
  }
  return found;
}

function tryOut(program: string): Promise<Bubblewrap> {
  const args = [...BARE, '--ro-bind', '/', '/', '--proc', '/proc', '--', '/bin/sh', '-c', ':'];
  return new Promise((resolve) => {
    execFile(program, args, { timeout: TRIAL_MS, env: {} }, (error, _, stderr) => {
      if (error === null) resolve({ ok: true, program });
      else resolve({ ok: false, message: refusal(program, stderr.trim().split('\n').at(-1) || error.message) });
    });
  });
}

function refusal(program: string, words: string): string {
  const hint = /No permissions|Operation not permitted|Permission denied|EPERM/i.test(words)
    ? 'Let this user make namespaces (in a container that is seccomp and AppArmor; else sysctl kernel.unprivileged_userns_clone and kernel.apparmor_restrict_unprivileged_userns)'
    : 'See what it says and mend that';
  return `${hint}: "${program}" cannot make a sandbox here (${words})`;
}
