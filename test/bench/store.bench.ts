/** What remembering a run costs a step, from 1,000 steps to 100,000. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, report } from './report.ts';

const SIZES = [1_000, 10_000, 100_000];

interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
}

export function run(): void {
  const rows = SIZES.map((size) => {
    const rounds = size > 10_000 ? 1 : 3;
    const without: number[] = [];
    const kept: number[] = [];
    let bytes = 0;
    for (let round = 0; round < rounds; round++) {
      without.push(measure(size).cpuMs / size);
      const directory = mkdtempSync(join(tmpdir(), 'hwfe-bench-'));
      kept.push(measure(size, directory).cpuMs / size);
      bytes = statSync(join(directory, 'history.db')).size / size;
      rmSync(directory, { recursive: true });
    }
    const [a, b] = [median(without), median(kept)];
    return [
      size.toLocaleString('en'),
      `${a.toFixed(3)} ms`,
      `${b.toFixed(3)} ms`,
      `${(b - a).toFixed(3)} ms`,
      `${Math.round(bytes)}`,
    ];
  });
  report('store', [
    {
      title: 'No-op Lua steps, remembered and not',
      columns: ['steps', 'CPU a step without', 'with', 'difference', 'bytes of history a step'],
      rows,
      note: 'CPU time of the whole process, in layers of 100 steps, mode work-stealing, cap 2. Bound: remembering costs no more than the engine itself, and the cost is flat.',
    },
  ]);
}

function measure(size: number, directory?: string): Measured {
  const program = join(import.meta.dirname, 'scale-program.js');
  const args = [program, 'lua', 'layers', String(size), ...(directory === undefined ? [] : [directory])];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
}
