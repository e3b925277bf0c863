// The commands that tell of past runs, from the outside.
import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { directory } from './rig.ts';

const SLOW = `workflow = { name = "slow", steps = {
  first = { language = "lua", code = "return 1" },
  wait = { language = "shell", depends_on = {"first"}, code = "echo waiting; sleep 60" } } }`;
const GOOD = `workflow = { name = "good", steps = { a = { language = "lua", code = "print('hi') return {1, 2.0}" } } }`;

const home = directory({ 'slow.lua': SLOW, 'good.lua': GOOD });
afterAll(() => home.remove());

describe('a project without a history', () => {
  it('is told of as such, and reading makes none', async () => {
    const { status, err } = await home.hwfe('runs');
    expect(status).toBe(2);
    expect(err).toContain('No run is remembered yet');
    expect(existsSync(join(home.path, '.hwfe'))).toBe(false);
  });

  it('stays one with --no-store, HWFE_STATE_DIR=none and store = "none"', async () => {
    await home.hwfe('good.lua', '-q', '--no-store');
    await home.bash('HWFE_STATE_DIR=none hwfe good.lua -q');
    home.write('none.toml', 'store = "none"\n');
    await home.hwfe('good.lua', '-q', '--config', 'none.toml');
    expect(existsSync(join(home.path, '.hwfe'))).toBe(false);
    expect((await home.hwfe('runs', '--config', 'none.toml')).err).toContain('switched off');
  });
});

describe('a run that is killed', () => {
  it('is seen by other processes while it runs, and is interrupted afterwards', async () => {
    const run = home.start(['slow.lua', '--print-output']);
    await run.until(/first/);
    for (let tries = 0; !(await home.hwfe('status')).out.includes('▸ wait'); tries++) expect(tries).toBeLessThan(50);
    const following = home.start(['logs', 'latest', 'wait', '-f']);
    await following.until(/waiting/);
    run.signal('SIGKILL');
    await run.ended;
    expect((await following.ended).status).toBe(0);
    expect((await home.hwfe('status')).out).toBe('Nothing runs.\n');
    expect((await home.hwfe('runs', '--status', 'interrupted')).out).toContain('! interrupted');
    const { out } = await home.hwfe('show');
    expect(out).toContain('✓ first');
    expect(out).toContain('! wait');
    expect((await home.hwfe('output', 'latest', 'first')).out).toBe('1\n');
  });
});

describe('hwfe show --usage', () => {
  it('tells what each step used', async () => {
    const own = directory({ 'good.lua': GOOD });
    await own.hwfe('good.lua', '-q');
    const { out } = await own.hwfe('show', '--usage');
    own.remove();
    expect(out).toMatch(/^step +time +CPU +memory +in +out$/m);
    expect(out).toMatch(/^a +\S+ +\S+ +\d+ MiB +0 bytes +7 bytes$/m);
  });
});

describe('hwfe output', () => {
  it("prints an output's own bytes", async () => {
    await home.hwfe('good.lua', '-q');
    expect((await home.hwfe('output', 'latest', 'a')).out).toBe('[1,2.0]\n');
    expect((await home.hwfe('output')).out).toBe('a: [1, 2.0]\n');
    expect((await home.hwfe('output', '-f', 'json')).out).toBe('{"a":[1,2.0]}\n');
  });

  it('suggests the step that was probably meant', async () => {
    expect((await home.hwfe('output', 'latest', 'b')).err).toContain('The run has no step "b"');
  });
});

describe('a database that was cut', () => {
  it('is told of by runs, which go on, and by the commands', async () => {
    const other = directory({ 'good.lua': GOOD });
    await other.hwfe('good.lua', '-q');
    truncateSync(join(other.path, '.hwfe/history.db'), 5000);
    const { status, err } = await other.hwfe('good.lua', '-q');
    expect(status).toBe(0);
    expect(err).toContain('warning: The history in');
    expect(err).toContain('is damaged');
    expect((await other.hwfe('runs')).status).toBe(2);
    truncateSync(join(other.path, '.hwfe/history.db'), 0);
    expect((await other.hwfe('good.lua', '-q')).err).toContain('is damaged: its database is empty');
    other.remove();
  });
});

describe('hwfe runs', () => {
  it('filters by workflow, status and time, and speaks JSON', async () => {
    const ids = async (...args: string[]): Promise<string[]> =>
      (await home.hwfe('runs', '--json', ...args)).out
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { workflow: string }).workflow);
    expect(await ids()).toEqual(['good', 'slow']);
    expect(await ids('-w', 'slow')).toEqual(['slow']);
    expect(await ids('-s', 'succeeded')).toEqual(['good']);
    expect(await ids('--since', '2100-01-01')).toEqual([]);
    expect(await ids('-n', '1')).toEqual(['good']);
    expect((await home.hwfe('runs', '-s', 'lost')).status).toBe(2);
  });

  it('filters by tags of the file and of the command line, and by when a run began at the latest', async () => {
    const other = directory({
      'w.lua': 'workflow = { name = "w", tags = {"nightly", "team=data"}, steps = { a = { code = "return 1" } } }',
    });
    await other.hwfe('w.lua', '-q');
    await other.hwfe('w.lua', '-q', '--tag', 'eu', '--tag', 'nightly');
    const tags = async (...args: string[]): Promise<string[][]> =>
      (await other.hwfe('runs', '--json', ...args)).out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { tags: string[] }).tags);
    expect(await tags('--tag', 'nightly')).toEqual([
      ['nightly', 'team=data', 'eu'],
      ['nightly', 'team=data'],
    ]);
    expect(await tags('--tag', 'nightly', '--tag', 'eu')).toHaveLength(1);
    expect(await tags('--tag', 'night')).toEqual([]);
    expect(await tags('--until', '1h')).toEqual([]);
    expect(await tags('--until', '2100-01-01', '--since', '1h')).toHaveLength(2);
    expect((await other.hwfe('show', 'latest')).out).toContain('tags: nightly, team=data, eu\n');
    expect((await other.hwfe('show', 'latest~1')).out).toContain('tags: nightly, team=data\n');
    await other.hwfe('export', 'latest', '-o', 'run.hwfe');
    await other.bash('export HWFE_STATE_DIR=there; hwfe import run.hwfe; hwfe runs --tag eu > there.txt');
    expect(readFileSync(join(other.path, 'there.txt'), 'utf8')).toContain('nightly team=data eu');
    other.remove();
  });
});
