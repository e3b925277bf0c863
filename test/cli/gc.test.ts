// `hwfe gc`, `hwfe pin` and `hwfe cancel` from the outside.
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

let home: Directory;
beforeEach(() => {
  home = directory();
});
afterEach(() => home.remove());

async function ids(): Promise<string[]> {
  const { out } = await home.hwfe('runs', '--json');
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { id: string }).id);
}

function largeFiles(): string[] {
  const all = readdirSync(join(home.path, '.hwfe/values'), { recursive: true, withFileTypes: true });
  return all.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('hwfe gc', () => {
  beforeEach(async () => {
    for (const letter of ['x', 'y', 'z']) {
      home.write(
        'w.lua',
        `workflow = { name = "w", steps = { a = { language = "lua", code = "return ('${letter}'):rep(100000)" } } }`,
      );
      await home.hwfe('w.lua', '-q');
    }
  });

  it('keeps the newest of each workflow and what is pinned, with their outputs', async () => {
    const [third, second, first] = await ids();
    await home.hwfe('pin', first!);
    const yesterday = new Date(Date.now() - 86_400_000);
    for (const file of largeFiles()) utimesSync(file, yesterday, yesterday);
    expect((await home.hwfe('gc', '--keep', '1', '--dry-run')).out).toContain(
      `${second}\n1 run and 0 cached outputs would`,
    );
    expect(await ids()).toHaveLength(3);
    expect((await home.hwfe('gc', '--keep', '1')).out).toContain('1 run and 0 cached outputs forgotten');
    expect(await ids()).toEqual([third, first]);
    expect(largeFiles()).toHaveLength(2);
    expect((await home.hwfe('output', first!, 'a')).out).toHaveLength(100_003);
    await home.hwfe('pin', first!, '--remove');
    await home.hwfe('gc', '--max-size', '1');
    expect(await ids()).toEqual([]);
    expect(largeFiles()).toHaveLength(0);
  });

  it('goes by age, and refuses what it cannot read', async () => {
    await home.hwfe('gc', '--older-than', '1h');
    expect(await ids()).toHaveLength(3);
    await home.hwfe('gc', '--older-than', '0s');
    expect(await ids()).toEqual([]);
    for (const args of [
      ['--older-than', 'long'],
      ['--keep', 'x'],
      ['--max-size', 'big'],
    ]) {
      expect((await home.hwfe('gc', ...args)).status).toBe(2);
    }
  });
});

describe('hwfe gc with a cache', () => {
  it('keeps outputs that the cache needs, with their files', async () => {
    home.write(
      'w.lua',
      `workflow = { name = "w", cache = true, steps = { a = { cmd = "head -c 200000 /dev/zero | tr '\\\\0' x > big.txt; echo '{}'", reads = {}, writes = "big.txt" } } }`,
    );
    await home.hwfe('w.lua', '-q');
    const yesterday = new Date(Date.now() - 86_400_000);
    for (const file of largeFiles()) utimesSync(file, yesterday, yesterday);
    await home.hwfe('gc', '--keep', '0');
    expect(await ids()).toEqual([]);
    expect((await home.hwfe('w.lua', '--json')).out).toContain('"cached":');
  });
});

describe('hwfe cancel', () => {
  it('stops a run of another process, and leaves runs alone that have ended', async () => {
    home.write('slow.lua', `workflow = { name = "slow", steps = { wait = { cmd = "echo waiting; sleep 60" } } }`);
    const run = home.start(['slow.lua', '--json']);
    await run.until(/waiting/);
    const { status, out } = await home.hwfe('cancel');
    expect([status, out]).toEqual([0, expect.stringMatching(/^Run \S+ was cancelled\.\n$/)]);
    expect((await run.ended).status).toBe(130);
    expect((await home.hwfe('cancel', 'latest')).err).toContain('is not running; its status is "cancelled"');
    expect((await home.hwfe('cancel')).err).toContain('Nothing runs');
  });
});
