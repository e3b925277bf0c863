// Fails the suite when a test left a process or a temporary directory behind.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Vitest's global set-up; what it returns runs when all tests are done. */
export default function watch(): () => Promise<void> {
  const outer = tmpdir();
  // A directory of the suite's own tells its remains from those of another suite on the machine.
  const own = mkdtempSync(join(outer, 'hwfe-suite-'));
  process.env['TMPDIR'] = own;
  return async () => {
    process.env['TMPDIR'] = outer;
    for (let tries = 0; tries < 50 && left(own).length > 0; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const found = left(own);
    rmSync(own, { recursive: true, force: true });
    if (found.length === 0) return;
    // Vitest prints what its tear-down throws, and ends with status 0 all the same.
    process.exitCode = 1;
    throw new Error(`The tests left behind: ${found.join(', ')}`);
  };
}

function left(own: string): string[] {
  return [...readdirSync(own).filter((name) => name.startsWith('hwfe-')), ...processesIn(own)];
}

/** Steps' processes carry their run's name and the suite's directory in the environment; a zombie has neither. */
function processesIn(own: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const environment = read(`/proc/${pid}/environ`);
      return environment.includes('HWFE_RUN_ID=') && environment.includes(own);
    })
    .map((pid) => `process ${pid} (${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()})`);
}

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}
