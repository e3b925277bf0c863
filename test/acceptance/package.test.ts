// The packed package, installed in an empty project: its command, its library, its types, and what it weighs.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const QUIET = ['--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts'];

interface PackedFile {
  readonly path: string;
  readonly size: number;
}

const call = promisify(execFile);
const home = mkdtempSync(join(tmpdir(), 'hwfe-package-'));
const app = join(home, 'app');
let packed: readonly PackedFile[];

beforeAll(async () => {
  // Packing would run the build, which rewrites dist/ under the tests that use it.
  const pack = await call('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', home], { cwd: ROOT });
  packed = (JSON.parse(pack.stdout) as { files: PackedFile[] }[])[0]!.files;
  const tarball = readdirSync(home).find((name) => name.endsWith('.tgz'))!;
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true, "type": "module" }');
  await call('npm', ['install', join(home, tarball), ...QUIET], { cwd: app });
}, 240_000);
afterAll(() => rmSync(home, { recursive: true }));

/** Standard output of a program that has to succeed. */
async function output(program: string, ...args: string[]): Promise<string> {
  return (await call(program, args, { cwd: app })).stdout;
}

describe('the tarball', () => {
  it('has what is needed to run and to read', () => {
    const paths = packed.map(({ path }) => path);
    for (const path of [
      'package.json',
      'LICENSE',
      'CHANGELOG.md',
      'dist/src/cli/main.cjs',
      'dist/src/index.js',
      'dist/src/index.d.ts',
      'dist/runners/worker.cjs',
      'dist/runners/process/spawner.cjs',
      'docs/library.md',
      'workflows/demo.lua',
      'workflows/data/orders.csv',
      'workflows/examples/exchange_rates.lua',
      'docs/actions.md',
      'workflows/wasm/crc32.wasm',
    ]) {
      expect(paths).toContain(path);
    }
  });

  it('has no tests, no benchmarks, no TypeScript sources and no large file', () => {
    const paths = packed.map(({ path }) => path);
    expect(paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
    expect(paths.filter((path) => /(^|\/)(test|bench|node_modules)\//.test(path) || /\.test\./.test(path))).toEqual([]);
    // Python's standard library, compiled once, spares every first boot one to two seconds.
    const own = packed.filter(({ path }) => !/^dist\/runners\/python\/stdlib-[\d.]+\.zip$/.test(path));
    // What a short command waits for is whole files, with what V8 and QuickJS made of them.
    const parts = own.filter(
      ({ path }) =>
        !/^dist\/(?:src\/cli\/program|runners\/(?:javascript|lua)\/(?:index|quickjs))\.(?:cjs|v8|image)$/.test(path),
    );
    expect(parts.filter(({ size }) => size > 250_000)).toEqual([]);
    expect(own.reduce((sum, { size }) => sum + size, 0)).toBeLessThan(7_000_000);
  });
});

describe('the command', () => {
  it('runs a workflow of the project', async () => {
    writeFileSync(join(app, 'flow.lua'), FLOW);
    expect(await output('npx', 'hwfe', 'flow.lua', '--output', 'json')).toBe('{"shout":{"n":4.0,"word":"FOUR"}}\n');
  });

  it('runs the demo that comes with it, which has a WASM step', async () => {
    const demo = 'node_modules/hwfe/workflows/demo.toml';
    expect(await output('npx', 'hwfe', demo, '--output', 'json')).toContain('Data CRC-32: 1f7cf667.');
  });
});

describe('the examples', () => {
  it('are copied and run, with the packages that their actions load', async () => {
    expect(await output('npx', 'hwfe', 'examples', 'copy', 'order_files', 'tried')).toContain('tried/data/orders.csv');
    const flow = 'tried/order_files.toml';
    expect(await output('npx', 'hwfe', flow, '--output', 'json')).toBe('{"refunded":["1004"],"files":3,"same":true}\n');
  });
});

describe('the library', () => {
  it('runs a workflow defined in code, tells what happens, and stops on an AbortSignal', async () => {
    writeFileSync(join(app, 'program.js'), PROGRAM);
    expect(JSON.parse(await output('node', 'program.js'))).toEqual({
      first: {
        status: 'succeeded',
        outputs: { words: ['a', 'b'], counted: { words: 2 }, shown: { count: 2 } },
        kinds: [
          'run-started',
          ...['words', 'counted', 'shown'].flatMap((s) => [`start ${s}`, `ok ${s}`]),
          'run-settled',
        ],
      },
      second: { status: 'cancelled', stopped: 'cancelled', steps: { endless: 'cancelled', after: 'skipped' } },
    });
  });

  it('has types: a program checks, and mistakes in a workflow are type errors', async () => {
    writeFileSync(join(app, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    writeFileSync(join(app, 'good.ts'), GOOD);
    expect(await typeErrors()).toEqual([]);
    for (const [mistake, expected] of MISTAKES) {
      writeFileSync(join(app, 'good.ts'), `import { defineWorkflow } from 'hwfe';\nexport const w = ${mistake};\n`);
      const errors = await typeErrors();
      expect(errors, mistake).toHaveLength(1);
      expect(errors[0]).toMatch(expected);
    }
  });
});

async function typeErrors(): Promise<string[]> {
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  try {
    await call(process.execPath, [compiler, '-p', 'tsconfig.json'], { cwd: app });
    return [];
  } catch (error) {
    const { stdout } = error as { stdout: string };
    return stdout.split('\n').filter((line) => /^\S.*: error TS/.test(line));
  }
}

const FLOW = `workflow = { steps = {
  two = { language = "lua", code = "return 10 / 5" },
  four = { language = "python", depends_on = "two", code = "def run(i): return {'n': i['two'] * 2}" },
  word = { language = "js", depends_on = "four", code = "function run({ four }) { return { word: 'four', n: four.n } }" },
  shout = {
    language = "shell",
    depends_on = { "word", "four" },
    code = [[
n=$(parse_input four | grep -o '[0-9.]*')
word=$(parse_input word | grep -o 'four' | tr a-z A-Z)
echo "{\\"word\\": \\"$word\\", \\"n\\": $n}"
]],
  },
} }`;

const PROGRAM = `
import { createEngine, defineWorkflow, outputsOf } from 'hwfe';

const engine = createEngine();

async function planOf(definition) {
  const plan = await engine.define(definition);
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join('\\n'));
  return plan.value;
}

const flow = defineWorkflow({
  name: 'three',
  steps: {
    words: { language: 'lua', code: 'return { "a", "b" }' },
    counted: { language: 'python', depends_on: 'words', code: 'def run(i): return {"words": len(i["words"])}' },
    shown: { language: 'shell', depends_on: ['counted'], code: 'echo "{\\\\"count\\\\": $(parse_input counted | tr -dc 0-9)}"' },
  },
});
const kinds = [];
const short = { 'step-started': 'start ', 'step-succeeded': 'ok ' };
const listener = {
  onEvent(event) {
    if (event.kind in short) kinds.push(short[event.kind] + event.step);
    else if (event.kind.startsWith('run-')) kinds.push(event.kind);
  },
};
const first = await engine.start(await planOf(flow), { listener }).finished;

const slow = defineWorkflow({
  steps: {
    endless: { language: 'lua', code: 'while true do end' },
    after: { depends_on: 'endless', code: 'return 1' },
  },
});
const controller = new AbortController();
const watching = engine.watch({ onEvent: (event) => event.kind === 'step-started' && controller.abort() });
const second = await engine.start(await planOf(slow), { signal: controller.signal }).finished;
watching[Symbol.dispose]();
await engine[Symbol.asyncDispose]();

console.log(
  JSON.stringify({
    first: { status: first.status, outputs: Object.fromEntries(outputsOf(first)), kinds },
    second: {
      status: second.status,
      stopped: second.stopped,
      steps: Object.fromEntries([...second.steps.values()].map(({ name, status }) => [name, status])),
    },
  }),
);
`;

const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    strict: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(ROOT, 'node_modules/@types')],
  },
  include: ['good.ts'],
};

const GOOD = `
import { createEngine, defineWorkflow, loadConfig, outputsOf, type Diagnostic, type OutputValue, type RunEvent } from 'hwfe';

const flow = defineWorkflow({
  mode: 'parallel',
  steps: {
    fetch: { cmd: 'echo', retries: 2, backoff: { base: '1s', jitter: 0.1 } },
    score: { language: 'python', depends_on: ['fetch'], code: 'def run(i): return 1', limits: { output: '1MB' } },
    report: { depends_on: 'score', file: 'report.lua' },
  },
});
export async function main(signal: AbortSignal): Promise<OutputValue | undefined> {
  await using engine = createEngine({ cwd: '/tmp' });
  const plan = await engine.define(flow);
  if (!plan.ok) {
    const mistakes: readonly Diagnostic[] = plan.error;
    throw new Error(mistakes.map(({ code, message }) => code + message).join());
  }
  using watching = engine.watch({
    onEvent: (event: RunEvent) => {
      if (event.kind === 'step-failed' && event.failure.reason === 'exited') console.log(event.failure.status);
    },
  });
  const run = engine.start(plan.value, { signal, failureMode: 'kill', timeoutMs: 1000 });
  const record = await run.finished;
  return outputsOf(record).get('report');
}
export const settings: Awaited<ReturnType<typeof loadConfig>> | undefined = undefined;
`;

const MISTAKES: readonly (readonly [string, RegExp])[] = [
  [`defineWorkflow({ steps: { a: { code: '1' }, b: { depends_on: 'aa', code: '2' } } })`, /"aa".*not assignable/],
  [`defineWorkflow({ steps: { a: { code: '1' }, b: { depends_on: ['a', 'c'], code: '2' } } })`, /"c".*not assignable/],
  [`defineWorkflow({ steps: { a: { code: '1', timout: '1s' } } })`, /'timout' does not exist/],
  [`defineWorkflow({ steps: { a: { code: '1', language: 'luaa' } } })`, /"luaa".*not assignable/],
  [`defineWorkflow({ steps: { a: { http: { method: 'GET' } } } })`, /'url' is missing/],
  [`defineWorkflow({ steps: { a: { file: { red: 'x' } } } })`, /'red' does not exist/],
  [`defineWorkflow({ stepz: { a: { code: '1' } } })`, /stepz|steps/],
];
