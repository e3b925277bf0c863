/** How long a command takes to start, beside an empty Node. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, HWFE, node, timeByTurns } from './command.ts';
import { ms, report, times } from './report.ts';

const ROUNDS = 20;

export function run(): void {
  const folder = mkdtempSync(join(tmpdir(), 'hwfe-bench-'));
  const workflow = (name: string, step: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `workflow = { steps = { only = { ${step} } } }\n`);
    return path;
  };
  const lua = workflow('lua.lua', 'language = "lua", code = "return 1"');
  const javascript = workflow('javascript.lua', 'language = "javascript", code = "export default () => 1"');
  const python = workflow('python.lua', 'language = "python", code = "def run(): return 1"');
  const shell = workflow('shell.lua', 'language = "shell", code = ":"');
  const commands: Command[] = [
    node('node -e 0', ['-e', '0']),
    node('hwfe --version', [HWFE, '--version']),
    node('one Lua step', [HWFE, lua]),
    node('one JavaScript step', [HWFE, javascript]),
    node('one shell step', [HWFE, shell]),
    node('one Python step', [HWFE, python]),
  ];
  const took = timeByTurns(commands, ROUNDS);
  rmSync(folder, { recursive: true });
  const base = took.get('node -e 0')!;
  report('startup', [
    {
      title: 'Start-up',
      columns: ['command', 'median', 'beside `node -e 0`', 'bound'],
      rows: [...took].map(([name, value]) => [name, ms(value), times(value / base), BOUNDS[name] ?? '']),
      note: `Medians of ${ROUNDS} rounds by turns. Python's snapshot was in its cache.`,
    },
  ]);
}

const BOUNDS: Record<string, string> = {
  'hwfe --version': '1.6 ×',
  'one Lua step': '3 ×',
  'one JavaScript step': '3 ×',
};
