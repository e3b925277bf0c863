// The directory that the steps of a run share.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkdir } from '../../src/run/workdir.ts';

it("is its user's alone, and gone with all it holds when the run ends", async () => {
  const workdir = makeWorkdir({ now: true });
  expect(statSync(workdir.path).mode & 0o777).toBe(0o700);
  writeFileSync(join(workdir.path, 'file'), 'x');
  await workdir[Symbol.asyncDispose]();
  expect(existsSync(dirname(workdir.path))).toBe(false);
});

it('takes away what a killed engine left, and nothing of a live one', async () => {
  const { pid } = spawnSync('true');
  const left = mkdtempSync(join(tmpdir(), `hwfe-run-${pid}-`));
  const other = makeWorkdir({ now: true });
  const workdir = makeWorkdir({ now: true });
  await workdir[Symbol.asyncDispose]();
  expect(existsSync(left)).toBe(false);
  expect(existsSync(other.path)).toBe(true);
  await other[Symbol.asyncDispose]();
});

it('has a name only until somebody needs it', async () => {
  const workdir = makeWorkdir({ now: false });
  expect(existsSync(workdir.path)).toBe(false);
  mkdirSync(workdir.path, { recursive: true });
  await workdir[Symbol.asyncDispose]();
  expect(existsSync(workdir.path)).toBe(false);
});

it('stays when it is to be kept', async () => {
  const path = mkdtempSync(join(tmpdir(), 'hwfe-test-kept-'));
  const workdir = makeWorkdir({ now: true, keep: path });
  expect(workdir.path).toBe(path);
  await workdir[Symbol.asyncDispose]();
  expect(existsSync(path)).toBe(true);
  rmSync(path, { recursive: true });
});
