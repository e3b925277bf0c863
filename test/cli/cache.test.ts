// Steps that an earlier run did already are left out.
import { existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

const workflow = (
  more: { code?: string; env?: string; scale?: string } = {},
): string => `workflow = { name = "w", cache = true, steps = {
  load = { cmd = "echo load >> ran.txt; cat in/*.txt > out.txt; echo '{\\"n\\":'$(cat in/a.txt)'}'", reads = "in/*.txt", writes = "out.txt" },
  twice = { language = "lua", depends_on = {"load"}, env = { BY = "${more.env ?? '2'}" }, code = [[${more.code ?? 'function run(inputs) return inputs.load.n * os.getenv("BY") // 1 end'}]] },
  open = { cmd = "echo open >> ran.txt" } } }`;

let home: Directory;
beforeEach(() => {
  home = directory({ 'w.lua': workflow(), 'in/a.txt': '4' });
});
afterEach(() => home.remove());

/** Names of the steps that were left out. */
async function cached(...args: string[]): Promise<string[]> {
  const { out, status, err } = await home.hwfe('w.lua', '--json', ...args);
  expect([status, err]).toEqual([0, '']);
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; step: string; cached?: unknown })
    .filter((event) => event.kind === 'step-succeeded' && event.cached !== undefined)
    .map(({ step }) => step);
}

describe('a cached step', () => {
  it('is left out while nothing that it depends on changes', async () => {
    expect(await cached()).toEqual([]);
    expect(await cached()).toEqual(['load', 'twice']);
    home.write(
      'w.lua',
      workflow({ code: '-- doubles\n\nfunction run(inputs) return inputs.load.n * os.getenv("BY") // 1 end' }),
    );
    expect(await cached()).toEqual(['load', 'twice']);
    expect((await home.hwfe('show')).out).toMatch(/✓ load .*cached from/);
  });

  it('runs when its code, its environment or a limit changes', async () => {
    await cached();
    home.write('w.lua', workflow({ env: '3' }));
    expect(await cached()).toEqual(['load']);
    home.write('w.lua', workflow({ code: 'function run(inputs) return 1 end' }));
    expect(await cached()).toEqual(['load']);
    expect(await cached('--set', 'limits.output=1MB')).toEqual([]);
  });

  it('runs when a file that it reads changes, and what depends on it only if its output did', async () => {
    await cached();
    home.write('in/b.txt', 'more');
    expect(await cached()).toEqual(['twice']);
    home.write('in/a.txt', '5');
    expect(await cached()).toEqual([]);
  });

  it('gets the files back that it wrote', async () => {
    await cached();
    rmSync(join(home.path, 'out.txt'));
    expect(await cached()).toEqual(['load', 'twice']);
    expect(readFileSync(join(home.path, 'out.txt'), 'utf8')).toBe('4');
    expect(readFileSync(join(home.path, 'ran.txt'), 'utf8')).toBe('load\nopen\nopen\n');
  });

  it('runs where the user says so', async () => {
    await cached();
    expect(await cached('--refresh', 'load')).toEqual(['twice']);
    expect(await cached('--no-cache')).toEqual([]);
    expect(await cached()).toEqual(['load', 'twice']);
  });

  it('runs when what was kept of it is damaged', async () => {
    home.write(
      'w.lua',
      `workflow = { name = "w", cache = true, steps = { big = { code = "return ('x'):rep(100000)" } } }`,
    );
    await cached();
    expect(await cached()).toEqual(['big']);
    const files = readdirSync(join(home.path, '.hwfe/values'), { recursive: true, withFileTypes: true });
    for (const file of files) if (file.isFile()) writeFileSync(join(file.parentPath, file.name), 'x');
    expect(await cached()).toEqual([]);
    expect(await cached()).toEqual(['big']);
  });

  it('writes through no link that leads elsewhere', async () => {
    const step = `{ cmd = "mkdir -p made; echo 1 > made/x", reads = {}, writes = "made/*" }`;
    home.write('w.lua', `workflow = { name = "w", cache = true, steps = { make = ${step} } }`);
    await cached();
    rmSync(join(home.path, 'made'), { recursive: true });
    const other = directory();
    symlinkSync(other.path, join(home.path, 'made'));
    expect(await cached()).toEqual([]);
    rmSync(join(other.path, 'x'));
    expect(await cached()).toEqual([]);
    expect(existsSync(join(other.path, 'x'))).toBe(true);
    other.remove();
  });
});

describe('a shell step that says cache = true', () => {
  it('has to say what it reads', async () => {
    home.write('w.lua', `workflow = { steps = { a = { cmd = "ls", cache = true } } }`);
    const { status, err } = await home.hwfe('validate', 'w.lua');
    expect([status, err]).toEqual([2, expect.stringContaining('Say which files step "a" reads')]);
    home.write('w.lua', `workflow = { steps = { a = { cmd = "ls", cache = true, writes = "../x" } } }`);
    expect((await home.hwfe('validate', 'w.lua')).err).toContain('Write "../x" as a path below');
  });
});

describe('a cached step that hands on a file', () => {
  it('has the file put into the directory of the later run', async () => {
    home.write(
      'w.lua',
      `workflow = { name = "w", cache = true, steps = {
        make = { language = "javascript", code = "export default () => hwfe.file('out.txt', 'made')" },
        look = { cmd = "cat $HWFE_WORKDIR/out.txt > seen.txt", depends_on = {"make"} } } }`,
    );
    await cached();
    rmSync(join(home.path, 'seen.txt'));
    expect(await cached()).toEqual(['make']);
    expect(readFileSync(join(home.path, 'seen.txt'), 'utf8')).toBe('made');
  });
});

describe('a cached embedded step that may reach nothing', () => {
  const steps = (more = ''): string => `workflow = { name = "w", cache = true, steps = {
    lua = { ${more} code = "return { os.time(), math.random(1000000) }" },
    javascript = { ${more} language = "javascript", code = "export default () => [Date.now(), Math.random(), crypto.randomUUID()]" },
    python = { ${more} language = "python", code = "import time, random, uuid\\ndef run(): return [time.time(), random.random(), str(uuid.uuid4())]" } } }`;
  const refresh = ['lua', 'javascript', 'python'].flatMap((name) => ['--refresh', name]);
  const outputs = async (): Promise<string> => (await home.hwfe('w.lua', ...refresh, '--output', 'json')).out;

  it('gets the same time and the same random numbers each time, also when it is replayed', async () => {
    home.write('w.lua', steps());
    const first = await outputs();
    expect(first).toMatch(/^\{"lua":\[946684800,\d+\],"javascript":\[946684800000,/);
    expect(await outputs()).toBe(first);
    const { status, err } = await home.hwfe('replay', 'latest', 'python', '--against');
    expect([status, err]).toEqual([0, 'The output is the same.\n']);
    // Another key has others.
    home.write('w.lua', steps('env = { A = "b" },'));
    expect(await outputs()).not.toBe(first);
  });

  it('gets those of the machine where it says so', async () => {
    home.write('w.lua', steps('deterministic = false,'));
    const first = await outputs();
    expect(first).not.toContain('946684800');
    expect(await outputs()).not.toBe(first);
    home.write('w.lua', steps('permissions = { clock = true },'));
    const [one, two] = [await outputs(), await outputs()].map((text) => JSON.parse(text) as Record<string, number[]>);
    for (const name of ['javascript', 'python']) expect(one![name]![0]).not.toBe(two![name]![0]);
    for (const name of ['lua', 'javascript', 'python']) expect(one![name]![1]).toBe(two![name]![1]);
  });

  it('runs when that changes, and hwfe why says so', async () => {
    home.write('w.lua', steps());
    await home.hwfe('w.lua');
    home.write('w.lua', steps('deterministic = false,'));
    expect(await cached()).toEqual([]);
    expect((await home.hwfe('why', 'lua')).out).toMatch(/has changed:\n {2}deterministic\n$/);
  });
});

describe('a step from the cache', () => {
  it('says again what it said, with the run that it is from', async () => {
    home.write(
      'w.lua',
      'workflow = { name = "w", cache = true, steps = { a = { code = "print(\'one\') print(\'two\') return { x = 0/0 }" } } }',
    );
    await home.hwfe('w.lua', '-q');
    const { out } = await home.hwfe('w.lua', '-p');
    expect(out).toMatch(/warning: a: output\.x is not a finite number.* \(cached from \S+\)\n/);
    expect(out).toMatch(/✓ a \(lua\) \S+, cached from \S+\n {2}│ one\n {2}│ two\n/);
    // Also what is taken from a run that took it itself is from the first.
    const [first, , third] = (await home.hwfe('runs', '--json')).out
      .split('\n')
      .map((line) => (line === '' ? '' : (JSON.parse(line) as { id: string }).id))
      .reverse()
      .slice(1)
      .concat('');
    await home.hwfe('w.lua', '-q');
    expect([third, (await home.hwfe('audit')).out]).toEqual(['', expect.stringContaining(`(cached from ${first})`)]);
    expect((await home.hwfe('logs')).out).toBe('a (cached) │ one\na (cached) │ two\n');
  });
});

describe('a dry run', () => {
  const tail = async (...args: string[]): Promise<string[]> => {
    const { out } = await home.hwfe('w.lua', '-n', ...args);
    const [, told = ''] = out.split('Of what may be cached\n');
    return told
      .split('\n')
      .filter((line) => line !== '')
      .slice(0, -1)
      .map((line) => line.replace(/\d{8}-\d{6}-[0-9a-f]{8}/, 'RUN'));
  };

  it('knows of inputs and conditions', async () => {
    home.write(
      'w.lua',
      `workflow = { name = "w", cache = true, inputs = { n = { type = "integer", default = 3 } }, steps = {
        a = { inputs = { n = "{{ inputs.n }}" }, code = "function run(i) return i.n * 2 end" },
        b = { depends_on = {"a"}, ["if"] = "steps.a.output > 100", code = "return 1" } } }`,
    );
    await home.hwfe('w.lua', '-q');
    const skipped = '  b would be skipped: what decides it is known already';
    expect(await tail()).toEqual(['  a would not run: cached from RUN', skipped]);
    const told = await tail('--input', 'n=4');
    expect(told.slice(0, 3)).toEqual([
      '  a would run: since RUN this has changed:',
      '    input n: 3 → 4',
      '    inputs.n: 3 → 4',
    ]);
    expect((await home.hwfe('w.lua', '-n', '--input', 'n=x')).status).toBe(2);
    await home.hwfe('w.lua', '-q', '--input', 'n=4');
    expect((await home.hwfe('why', 'a')).out).toMatch(/has changed:\n {2}input n: 3 → 4\n {2}inputs\.n: 3 → 4\n$/);
  });

  it('says which steps would be left out, and why others would run', async () => {
    const always = '  open would run, as each time: nothing says that it may be cached';
    const depends = '  twice runs if "load" gives something new';
    expect(await tail()).toEqual([]);
    expect(existsSync(join(home.path, '.hwfe'))).toBe(false);
    await cached();
    const taken = ['  load would not run: cached from RUN', '  twice would not run: cached from RUN'];
    expect((await tail()).sort()).toEqual([taken[0], always, taken[1]]);
    expect(await tail('--refresh', 'load')).toEqual(
      expect.arrayContaining(['  load would run: it is told to', depends]),
    );
    home.write('w.lua', workflow({ env: '3' }));
    expect((await tail()).join('\n')).toContain('  twice would run: since RUN this has changed:\n    env BY');
    home.write('in/a.txt', '5');
    const told = await tail();
    expect(told.join('\n')).toContain('  load would run: since RUN this has changed:\n    file in/a.txt');
    expect(told).toContain(depends);
    expect(await tail('--no-cache')).toEqual([]);
    expect(readFileSync(join(home.path, 'ran.txt'), 'utf8')).toBe('load\nopen\n');
  });
});

describe('a cached step that may read files', () => {
  it('runs when one of them changes, comes or goes, and each time where a link is among them', async () => {
    const step = `{ code = "return hwfe.read('in/a.txt') .. #hwfe.list('in/*.txt')", permissions = { read = {"in/*.txt"} } }`;
    home.write('w.lua', `workflow = { name = "w", cache = true, steps = { a = ${step} } }`);
    expect(await cached()).toEqual([]);
    expect(await cached()).toEqual(['a']);
    home.write('in/b.txt', '1');
    expect(await cached()).toEqual([]);
    home.write('in/a.txt', '5');
    expect(await cached()).toEqual([]);
    expect((await home.hwfe('why', 'a')).out).toContain('file in/a.txt');
    home.write('in/c.csv', 'no part of it');
    expect(await cached()).toEqual(['a']);
    symlinkSync('a.txt', join(home.path, 'in/link.txt'));
    expect(await cached()).toEqual([]);
    expect(await cached()).toEqual([]);
  });

  it('tells what it reads and writes where it may write, too', async () => {
    const step = `{ code = "return 1", permissions = { read = {"in/*.txt"}, write = {"out/"} } }`;
    home.write('w.lua', `workflow = { name = "w", cache = true, steps = { a = ${step} } }`);
    expect(await cached()).toEqual([]);
    expect(await cached()).toEqual([]);
  });
});
