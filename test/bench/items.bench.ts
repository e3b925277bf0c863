/** What an item of a step costs beside a step, and whether it costs the same among 100,000 as among 1,000. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { report, times } from './report.ts';

const SIZES = [1_000, 10_000, 100_000];
/** Restoring Python takes milliseconds, whatever sends it to its thread. */
const SIZES_OF: Readonly<Record<string, readonly number[]>> = {
  lua: SIZES,
  javascript: SIZES,
  python: [1_000],
};
/** As many steps as items, at most. */
const BESIDE = 10_000;

interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly memoryMb: number;
}

export function run(): void {
  const rows: string[][] = [];
  for (const [language, sizes] of Object.entries(SIZES_OF)) {
    for (const isKept of [false, true]) {
      const all = sizes.map((size) => measure(language, 'items', size, isKept));
      const perItem = all.map((one, i) => one.cpuMs / sizes[i]!);
      const steps = Math.min(BESIDE, sizes.at(-1)!);
      const beside = measure(language, 'steps', steps, isKept).cpuMs / steps;
      const last = all.at(-1)!;
      rows.push([
        `${language}${isKept ? ', with history' : ''}`,
        ...SIZES.map((size) => {
          const at = sizes.indexOf(size);
          return at === -1 ? '' : `${perItem[at]!.toFixed(3)} ms`;
        }),
        times(perItem.at(-1)! / perItem[0]!),
        `${beside.toFixed(3)} ms`,
        `${(last.wallMs / sizes.at(-1)!).toFixed(3)} ms`,
        `${Math.round(last.memoryMb)} MB`,
      ]);
    }
  }
  report('items', [
    {
      title: 'No-op items of one step',
      columns: [
        'items',
        ...SIZES.map((size) => `CPU an item at ${size.toLocaleString('en')}`),
        'last / first',
        `CPU a step at ${BESIDE.toLocaleString('en')}`,
        'wall an item at most',
        'peak memory at most',
      ],
      rows,
      note: 'CPU time of the whole process, less that of an engine with two steps; cap 2, mode work-stealing, `foreach = 1000` and so on beside as many steps. Bounds: flat within 1.5 ×, and no more than a step.',
    },
  ]);
}

function measure(language: string, shape: string, size: number, isKept: boolean): Measured {
  const program = join(import.meta.dirname, 'items-program.js');
  const directory = isKept ? [mkdtempSync(join(tmpdir(), 'hwfe-bench-'))] : [];
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [program, language, shape, String(size), ...directory],
    { encoding: 'utf8' },
  );
  for (const one of directory) rmSync(one, { recursive: true });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
}
