/** What a Python step costs: the first one of a process, and one on a warm thread with a fresh state. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, defaultConfig, type StepDefinition } from 'hwfe';
import { node, timeByTurns } from './command.ts';
import { median, ms, report, times } from './report.ts';

const STEPS = 50;
const STEP: StepDefinition = { language: 'python', code: 'def run(): return 1' };

export async function run(): Promise<void> {
  const cache = mkdtempSync(join(tmpdir(), 'hwfe-bench-'));
  const config = { ...defaultConfig(), cache: { ...defaultConfig().cache, directory: cache } };
  const first = await firstStep(config);
  // Whatever the first run left for later ones is there now.
  await firstStep(config);
  const cached = median([await firstStep(config), await firstStep(config), await firstStep(config)]);
  const warm = await warmStep(config);
  rmSync(cache, { recursive: true });
  const plain = node('loadPyodide', [
    '-e',
    'import("pyodide").then(({ loadPyodide }) => loadPyodide()).then((p) => p.runPython("1"))',
  ]);
  const host = { name: 'python3 -c 1', file: 'python3', args: ['-c', '1'] };
  const empty = node('node -e 0', ['-e', '0']);
  const others = timeByTurns([plain, host, empty], 3);
  const loadPyodide = others.get('loadPyodide')! - others.get('node -e 0')!;
  report('python', [
    {
      title: 'The first Python step of a process',
      columns: ['', 'median', 'beside a plain `loadPyodide`'],
      rows: [
        ['plain `loadPyodide`, one expression', ms(loadPyodide), times(1)],
        ['first step ever on a machine', ms(first), times(first / loadPyodide)],
        ['first step of a process, cache filled', ms(cached), times(cached / loadPyodide)],
      ],
      note: 'From the start of the run to its end; the time Node itself takes to start is left out.',
    },
    {
      title: 'A Python step on a warm thread, with a fresh state',
      columns: ['', 'median', 'bound'],
      rows: [
        ['hwfe, whole step as the run sees it', ms(warm), 'under 15 ms'],
        ['a new `python3 -c 1`', ms(others.get('python3 -c 1')!), ''],
        ['a new interpreter, `loadPyodide`', ms(loadPyodide), ''],
      ],
      note: `Median of ${STEPS} steps in one run.`,
    },
  ]);
}

async function firstStep(config: ReturnType<typeof defaultConfig>): Promise<number> {
  const engine = createEngine({ config });
  const plan = await engine.define({ steps: { only: STEP } });
  if (!plan.ok) throw new Error(plan.error[0]?.message);
  const started = performance.now();
  const record = await engine.start(plan.value).finished;
  const took = performance.now() - started;
  if (record.status !== 'succeeded') throw new Error(JSON.stringify(record.steps.get('only')?.failure));
  await engine[Symbol.asyncDispose]();
  return took;
}

async function warmStep(config: ReturnType<typeof defaultConfig>): Promise<number> {
  const engine = createEngine({ config });
  const steps = Object.fromEntries(Array.from({ length: STEPS + 1 }, (_, i) => [`s${i}`, STEP]));
  const plan = await engine.define({ mode: 'sequential', steps });
  if (!plan.ok) throw new Error(plan.error[0]?.message);
  const record = await engine.start(plan.value).finished;
  await engine[Symbol.asyncDispose]();
  const [, ...rest] = [...record.steps.values()];
  return median(rest.map((step) => step.durationMs ?? Number.NaN));
}
