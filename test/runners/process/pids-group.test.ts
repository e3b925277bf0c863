// A bound on processes that holds however fast they multiply.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pidsGroupFor, pidsGroupsDirectory } from '../../../runners/process/pids-group.ts';
import { load } from '../../../runners/shell/index.ts';
import { jobOf } from '../contract/job.ts';
import { ProcessRig, setupOf } from './rig.ts';

const groups = pidsGroupsDirectory();
if (groups === undefined) console.warn('Control groups are not tested here: none can be made');
const groupTest = test.skipIf(groups === undefined);

let rig: ProcessRig;
let directory: string;
beforeAll(() => {
  rig = new ProcessRig();
  directory = mkdtempSync(join(tmpdir(), 'hwfe-test-'));
});
afterAll(async () => {
  await rig.close();
  rmSync(directory, { recursive: true });
});

const ours = (): string[] => readdirSync(groups!).filter((name) => name.startsWith('hwfe-'));

/** Stops by itself at 200, and notes each that could be started. */
const many = (file: string): string =>
  `for i in $(seq 200); do sleep 3 & echo x >> ${join(directory, file)}; done 2> /dev/null; wait`;

groupTest('what is in a group cannot outnumber it, and ends with it', async () => {
  const group = pidsGroupFor(1)!;
  const [program = '', ...args] = group.enter(['bash', '-c', `echo $$; ${many('held')}`]);
  const child = spawn(program, args, { detached: true, stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child.stdout, 'data');
  const until = Date.now() + 5000;
  while (!group.isExceeded() && Date.now() < until) await new Promise((done) => setTimeout(done, 10));
  expect(group.isExceeded()).toBe(true);
  const exited = once(child, 'exit');
  await group.close();
  await exited;
  expect(readFileSync(join(directory, 'held'), 'latin1').length / 2).toBeLessThanOrEqual(96);
  expect(ours().filter((name) => name.startsWith(`hwfe-${process.pid}-`))).toEqual([]);
});

/** As a machine with the second version tells of it; what its kernel does then was run on none. */
test.each([
  ['hands the limit down', 'cpu memory pids', true],
  ['does not hand it down', 'cpu memory', false],
])('a group of the second version that %s is told by its files', (_, controllers, found) => {
  const about = mkdtempSync(join(directory, 'about-'));
  const own = join(about, 'mount', 'user.slice');
  mkdirSync(own, { recursive: true });
  writeFileSync(join(own, 'cgroup.subtree_control'), `${controllers}\n`);
  writeFileSync(join(about, 'cgroup'), '0::/user.slice\n');
  writeFileSync(
    join(about, 'mountinfo'),
    `24 30 0:22 / /sys rw,nosuid - sysfs sysfs rw\n35 24 0:30 / ${about}/mount rw,relatime - cgroup2 cgroup2 rw\n`,
  );
  expect(pidsGroupsDirectory(about)).toBe(found ? own : undefined);
});

test('a step that starts processes without end fails by its limit, and leaves nothing', async () => {
  const runner = await load(setupOf('shell', 'native'));
  const job = jobOf('shell', 'native', { code: many('step') });
  const { outcome } = await rig.run(runner, { ...job, limits: { ...job.limits, processes: 3 } });
  expect(outcome).toMatchObject({ ok: false, failure: { reason: 'limit', limit: 'processes' } });
  if (groups !== undefined) expect(ours().filter((name) => existsSync(join(groups, name)))).toEqual([]);
});

test('a step within its limit is not held up by the threads of its programs', async () => {
  const runner = await load(setupOf('shell', 'native'));
  const job = jobOf('shell', 'native', {
    code: `${process.execPath} -e 'console.log(JSON.stringify({ a: 1 }))'`,
    env: { PATH: process.env['PATH'] ?? '' },
  });
  const { outcome } = await rig.run(runner, { ...job, limits: { ...job.limits, processes: 2 } });
  expect(outcome.ok && Buffer.from(outcome.output).toString()).toBe('{"a":1}');
});
