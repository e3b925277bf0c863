/** Times whole commands, by turns, so that a slow moment of the machine hits all of them. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { median, ROOT } from './report.ts';

export const HWFE: string = join(ROOT, 'dist', 'src', 'cli', 'main.cjs');

export interface Command {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export const node = (name: string, args: readonly string[], more: Partial<Command> = {}): Command => ({
  name,
  file: process.execPath,
  args,
  ...more,
});

/** Median wall time of each command in milliseconds; one round more runs before, for caches. */
export function timeByTurns(commands: readonly Command[], rounds: number): Map<string, number> {
  const samples = new Map<string, number[]>(commands.map((command) => [command.name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const command of commands) {
      const took = timeOnce(command);
      if (round > 0) samples.get(command.name)!.push(took);
    }
  }
  return new Map([...samples].map(([name, values]) => [name, median(values)]));
}

export function timeOnce(command: Command): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(command.file, command.args, {
    cwd: command.cwd ?? ROOT,
    env: command.env ?? process.env,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const took = performance.now() - started;
  if (status !== 0) throw new Error(`${command.name} ended with status ${status}: ${stderr}`);
  return took;
}
