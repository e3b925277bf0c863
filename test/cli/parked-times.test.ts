// What time it is for a run that is parked: deadlines and timeouts go on counting, and what was said in time counts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Directory, directory, type Ended } from './rig.ts';

let home: Directory;
beforeEach(() => {
  home = directory();
});
afterEach(() => home.remove());

async function park(...steps: string[]): Promise<void> {
  home.write('w.lua', `workflow = { failure_mode = "continue", steps = { ${steps.join(', ')} } }`);
  expect((await home.hwfe('w.lua', '--park', 'always', '-q')).status).toBe(75);
}
const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const resume = (...flags: string[]): Promise<Ended> => home.hwfe('resume', '--park', 'never', ...flags);

const GROUP =
  'g = { deadline = "8s", parallel = { q = { title = "Q?" }, r = { cmd = "touch ran", depends_on = "q" } } }';
const ASK = 'a = { title = "A?", deadline = "8s" }';
const TIMED = 't = { title = "T?", timeout = "8s" }';
const LATE =
  'l = { title = "L?", timeout = "8s", default = { }, form = { type = "object", properties = { n = { type = "integer" } } } }';
const ITEMS = 'i = { foreach = 2, title = "I?", deadline = "8s", on_failed_item = "continue" }';

it('a deadline counts on, an answer in time counts also where it is heard late, and one that was late does not', async () => {
  await park(GROUP, ASK, TIMED, LATE, ITEMS);
  for (const step of ['g/q', 'a', 't', 'i[0]']) expect((await home.hwfe('approve', 'latest', step)).status).toBe(0);
  await later(8100);
  expect((await home.hwfe('approve', 'latest', 'l', '--set', 'n=5')).err).toContain('step "l" was over at');
  const { status, out } = await resume();
  expect(status).toBe(1);
  expect(out).toContain('✓ a (human)');
  expect(out).toContain('✓ t (human)');
  expect(out).toContain('✓ l (human)');
  expect(out).toContain('✓ i[0] (human)');
  expect(out).toContain('✗ g (group)');
  expect(out).toContain('g ran out of time after 8.0s');
  expect(out).toContain('i ran out of time after 8.0s');
  expect(existsSync(join(home.path, 'ran'))).toBe(false);
  expect((await home.hwfe('output', 'latest', 'l')).out).toBe('{}\n');
});

it('the time of the run counts on as well, and may be given anew', async () => {
  home.write(
    'w.lua',
    'workflow = { timeout = "2s", finally = "f", steps = { a = { title = "A?" }, f = { cmd = "echo f" } } }',
  );
  expect((await home.hwfe('w.lua', '--park', 'always', '-q')).status).toBe(75);
  await later(2100);
  const over = await resume();
  expect([over.status, over.out]).toEqual([1, expect.stringContaining('ran out of time')]);
  expect(over.out).toContain('✓ f (shell)');
  // A run that has ended and goes on has its time anew.
  expect((await home.hwfe('resume', '--park', 'always', '-q')).status).toBe(75);
  await home.hwfe('approve', 'latest');
  await later(2100);
  expect((await resume('--timeout', '1m')).status).toBe(0);
});
