/** Whether the cost of a step stays flat from 1,000 steps to 100,000. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { report, times } from './report.ts';

const SIZES = [1_000, 10_000, 100_000];
const SHAPES = ['chain', 'fan', 'layers'];
const LANGUAGES = ['lua', 'javascript'];

interface Measured {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly memoryMb: number;
}

export function run(): void {
  const rows: string[][] = [];
  for (const language of LANGUAGES) {
    for (const shape of SHAPES) {
      const all = SIZES.map((size) => measure(language, shape, size));
      const perStep = all.map((one, i) => one.cpuMs / SIZES[i]!);
      rows.push([
        `${language}, ${shape}`,
        ...perStep.map((value) => `${value.toFixed(3)} ms`),
        times(perStep.at(-1)! / perStep[0]!),
        ...all.slice(-1).map((one) => `${(one.wallMs / SIZES.at(-1)!).toFixed(3)} ms`),
        `${Math.round(all.at(-1)!.memoryMb)} MB`,
      ]);
    }
  }
  report('scale', [
    {
      title: 'No-op steps',
      columns: [
        'steps',
        ...SIZES.map((size) => `CPU a step at ${size.toLocaleString('en')}`),
        'last / first',
        'wall a step at 100,000',
        'peak memory at 100,000',
      ],
      rows,
      note: 'CPU time of the whole process, planning included, less that of an engine with one step; cap 2, mode work-stealing. Bounds: flat within 1.5 ×, under 1 ms of CPU a step, under 400 MB.',
    },
  ]);
}

function measure(language: string, shape: string, size: number): Measured {
  const program = join(import.meta.dirname, 'scale-program.js');
  const { stdout, stderr, status } = spawnSync(process.execPath, [program, language, shape, String(size)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
}
