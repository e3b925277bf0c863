/** `HWFE_WORKDIR`: the directory that the steps of one run share. */
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Workdir extends AsyncDisposable {
  /** Absolute. */
  readonly path: string;
}

/** Only this user may look inside (mode 0700); removed with all it holds when disposed of. */
export function makeWorkdir(): Workdir {
  const path = mkdtempSync(join(tmpdir(), 'hwfe-run-'));
  return {
    path,
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 3 }),
  };
}
