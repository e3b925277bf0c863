/** `HWFE_WORKDIR`: the directory that the steps of one run share. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Workdir extends AsyncDisposable {
  /** Absolute. */
  readonly path: string;
  /** Beside it: what steps in a sandbox have for `/tmp`. */
  readonly tmp: string;
}

/**
 * Only this user may look inside (mode 0700); removed with all it holds when disposed of. Until a process needs it `now`, it
 * has a name only, and the first embedded step that writes a file makes it. A directory to `keep` is there already, and stays.
 */
export function makeWorkdir({ now, keep }: { readonly now: boolean; readonly keep?: string }): Workdir {
  const directory = join(tmpdir(), `hwfe-run-${process.pid}-${globalThis.crypto.randomUUID().slice(0, 18)}`);
  const [path, tmp] = [keep ?? join(directory, 'work'), join(directory, 'tmp')];
  if (now) for (const each of [directory, path, tmp]) if (each !== keep) mkdirSync(each, { mode: 0o700 });
  const swept = now ? sweep() : undefined;
  return {
    path,
    tmp,
    async [Symbol.asyncDispose]() {
      await Promise.all([swept, existsSync(directory) ? remove(directory) : undefined]);
    },
  };
}

/** Removes what engines left that were killed and could not. */
async function sweep(): Promise<void> {
  const abandoned = readdirSync(tmpdir()).filter((name) => {
    const [, pid] = /^hwfe-run-(\d+)-/.exec(name) ?? [];
    return pid !== undefined && !isAlive(Number(pid));
  });
  // Another user's directory stays.
  await Promise.allSettled(abandoned.map((name) => remove(join(tmpdir(), name))));
}

function remove(path: string): Promise<void> {
  return rm(path, { recursive: true, force: true, maxRetries: 3 });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
