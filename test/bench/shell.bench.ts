/** 1,000 no-op shell steps, two at a time, beside other ways to run 1,000 commands. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, HWFE, node, timeByTurns } from './command.ts';
import { ms, report, ROOT, times } from './report.ts';

const COUNT = 1000;
const ROUNDS = 5;

export function run(): void {
  const folder = mkdtempSync(join(tmpdir(), 'hwfe-bench-'));
  const names = Array.from({ length: COUNT }, (_, i) => `s${i}`);
  const steps = names.map((name) => `    ${name} = { language = "shell", code = ":" },\n`);
  writeFileSync(
    join(folder, 'steps.lua'),
    `workflow = {\n  mode = "parallel",\n  max_parallel_steps = 2,\n  steps = {\n${steps.join('')}  },\n}\n`,
  );
  writeFileSync(
    join(folder, 'Makefile'),
    `SHELL := bash\nall: ${names.join(' ')}\n.PHONY: all ${names.join(' ')}\n${names.join(' ')}:\n\t@: $@; true\n`,
  );
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'bench',
      scripts: { all: 'wireit', ...Object.fromEntries(names.map((name) => [name, 'wireit'])) },
      wireit: {
        all: { dependencies: names },
        ...Object.fromEntries(names.map((name) => [name, { command: ':' }])),
      },
    }),
  );
  const commands: Command[] = [
    node('hwfe', [HWFE, 'steps.lua', '--quiet'], { cwd: folder }),
    {
      name: 'xargs -P2 bash -c',
      file: 'bash',
      args: ['-c', `seq ${COUNT} | xargs -P2 -I{} bash -c : {}`],
      cwd: folder,
    },
    { name: 'make -j2', file: 'make', args: ['-j2', 'all'], cwd: folder },
    {
      name: 'npm run, through wireit',
      file: 'npm',
      args: ['run', '--silent', 'all'],
      cwd: folder,
      env: {
        ...process.env,
        WIREIT_PARALLEL: '2',
        WIREIT_LOGGER: 'quiet',
        PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH']}`,
      },
    },
  ];
  const took = timeByTurns(commands, ROUNDS);
  rmSync(folder, { recursive: true });
  const base = took.get('xargs -P2 bash -c')!;
  report('shell', [
    {
      title: `${COUNT} no-op shell steps, two at a time`,
      columns: ['command', 'median', 'beside xargs', 'bound'],
      rows: [...took].map(([name, value]) => [name, ms(value), times(value / base), name === 'hwfe' ? '3 ×' : '']),
      note: `Medians of ${ROUNDS} rounds by turns, each with its own start.`,
    },
  ]);
}
