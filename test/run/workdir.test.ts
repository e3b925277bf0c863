// The directory that the steps of a run share.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkdir } from '../../src/run/workdir.ts';

it("is its user's alone, and gone with all it holds when the run ends", async () => {
  const workdir = makeWorkdir();
  expect(statSync(workdir.path).mode & 0o777).toBe(0o700);
  writeFileSync(join(workdir.path, 'file'), 'x');
  await workdir[Symbol.asyncDispose]();
  expect(existsSync(dirname(workdir.path))).toBe(false);
});

it('takes away what a killed engine left, and nothing of a live one', async () => {
  const { pid } = spawnSync('true');
  const left = mkdtempSync(join(tmpdir(), `hwfe-run-${pid}-`));
  const other = makeWorkdir();
  const workdir = makeWorkdir();
  await workdir[Symbol.asyncDispose]();
  expect(existsSync(left)).toBe(false);
  expect(existsSync(other.path)).toBe(true);
  await other[Symbol.asyncDispose]();
});
