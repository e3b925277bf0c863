// What a workflow asks for and the machine lacks is told before anything runs.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { findProgram } from '../../runners/process/program.ts';
import { directory, type Directory } from './rig.ts';

let dir: Directory;
afterEach(() => dir.remove());

const FLOW = `workflow = { steps = {
  first = { cmd = "touch made" },
  second = { cmd = "true", depends_on = "first", isolation = "os" } } }`;

/** A PATH with bash and no bubblewrap, or with one that only complains. */
function pathWithout(bwrap?: string): string {
  const bin = join(dir.path, 'bin');
  mkdirSync(bin);
  symlinkSync(findProgram(['bash'], process.env['PATH'])!, join(bin, 'bash'));
  if (bwrap !== undefined)
    writeFileSync(join(bin, 'bwrap'), `#!/bin/sh\necho "${bwrap}" >&2; exit 1\n`, { mode: 0o755 });
  return bin;
}

test('without bubblewrap no step of a workflow starts that asks for a sandbox, and the exit status is 4', async () => {
  dir = directory({ 'flow.lua': FLOW });
  const ended = await dir.start(['flow.lua'], { PATH: pathWithout() }).ended;
  expect(ended.status).toBe(4);
  expect(ended.err).toContain(
    'error: Step "second" asks for isolation "os", which it cannot have here. Install bubblewrap',
  );
  expect(ended.out).not.toContain('first');
  expect((await dir.bash('ls made')).status).toBe(2);
});

test('a bubblewrap that cannot make a sandbox here counts as none, and its words are told', async () => {
  dir = directory({ 'flow.lua': FLOW });
  const PATH = pathWithout('bwrap: No permissions to create new namespace');
  const ended = await dir.start(['flow.lua'], { PATH }).ended;
  expect(ended.status).toBe(4);
  expect(ended.err).toContain('Let this user make namespaces');
  expect(ended.err).toContain('No permissions to create new namespace');
});

test('the configuration may ask for it too, and a workflow cannot undo that', async () => {
  dir = directory({
    'flow.lua': 'workflow = { isolation = "thread", steps = { a = { cmd = "true", isolation = "thread" } } }',
  });
  const PATH = pathWithout();
  expect((await dir.start(['flow.lua'], { PATH }).ended).status).toBe(0);
  expect((await dir.start(['flow.lua'], { PATH, HWFE_ISOLATION: 'os' }).ended).status).toBe(4);
  expect((await dir.start(['flow.lua', '--dry-run', '--set', 'execution.isolation=os'], { PATH }).ended).out).toContain(
    'shell, process; isolation os',
  );
});
