// Where settings come from, which source wins, and how every mistake is pointed at.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultConfig } from '../../src/config/defaults.ts';
import { loadConfig, type ConfigRequest, type LoadedConfig } from '../../src/config/load.ts';
import { describeOrigin } from '../../src/config/origin.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { lineAndColumn } from '../../src/model/source.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'hwfe-config-'));
});
afterEach(() => rmSync(cwd, { recursive: true }));

function write(name: string, text: string): void {
  writeFileSync(join(cwd, name), text);
}

async function load(request: Partial<ConfigRequest> = {}): Promise<LoadedConfig> {
  const loaded = await loadConfig({ cwd, env: {}, ...request });
  if (!loaded.ok) throw new Error(loaded.error.map(inShort).join('\n'));
  return loaded.value;
}

async function mistakes(request: Partial<ConfigRequest> = {}): Promise<string[]> {
  const loaded = await loadConfig({ cwd, env: {}, ...request });
  return loaded.ok ? [] : loaded.error.map(inShort);
}

function inShort({ message, file, span }: Diagnostic): string {
  if (file === undefined) return message;
  if (span === undefined) return `${file.path} ${message}`;
  const { line } = lineAndColumn(file.text, span.start);
  return `${file.path}:${line} «${file.text.slice(span.start, span.end)}» ${message}`;
}

describe('without any source', () => {
  it('every setting has its default', async () => {
    const { config, origins, warnings } = await load({ env: { HOME: '/home/ada' } });
    expect(config).toEqual(defaultConfig({ HOME: '/home/ada' }));
    expect(config.execution.mode).toBe('sequential');
    expect(config.cache.directory).toBe('/home/ada/.cache/hwfe');
    expect(config.limits.output).toBe(256 * 1024 ** 2);
    expect([...origins.values()].every(({ kind }) => kind === 'default')).toBe(true);
    expect(warnings).toEqual([]);
  });

  it('the cache follows XDG_CACHE_HOME', () => {
    expect(defaultConfig({ HOME: '/home/ada', XDG_CACHE_HOME: '/big' }).cache.directory).toBe('/big/hwfe');
  });
});

describe('the sources', () => {
  it('win in the order flag, variable, .env, file, default', async () => {
    write('config.toml', '[server]\nhost = "file"\nport = 1\n[workflows]\ndirectory = "file"\nmax_workflows = 1');
    write('.env', '# first\nHWFE_SERVER_PORT=2\nHWFE_WORKFLOW_DIR=dotenv\nHWFE_WORKFLOW_MAX=2');
    const { config, origins } = await load({
      env: { HWFE_WORKFLOW_DIR: 'variable', HWFE_WORKFLOW_MAX: '3' },
      flags: [{ key: 'workflows.max_workflows', flag: '--set', text: '4' }],
      positions: true,
    });
    expect(config.server).toMatchObject({ host: 'file', port: 2 });
    expect(config.workflows).toMatchObject({ directory: 'variable', maxWorkflows: 4 });
    const of = (key: string): string => describeOrigin(origins.get(key)!);
    expect(of('server.host')).toBe('config.toml:2');
    expect(of('server.port')).toBe('.env:2');
    expect(of('workflows.directory')).toBe('HWFE_WORKFLOW_DIR');
    expect(of('workflows.max_workflows')).toBe('--set');
    expect(of('workflows.extensions')).toBe('default');
  });

  it('may leave sections partial', async () => {
    write('config.toml', '[runners.python]\nenabled = false');
    const { config } = await load();
    expect(config.runners.python).toEqual({ enabled: false, runtime: 'embedded' });
    expect(config.runners.javascript.enabled).toBe(true);
  });

  it('may be JSON or YAML', async () => {
    write('config.json', '{\n  "execution": { "mode": "parallel",\n    "timeout": "2m" }\n}');
    const json = await load({ positions: true });
    expect(json.config.execution).toMatchObject({ mode: 'parallel', timeoutMs: 120_000 });
    expect(describeOrigin(json.origins.get('execution.timeout')!)).toBe('config.json:3');
    write('other.yaml', 'logging:\n  level: debug\n  colored: no\n');
    const yaml = await load({ file: 'other.yaml', positions: true });
    expect(yaml.config.logging).toEqual({ level: 'debug', colored: false });
    expect(describeOrigin(yaml.origins.get('logging.level')!)).toBe('other.yaml:2');
  });

  it('count an empty variable as one that is not set', async () => {
    expect((await load({ env: { HWFE_EXECUTION_MODE: '' } })).config.execution.mode).toBe('sequential');
  });

  it('take lists from variables, with or without dots', async () => {
    const { config } = await load({ env: { HWFE_WORKFLOW_EXTENSIONS: '.lua, toml,' } });
    expect(config.workflows.extensions).toEqual(['lua', 'toml']);
  });

  it('hand on all of .env for steps', async () => {
    write('.env', 'export TOKEN="a b" # secret\nHWFE_LOG_LEVEL=info\nEMPTY=\n');
    const { variables, config } = await load();
    expect(variables).toEqual({ TOKEN: 'a b', HWFE_LOG_LEVEL: 'info', EMPTY: '' });
    expect(config.logging.level).toBe('info');
  });

  it('read a file with a byte order mark and TOML that only newer parsers know', async () => {
    write('config.toml', '\uFEFF[server]\r\nport = 0x10\r\nhost = "a"\r\n');
    expect((await load()).config.server).toMatchObject({ port: 16, host: 'a' });
  });
});

describe('every variable of the original', () => {
  it('is understood', async () => {
    const env = {
      HWFE_WORKFLOW_DIR: 'w',
      HWFE_WORKFLOW_EXTENSIONS: 'lua',
      HWFE_WORKFLOW_MAX: '7',
      HWFE_SERVER_HOST: 'h',
      HWFE_SERVER_PORT: '8',
      HWFE_STATIC_DIR: 's',
      HWFE_EXECUTION_MODE: 'parallel',
      HWFE_MAX_PARALLEL_STEPS: '9',
      HWFE_ENABLE_PARALLELISM: 'false',
      HWFE_PYTHON_INTERPRETER: 'py',
      HWFE_PYTHON_ENABLED: 'false',
      HWFE_JS_INTERPRETER: 'js',
      HWFE_JS_ENABLED: 'false',
      HWFE_SHELL_INTERPRETER: 'sh',
      HWFE_SHELL_ENABLED: 'false',
      HWFE_WASM_MODULES_DIR: 'm',
      HWFE_WASM_WASI_ENABLED: 'false',
      HWFE_WASM_ENABLED: 'false',
      HWFE_LOG_LEVEL: 'trace',
      HWFE_LOG_COLORED: 'false',
    };
    const { config, origins, warnings } = await load({ env });
    expect(warnings).toEqual([]);
    expect([...origins.values()].filter(({ kind }) => kind === 'variable')).toHaveLength(Object.keys(env).length);
    expect(config).toMatchObject({
      workflows: { directory: 'w', extensions: ['lua'], maxWorkflows: 7 },
      server: { host: 'h', port: 8, staticDir: 's' },
      execution: { mode: 'parallel', maxParallelSteps: 9, enableStepParallelism: false },
      runners: {
        python: { enabled: false, interpreter: 'py' },
        javascript: { enabled: false, interpreter: 'js' },
        shell: { enabled: false, interpreter: 'sh' },
        wasm: { enabled: false, modulesDir: 'm', wasiEnabled: false },
      },
      logging: { level: 'trace', colored: false },
    });
  });
});

describe('mistakes', () => {
  it('are reported all at once, each with its file, line and key', async () => {
    write('config.toml', '[server]\nport = "many"\n\n[execution]\nmode = "paralel"\nmax_parallel_steps = -1\n');
    write('.env', 'A=1\nHWFE_TIMEOUT=soon\n');
    expect(await mistakes({ env: { HWFE_LIMITS_OUTPUT: 'big' } })).toEqual([
      'config.toml:2 «port = "many"» Setting "server.port" is "many"; write a whole number from 0 to 65535',
      'config.toml:5 «mode = "paralel"» Setting "execution.mode" is "paralel"; write "sequential", "parallel" or "work-stealing"; did you mean "parallel"?',
      'config.toml:6 «max_parallel_steps = -1» Setting "execution.max_parallel_steps" is -1; write a whole number from 0 to 1000000, or "auto"',
      '.env:2 «HWFE_TIMEOUT=soon» Setting "HWFE_TIMEOUT" is "soon"; write a duration such as "90s", "5m" or "1h30m"',
      'Setting "HWFE_LIMITS_OUTPUT" is "big"; write a size such as "64MB" or "1GB"',
    ]);
  });

  it('of syntax point at the place, in every format', async () => {
    write('config.toml', '[server]\nport = = 1\n');
    expect(await mistakes()).toEqual([
      expect.stringMatching(/^config\.toml:2 «=» This file is not TOML from here on: /),
    ]);
    write('broken.json', '{\n  "server": {\n    "port": 1,,\n  }\n}');
    expect(await mistakes({ file: 'broken.json' })).toEqual([
      expect.stringMatching(/^broken\.json:3 .*not JSON from here on: /),
    ]);
    write('broken.yaml', 'server:\n  port: [1\n');
    expect(await mistakes({ file: 'broken.yaml' })).toEqual([
      expect.stringMatching(/^broken\.yaml:\d .*not YAML from here on: /s),
    ]);
  });

  it('include a file that was named and is not there', async () => {
    expect(await mistakes({ file: 'nowhere.toml' })).toEqual([
      expect.stringMatching(
        /^The configuration file "nowhere.toml" cannot be read: there is no such file or directory/,
      ),
    ]);
  });
});

describe('warnings', () => {
  it('name unknown keys, sections and what was probably meant', async () => {
    write(
      'config.toml',
      '[execution]\nmod = "parallel"\n[runner.python]\nenabled = true\n[runners.python]\ninterpretor = "x"\n[runners]\nlua = 5\n',
    );
    const { warnings } = await load();
    expect(warnings.map(inShort)).toEqual([
      'config.toml:2 «mod = "parallel"» There is no setting "execution.mod"; did you mean "mode"?',
      'config.toml:3 «runner.python» There is no setting "runner"; did you mean "runners"?',
      expect.stringContaining('There is no setting "runners.python.interpretor"; did you mean "interpreter"?'),
      'config.toml:8 «lua = 5» "runners.lua" has to be a section with settings in it, so it is left out',
    ]);
  });

  it('name variables that look like a slip, and all unknown ones of .env', async () => {
    write('.env', 'HWFE_SOMETHING_ELSE=1\n');
    const { warnings } = await load({ env: { HWFE_EXECUTION_MOD: 'x', HWFE_QUITE_FOREIGN: 'x', HWFE_RUN_ID: 'x' } });
    expect(warnings.map(inShort)).toEqual([
      'No setting is called by the variable "HWFE_EXECUTION_MOD"; did you mean "HWFE_EXECUTION_MODE"?',
      '.env:1 «HWFE_SOMETHING_ELSE=1» No setting is called by the variable "HWFE_SOMETHING_ELSE"',
    ]);
  });
});
