// A workflow whose permissions have grown since its last run is run by those only who have been told.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

const workflow = (read: string, code = "function run() return hwfe.read('data/a') end"): string =>
  `[steps.a]\npermissions = { read = ${read} }\ncode = "${code}"\n`;

let home: Directory;
beforeEach(() => {
  home = directory({ 'w.toml': workflow('"data/"'), 'data/a': 'a', 'data/b': 'b', 'other/c': 'c' });
});
afterEach(() => home.remove());

describe('hwfe run', () => {
  it('asks nothing the first time, nor where nothing has grown', async () => {
    expect((await home.hwfe('w.toml', '-q')).status).toBe(0);
    home.write('w.toml', workflow('"data/a"'));
    expect((await home.hwfe('w.toml', '-q')).status).toBe(0);
  });

  it('ends with 4 where nobody can be asked, says what has grown, and runs with --yes', async () => {
    await home.hwfe('w.toml', '-q');
    home.write('w.toml', workflow('["data/a", "other/*"]'));
    const { status, err } = await home.hwfe('w.toml', '-q');
    expect(status).toBe(4);
    expect(err).toMatch(
      /^error: The permissions of "w\.toml" have grown since run [-0-9a-f]+\. Its steps may now also\n {2}read other\/\*\nRun it with --yes if they are to\.\n$/,
    );
    expect((await home.hwfe('runs', '--json')).out.trim().split('\n')).toHaveLength(1);
    expect((await home.hwfe('w.toml', '-n')).out).toContain('its steps may also read other/*');
    expect((await home.hwfe('w.toml', '-q', '--yes')).status).toBe(0);
    expect((await home.hwfe('w.toml', '-q')).status).toBe(0);
  });

  it('asks on a terminal', async () => {
    await home.hwfe('w.toml', '-q');
    home.write('w.toml', workflow('["data/a", "other/*"]'));
    const answered = async (answer: string): Promise<string> => {
      const script = `printf '${answer}' | script -qec 'hwfe w.toml; echo status=$?' /dev/null`;
      return (await home.bash(`export -f hwfe; export SHELL=/bin/bash\n${script}`)).out;
    };
    const no = await answered('n\\n');
    expect(no).toContain('Run it? [y/N]');
    expect(no).toContain('status=130');
    expect(await answered('y\\n')).toContain('status=0');
  });

  it('compares with nothing where nothing is remembered', async () => {
    await home.hwfe('w.toml', '-q', '--set', 'store.path=none');
    home.write('w.toml', workflow('["data/a", "other/*"]'));
    expect((await home.hwfe('w.toml', '-q', '--set', 'store.path=none')).status).toBe(0);
  });

  it('tells which of the hosts on the command line is none', async () => {
    const { status, err } = await home.hwfe('w.toml', '--allow-net', 'api.example.com,https://b.org');
    expect([status, err]).toEqual([
      2,
      'error: The flag "--allow-net" takes hosts, such as api.example.com:443 or *.example.com, and "https://b.org" is none\n',
    ]);
  });
});

describe('a run that is gone on with', () => {
  const FAILING = "function run() error('no') end";

  it('asks as well', async () => {
    home.write('w.toml', workflow('"data/"', FAILING));
    await home.hwfe('w.toml', '-q');
    home.write('w.toml', workflow('["data/", "other/"]'));
    const refused = await home.hwfe('resume', '-q');
    expect([refused.status, refused.err.includes('read other/')]).toEqual([4, true]);
    expect((await home.hwfe('resume', '-q', '--yes')).status).toBe(0);
  });

  it('may still do what its command line allowed, and so may a step that is run again', async () => {
    const plain = (code: string): string => `[steps.a]\ncode = "${code}"\n`;
    home.write('w.toml', plain(`local b = hwfe.read('data/b') ${FAILING}`));
    expect((await home.hwfe('w.toml', '-q', '--allow-read', 'data/')).status).toBe(1);
    home.write('w.toml', plain("function run() return hwfe.read('data/b') end"));
    expect((await home.hwfe('resume', '-q')).status).toBe(0);
    const replayed = await home.hwfe('replay', 'latest', 'a');
    expect([replayed.status, replayed.out]).toEqual([0, expect.stringContaining('"b"') as string]);
    expect((await home.hwfe('show', '--json')).out).toContain('"read":["');
  });
});
