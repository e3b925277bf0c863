// A directory set up for the original Rust engine works as it is: config.toml, .env, and how files are found.
import { afterAll, describe, expect, it } from 'vitest';
import { directory } from '../cli/rig.ts';

const CONFIG = `
[workflows]
directory = "flows"
extensions = ["lua"]
max_workflows = 10

[server]
host = "127.0.0.1"
port = 3030
static_dir = "pkg"

[execution]
mode = "parallel"
max_parallel_steps = 2
enable_step_parallelism = false

[runners.python]
interpreter = "python3"
enabled = true

[runners.javascript]
interpreter = "node"
enabled = true

[runners.shell]
interpreter = "sh"
enabled = true

[runners.wasm]
modules_dir = "modules"
wasi_enabled = false
enabled = true

[logging]
level = "info"
colored = true
`;

/** Needs bash, also where the configuration says sh, as the original's always got it. */
const BASH = `workflow = { name = "bash", steps = { list = { language = "shell", code = [==[
words=(one two)
if [[ "\${words[1]}" == t* ]]; then echo "{\\"n\\": \${#words[@]}}"; fi
]==] } } }`;

const home = directory({
  'config.toml': CONFIG,
  'flows/bash.lua': BASH,
  'flows/examples/wide.lua': BASH,
  'flows/templates/deep.lua': BASH,
  'flows/tests/odd.lua': BASH,
  'flows/notes.txt': 'no workflow',
});
afterAll(() => home.remove());

function banner(mode: string, port = 3030): string {
  return [
    'Loaded configuration:',
    '  Workflow directory: flows',
    `  Server: 127.0.0.1:${port}`,
    `  Execution mode: ${mode}`,
    ...(mode === 'sequential' ? [] : ['  Max parallel steps: 2', '  Step parallelism: disabled']),
    '  Log level: info',
    '',
    '',
  ].join('\n');
}

describe('config.toml', () => {
  it('is understood without a warning, and the run begins with it', async () => {
    const { status, out, err } = await home.hwfe('bash.lua');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out.startsWith(banner('parallel'))).toBe(true);
  });

  it('has effect with every key', async () => {
    const { out } = await home.hwfe('config');
    let section = '';
    let settings = 0;
    for (const [i, line] of CONFIG.split('\n').entries()) {
      section = /^\[(.*)\]$/.exec(line)?.[1] ?? section;
      const [key, value] = line.split(' = ');
      if (value === undefined) continue;
      settings += 1;
      const row = out.split('\n').find((text) => text.startsWith(`${section}.${key} `));
      expect(row?.split(/\s{2,}/)).toEqual([`${section}.${key}`, value.replace(/["[\]]/g, ''), `config.toml:${i + 1}`]);
    }
    expect(settings).toBe(20);
  });
});

describe('.env', () => {
  it('goes before config.toml, and the environment before .env', async () => {
    home.write('.env', '# local settings\nHWFE_EXECUTION_MODE=sequential\nHWFE_SERVER_PORT=8080\n');
    expect((await home.hwfe('bash.lua')).out.startsWith(banner('sequential', 8080))).toBe(true);
    const { ended } = home.start(['bash.lua'], { HWFE_EXECUTION_MODE: 'parallel' });
    expect((await ended).out.startsWith(banner('parallel', 8080))).toBe(true);
    home.write('.env', '');
  });
});

it('--verbose shows the banner whatever the log level is', async () => {
  const { ended } = home.start(['bash.lua', '--verbose'], { HWFE_LOG_LEVEL: 'warn' });
  expect((await ended).out.startsWith(banner('parallel'))).toBe(true);
});

it.each(['bash.lua', 'wide.lua', 'deep.lua', 'odd.lua', 'flows/bash.lua', 'templates/deep.lua'])(
  'the workflow is found as %s',
  async (name) => {
    const { status, out } = await home.hwfe(name, '--output', 'json');
    expect({ status, out }).toEqual({ status: 0, out: '{"list":{"n":2}}\n' });
  },
);

it('without a name, the workflows of the directory itself run', async () => {
  const { status, out } = await home.hwfe();
  expect(status).toBe(0);
  expect(out).toContain('(flows/bash.lua)');
  expect(out).not.toMatch(/wide|deep|odd|notes/);
});
