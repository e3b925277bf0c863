// The other commands, and running a whole directory.
import { afterAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { directory } from './rig.ts';

const lua = (name: string, code: string): string =>
  `workflow = { name = "${name}", description = "About ${name}", steps = { one = { language = "lua", code = [[${code}]] } } }`;

const home = directory({
  'workflows/c_good.lua': lua('third', 'return 3'),
  'workflows/a_good.toml': 'name = "first"\n[steps.one]\nlanguage = "lua"\ncode = "return 1"\n',
  'workflows/b_bad.lua': lua('second', 'error("no")'),
  'workflows/d_wrong.lua': 'workflow = { name = "x", stepz = {} }',
  'workflows/notes.txt': 'not a workflow',
  'workflows/examples/e.lua': lua('fifth', 'return 5'),
});
const empty = directory();
afterAll(() => {
  home.remove();
  empty.remove();
});

describe('hwfe without a file', () => {
  it('runs every workflow in sorted order, goes on after failures, and tells the truth', async () => {
    const { status, out, err } = await home.hwfe();
    expect(status).toBe(1);
    const headings = out.split('\n').filter((line) => line.startsWith('── '));
    expect(headings).toEqual([
      '── 1/4 workflows/a_good.toml ──',
      '── 2/4 workflows/b_bad.lua ──',
      '── 3/4 workflows/c_good.lua ──',
      '── 4/4 workflows/d_wrong.lua ──',
      '── summary ──',
    ]);
    const summary = out.slice(out.indexOf('── summary ──')).trimEnd().split('\n').slice(1);
    expect(summary.map((line) => line.replace(/ +\d+(\.\d+)?m?s/, ' TIME'))).toEqual([
      '✓ workflows/a_good.toml TIME',
      '✗ workflows/b_bad.lua TIME  "one" failed',
      '✓ workflows/c_good.lua TIME',
      '✗ workflows/d_wrong.lua TIME  has mistakes, see above',
      '4 workflows in TIME: 2 succeeded, 2 failed',
    ]);
    expect(err).toContain('did you mean "steps"?');
  });

  it('respects max_workflows and extensions', async () => {
    const { status, out } = await home.hwfe('--set', 'workflows.max_workflows=1', '--set', 'workflows.extensions=toml');
    expect(status).toBe(0);
    expect(out).toContain('first (workflows/a_good.toml)');
    expect(out).not.toContain('── ');
  });

  it('says what to do where there is nothing to run', async () => {
    const { status, err } = await empty.hwfe();
    expect(status).toBe(2);
    expect(err).toBe(
      'error: There is no workflow file (.lua or .toml) in "workflows"; name one: hwfe FILE\nSee: hwfe --help\n',
    );
  });
});

describe('hwfe validate', () => {
  it('checks all, reports every mistake, and exits with 2 if there is any', async () => {
    const { status, out, err } = await home.hwfe('validate');
    expect(status).toBe(2);
    expect(out).toBe(
      [
        '✓ workflows/a_good.toml: 1 step in 1 level',
        '✓ workflows/b_bad.lua: 1 step in 1 level',
        '✓ workflows/c_good.lua: 1 step in 1 level',
        '✗ workflows/d_wrong.lua',
        '',
      ].join('\n'),
    );
    expect(err).toContain('did you mean "steps"?');
    expect((await home.hwfe('validate', 'c_good')).status).toBe(0);
  });
});

describe('hwfe graph', () => {
  it('draws in the format that is asked for', async () => {
    expect((await home.hwfe('graph', 'c_good')).out).toBe('third: 1 step in 1 level\n\n1  one  lua\n');
    expect((await home.hwfe('graph', 'c_good', '--format', 'mermaid')).out).toBe('flowchart TD\n  s0["one<br/>lua"]\n');
    expect((await home.hwfe('graph', 'c_good', '-f', 'dot')).out).toMatch(/^digraph "third" \{\n[^]*\}\n$/);
    expect(JSON.parse((await home.hwfe('graph', 'c_good', '-f', 'json')).out)).toMatchObject({ levels: [['one']] });
  });

  it('says which formats there are', async () => {
    const { status, err } = await home.hwfe('graph', 'c_good', '-f', 'mermaidd');
    expect(status).toBe(2);
    expect(err).toBe(
      'error: There is no format "mermaidd"; write "ascii", "mermaid", "dot" or "json"; did you mean "mermaid"?\n',
    );
  });
});

describe('hwfe config', () => {
  it('shows every setting, its value and its origin', async () => {
    const { out } = await home.start(['config', '--set', 'server.port=1'], { HWFE_TIMEOUT: '90s' }).ended;
    const rows = out
      .trimEnd()
      .split('\n')
      .map((row) => row.split(/ {2,}/));
    expect(rows.map(([key]) => key)).toEqual(SETTINGS.map(({ key }) => key));
    expect(rows).toContainEqual(['server.port', '1', '--set']);
    expect(rows).toContainEqual(['execution.timeout', '1m 30s', 'HWFE_TIMEOUT']);
    expect(rows).toContainEqual(['limits.output', '256 MiB', 'default']);
  });

  it('gives the same as JSON', async () => {
    const { out } = await home.hwfe('config', '--json', '--set', 'server.port=1');
    const settings = JSON.parse(out) as Record<string, unknown>;
    expect(Object.keys(settings)).toEqual(SETTINGS.map(({ key }) => key));
    expect(settings['server.port']).toEqual({ value: 1, origin: { kind: 'flag', flag: '--set' } });
  });
});

describe('hwfe list', () => {
  it('shows what each workflow says of itself', async () => {
    const rows = (await home.hwfe('list')).out
      .trimEnd()
      .split('\n')
      .map((row) => row.split(/ {2,}/));
    expect(rows).toEqual([
      ['workflows/a_good.toml', 'first'],
      ['workflows/b_bad.lua', 'About second'],
      ['workflows/c_good.lua', 'About third'],
      ['workflows/d_wrong.lua', 'has mistakes: hwfe validate workflows/d_wrong.lua'],
    ]);
  });
});

describe('hwfe schema', () => {
  it('prints a JSON Schema', async () => {
    expect(JSON.parse((await home.hwfe('schema')).out)).toMatchObject({
      $schema: expect.stringContaining('json-schema.org'),
    });
  });
});

describe('help', () => {
  it('names every command', async () => {
    const { out, status } = await home.hwfe('--help');
    expect(status).toBe(0);
    for (const name of Object.keys(COMMANDS)) expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    expect((await home.hwfe('help')).out).toBe(out);
  });

  it.each(Object.keys(COMMANDS))('of %s is the same by both ways', async (name) => {
    const { out, status } = await home.hwfe('help', name);
    expect(status).toBe(0);
    expect(out).toMatch(new RegExp(`^Usage: hwfe ${name}`));
    if (name !== 'help') expect((await home.hwfe(name, '--help')).out).toBe(out);
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });

  it('suggests the command that was meant', async () => {
    const { status, err } = await home.hwfe('help', 'grpah');
    expect(status).toBe(2);
    expect(err).toBe('error: There is no command "grpah"; did you mean "graph"?\nSee: hwfe --help\n');
  });
});

it('hwfe --version prints the version of the package', async () => {
  expect((await home.hwfe('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});
