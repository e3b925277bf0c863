// Fails the suite when a test left a process or a temporary directory behind.
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

/** Vitest's global set-up; what it returns runs when all tests are done. */
export default function watch(): () => Promise<void> {
  const directories = new Set(ourDirectories());
  const processes = new Set(ourProcesses());
  return async () => {
    for (let tries = 0; tries < 50 && left(directories, processes).length > 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const found = left(directories, processes);
    if (found.length === 0) return;
    // Vitest prints what its tear-down throws, and ends with status 0 all the same.
    process.exitCode = 1;
    throw new Error(`The tests left behind: ${found.join(', ')}`);
  };
}

function left(directories: ReadonlySet<string>, processes: ReadonlySet<string>): string[] {
  return [
    ...ourDirectories().filter((name) => !directories.has(name)),
    ...ourProcesses().filter((name) => !processes.has(name)),
  ];
}

function ourDirectories(): string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('hwfe-'));
}

/** Steps' processes carry their run's name in the environment; a zombie has none. */
function ourProcesses(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => read(`/proc/${pid}/environ`).includes('HWFE_RUN_ID='))
    .map((pid) => `process ${pid} (${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()})`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
