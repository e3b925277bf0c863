/** What parallel_demo.lua gains from running a level at once, and what the engine adds to its critical path. */
import { spawnSync } from 'node:child_process';
import { HWFE } from './command.ts';
import { median, ms, report, ROOT, times } from './report.ts';

const ROUNDS = 5;

interface Measured {
  readonly durationMs: number;
  /** The longest step of each level, added up. */
  readonly criticalMs: number;
}

export function run(): void {
  const sequential: Measured[] = [];
  const parallel: Measured[] = [];
  measure('parallel');
  for (let round = 0; round < ROUNDS; round++) {
    sequential.push(measure('sequential'));
    parallel.push(measure('parallel'));
  }
  const of = (all: Measured[], pick: (one: Measured) => number): number => median(all.map(pick));
  const ratio = of(sequential, (one) => one.durationMs) / of(parallel, (one) => one.durationMs);
  report('parallel', [
    {
      title: 'parallel_demo.lua',
      columns: ['', 'measured', 'bound'],
      rows: [
        ['sequential', ms(of(sequential, (one) => one.durationMs)), ''],
        ['parallel', ms(of(parallel, (one) => one.durationMs)), ''],
        ['sequential / parallel', times(ratio), 'at least 1.9 ×'],
        ['parallel, over its critical path', ms(of(parallel, (one) => one.durationMs - one.criticalMs)), 'under 60 ms'],
      ],
      note: `Medians of ${ROUNDS} rounds by turns, as the run's events tell: the time of the run, and of the longest step in each of its levels.`,
    },
  ]);
}

function measure(mode: string): Measured {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [HWFE, 'workflows/parallel_demo.lua', '--mode', mode, '--json'],
    { cwd: ROOT, encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  let durationMs = Number.NaN;
  let levels: string[][] = [];
  const steps = new Map<string, number>();
  for (const line of stdout.trim().split('\n')) {
    const event = JSON.parse(line) as { kind: string; levels: string[][]; step: string; durationMs: number };
    if (event.kind === 'run-started') levels = event.levels;
    if (event.kind === 'step-succeeded') steps.set(event.step, event.durationMs);
    if (event.kind === 'run-settled') durationMs = event.durationMs;
  }
  const criticalMs = levels.reduce((sum, level) => sum + Math.max(...level.map((step) => steps.get(step)!)), 0);
  return { durationMs, criticalMs };
}
