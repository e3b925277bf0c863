// Every example of workflows/ runs in every mode and gives what it should.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { directory, type Ended } from '../cli/rig.ts';
import { eventsOf, outputTexts, type PrintedEvent, printedBy } from './events.ts';

const ROOT = join(import.meta.dirname, '../..');
const EXAMPLES = join(ROOT, 'workflows');
const MODES = ['sequential', 'parallel', 'work-stealing'];

const REPORT = [
  'Customer       City   Orders     Euros  Tier',
  'Sara Nilsson   Malmö       2   1388.95  gold',
  'Ana Souza      Porto       2    560.00  gold',
  'Jörg Weiß      Köln        1    310.40  silver',
  "Liam O'Neil    Cork        3    247.23  silver",
  'Zoë Martin     Lyon        3    243.35  silver',
  'Mei Tanaka     Osaka       1      7.80  bronze',
  'Total                          2757.73',
  '',
  'Left out: 1 duplicate, 1 no amount, 2 not paid. Data CRC-32: 1f7cf667.',
].join('\n');
const TASKS = ['count_in_lua', 'sleep_in_python', 'sleep_in_shell', 'wait_in_javascript'];

/** What `--output json` prints for each file. */
const FINAL_OUTPUTS: Readonly<Record<string, unknown>> = {
  'bounded.lua': { report: { anna: 11, ben: 22, cleo: 33, dan: 44 } },
  'demo.lua': { report: REPORT },
  'demo.toml': { report: REPORT },
  'each.lua': { total: 27.5, builds: ['linux-20-arm', 'linux-22-arm', 'macos-22'] },
  'fan_out.lua': { total: { primes: 4203, up_to: 40_000 } },
  'nested.lua': { from: 'near', asked: { north: 12.5, south: 10, west: 'failed' }, prices: [15.625, 12.5] },
  'order_files.toml': { refunded: ['1004'], files: 3, same: true },
  'order_gate.lua': {
    total: 400.5,
    letter: "Dear customer; it's $(done)\nwe ship on a pallet, by mail",
    large: 'id,price\n1,250.0\n3,120.0\n',
  },
  'parallel_demo.lua': { merge: { done: TASKS } },
  'retries.toml': { sum: { attempts: 9 } },
  'waiting.lua': { report: { amount: 5, note: 'none', paid: 'not yet' } },
  'shared_memory.lua': { total: { count: 400, steps: 4 } },
  'surviving.toml': {
    report: 'tea costs 3.5, upload failed',
    turns: 3,
    told: 'upload: disk is full (28)',
  },
  'with_tax.toml': { gross: 120 },
};

const home = directory();
afterAll(() => home.remove());

/** `hwfe` as called in the project's own directory. */
function inProject(args: string): Promise<Ended> {
  return home.bash(`cd '${ROOT}' && hwfe ${args}`);
}

interface ExampleRun {
  readonly events: readonly PrintedEvent[];
  /** Every step's output, to the byte. */
  readonly outputs: ReadonlyMap<string, string>;
  /** The file of final outputs. */
  readonly finals: string;
}

async function run(file: string, mode: string): Promise<ExampleRun> {
  const target = join(home.path, `${file}.${mode}.json`);
  const { status, out, err } = await inProject(`workflows/${file} --mode ${mode} --jobs 4 --json -o '${target}'`);
  expect({ status, err }).toEqual({ status: 0, err: '' });
  return { events: eventsOf(out), outputs: outputTexts(out), finals: readFileSync(target, 'utf8') };
}

const runs = new Map<string, Promise<ExampleRun>>();

/** Each example runs once in each mode, however many tests look at it. */
function once(file: string, mode: string): Promise<ExampleRun> {
  const key = `${file} ${mode}`;
  const known = runs.get(key) ?? run(file, mode);
  runs.set(key, known);
  return known;
}

const files = readdirSync(EXAMPLES).filter((name) => /\.(lua|toml)$/.test(name));

it('expects something of every example, and of no other', () => {
  expect(files.toSorted()).toEqual(Object.keys(FINAL_OUTPUTS).toSorted());
});

describe.each(files)('workflows/%s', (file) => {
  it.each(MODES)('gives its outputs in mode %s, and each step settles once', async (mode) => {
    const { events, finals } = await once(file, mode);
    expect(JSON.parse(finals)).toEqual(FINAL_OUTPUTS[file]);
    const planned = events.find(({ kind }) => kind === 'run-started')!.levels!.flat();
    const ends = ['step-succeeded', 'step-failed', 'step-cancelled', 'step-skipped'];
    const settled = events.filter(({ kind }) => ends.includes(kind)).map(({ step }) => step!);
    // What is inside an item is planned with each of them.
    expect(settled.filter((step) => !step.includes('[')).toSorted()).toEqual(planned.toSorted());
    expect(events.at(-1)).toMatchObject({ kind: 'run-settled', status: 'succeeded' });
  });
});

describe('the demo', () => {
  it('is byte for byte the same in Lua and in TOML, in every mode', async () => {
    const first = await once('demo.lua', 'sequential');
    expect(first.outputs.size).toBe(7);
    for (const file of ['demo.lua', 'demo.toml']) {
      for (const mode of MODES) {
        const { outputs, finals } = await once(file, mode);
        for (const [step, text] of first.outputs) expect(outputs.get(step), `${file} ${mode} ${step}`).toBe(text);
        expect(finals).toBe(first.finals);
      }
    }
  });

  it('keeps an order number that JavaScript has no exact number for', async () => {
    const { outputs } = await once('demo.lua', 'parallel');
    for (const step of ['clean', 'join']) expect(outputs.get(step)).toContain('"id":9007199254740993,');
  });

  it('computes the CRC-32 that Node computes of the same inputs', async () => {
    const { outputs } = await once('demo.lua', 'parallel');
    const inputs = `{"clean":${outputs.get('clean')!}}`;
    expect(JSON.parse(outputs.get('fingerprint')!)).toEqual({ crc32: crc32(inputs).toString(16).padStart(8, '0') });
  });

  it('tells which orders it left aside', async () => {
    const { events } = await once('demo.lua', 'work-stealing');
    expect(printedBy('clean', events)).toBe('kept 13 orders, dropped 4\n');
    expect(printedBy('join', events)).toBe('orders without a customer: 1010\n');
  });

  it('prints its report with --output, and nothing else on standard output', async () => {
    const { out, status } = await inProject('demo.lua --output json');
    expect(status).toBe(0);
    expect(out).toBe(`${JSON.stringify({ report: REPORT })}\n`);
  });
});

describe('the four one-second tasks', () => {
  it.each(['parallel', 'work-stealing'])('run at the same time in mode %s', async (mode) => {
    const { events } = await once('parallel_demo.lua', mode);
    const firstEnd = events.findIndex(({ kind, step }) => kind === 'step-succeeded' && TASKS.includes(step!));
    const before = events.slice(0, firstEnd).filter(({ kind }) => kind === 'step-started');
    expect(before.map(({ step }) => step!).toSorted()).toEqual([...TASKS, 'init'].toSorted());
    expect(durationOf(events)).toBeLessThan(sumOfSteps(events));
  });

  it('run one after another in mode sequential', async () => {
    const { events } = await once('parallel_demo.lua', 'sequential');
    const story = events.filter(({ kind }) => kind === 'step-started' || kind === 'step-succeeded');
    for (let i = 0; i < story.length; i += 2) expect(story[i]!.step).toBe(story[i + 1]!.step);
    expect(durationOf(events)).toBeGreaterThanOrEqual(sumOfSteps(events));
  });
});

describe('the retries', () => {
  it('are told: which attempt failed, and how', async () => {
    const { events } = await once('retries.toml', 'work-stealing');
    const retries = events.filter(({ kind }) => kind === 'step-retrying').map(({ step }) => step!);
    expect(retries.toSorted()).toEqual([
      'backing_off',
      'backing_off',
      'backing_off',
      'flaky',
      'flaky',
      'slow_at_first',
    ]);
  });
});

it('the WASM file is what its source assembles to', async () => {
  const builder = join(EXAMPLES, 'wasm/build.mjs');
  const { assemble } = (await import(builder)) as {
    assemble: (name: string, text: string) => Promise<Uint8Array>;
  };
  const built = await assemble('crc32.wat', readFileSync(join(EXAMPLES, 'wasm/crc32.wat'), 'utf8'));
  expect(readFileSync(join(EXAMPLES, 'wasm/crc32.wasm')).equals(built)).toBe(true);
});

it('`hwfe` alone runs all of them and succeeds', async () => {
  const { status, out } = await inProject('--mode parallel --jobs 4');
  expect(out).toMatch(new RegExp(`\\n${files.length} workflows in .*: ${files.length} succeeded\\n$`));
  for (const file of files) expect(out).toContain(`(workflows/${file}): `);
  expect(status).toBe(0);
}, 120_000);

function durationOf(events: readonly PrintedEvent[]): number {
  return events.at(-1)!.durationMs!;
}

function sumOfSteps(events: readonly PrintedEvent[]): number {
  return events.reduce((sum, event) => sum + (event.kind === 'step-succeeded' ? event.durationMs! : 0), 0);
}
