// When a process group counts as ended.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { groupGone } from '../../../runners/process/group.ts';

/** Whether the group was over before the wait was. */
async function isGone(leader: number, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  await groupGone(leader, until);
  return performance.now() < until;
}

test('a group with a living member is not gone', async () => {
  const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
  expect(await isGone(child.pid!, 200)).toBe(false);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await isGone(child.pid!, 10_000)).toBe(true);
});

test('a group whose members nobody has reaped is gone', async () => {
  // The program that takes the place of bash does not reap the child that bash had started.
  const script = "setsid bash -c 'echo $$; exec sleep 0.05' & exec sleep 60";
  const parent = spawn('bash', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [printed] = (await once(parent.stdout, 'data')) as [Buffer];
  const leader = Number(printed.toString());
  try {
    expect(await isGone(leader, 10_000)).toBe(true);
    expect(process.kill(-leader, 0)).toBe(true);
  } finally {
    parent.kill('SIGKILL');
    await once(parent, 'exit');
  }
});
