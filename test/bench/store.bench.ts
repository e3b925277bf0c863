/** What remembering a run costs a step, from 1,000 steps to 100,000, and what a step costs that is cached. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HWFE } from './command.ts';
import { median, report, type Table } from './report.ts';

const SIZES = [1_000, 10_000, 100_000];
const CACHED = 3_000;

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
    cachedTable(),
  ]);
}

/** Whole commands, so that start and reading the file count. */
function cachedTable(): Table {
  const directory = mkdtempSync(join(tmpdir(), 'hwfe-bench-'));
  const steps = Array.from({ length: CACHED }, (_, i) => {
    const dependency = i < 100 ? '' : `, depends_on = { "s${i - 100}" }`;
    return `  s${i} = { code = "return ${i}"${dependency} },`;
  });
  writeFileSync(
    join(directory, 'w.lua'),
    `workflow = { cache = true, mode = "work-stealing", steps = {\n${steps.join('\n')}\n} }`,
  );
  const cpuOf = (): number => {
    const { stderr, status } = spawnSync('bash', ['-c', `time "${process.execPath}" "${HWFE}" w.lua -q`], {
      cwd: directory,
      encoding: 'utf8',
      env: { ...process.env, TIMEFORMAT: '%U %S' },
    });
    if (status !== 0) throw new Error(stderr);
    return stderr
      .trim()
      .split(' ')
      .reduce((sum, seconds) => sum + Number(seconds) * 1000, 0);
  };
  const first = cpuOf();
  const again = median([cpuOf(), cpuOf(), cpuOf()]);
  rmSync(directory, { recursive: true });
  return {
    title: `${CACHED.toLocaleString('en')} Lua steps with cache = true`,
    columns: ['run', 'CPU of the whole command'],
    rows: [
      ['the first', `${Math.round(first)} ms`],
      ['again, nothing changed', `${Math.round(again)} ms`],
    ],
    note: 'Bound: under a second.',
  };
}

function measure(size: number, directory?: string): Measured {
  const program = join(import.meta.dirname, 'scale-program.js');
  const args = [program, 'lua', 'layers', String(size), ...(directory === undefined ? [] : [directory])];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
}
