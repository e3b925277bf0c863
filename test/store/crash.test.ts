// The engine is killed at every step on its way to the disk; a resumed run loses nothing that was kept.
import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, truncateSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openHistory } from '../../src/store/history.ts';
import { directory } from '../cli/rig.ts';

const PROGRAM = join(import.meta.dirname, 'crash-program.js');
const WORKFLOW = `workflow = { name = "crash", steps = {
  a = { language = "shell", code = "echo a >> ran.txt; echo '{\\"n\\":1}'" },
  big = { language = "lua", depends_on = {"a"}, code = "return ('x'):rep(70000)" },
  b = { language = "shell", depends_on = {"big"}, code = "echo b >> ran.txt; echo '{\\"n\\":2}'" },
} }`;
/** With so many more steps that it writes often, however fast the machine is. */
const LONGER = WORKFLOW.replace(
  /\} \}$/,
  'c = { depends_on = "b", cmd = "sleep 0.05" }, d = { depends_on = "c", cmd = "sleep 0.05" } } }',
);

describe('an engine that is killed', () => {
  it('at any step on the way to the disk can be resumed, and nothing that was kept runs twice', async () => {
    let crashes = 0;
    // What killed engines leave, and their spawners clean up a moment later.
    const temporary = mkdtempSync(join(tmpdir(), 'hwfe-crash-'));
    for (let at = 1; ; at++) {
      const home = directory({ 'crash.lua': LONGER });
      const status = await crash(home.path, temporary, at);
      const kept = succeeded(home.path);
      if (kept !== undefined) {
        const resumed = await home.hwfe('resume', '--json');
        if (!/has succeeded/.test(resumed.err)) expect([at, resumed.status, resumed.err]).toEqual([at, 0, '']);
        for (const step of ['a', 'b']) {
          const times = ran(home.path).filter((name) => name === step).length;
          // One that was under way may have got as far as its first line.
          if (kept.has(step)) expect([at, step, times]).toEqual([at, step, 1]);
          else expect([at, step, times >= 1]).toEqual([at, step, true]);
        }
        expect(succeeded(home.path)).toEqual(new Set(['a', 'big', 'b', 'c', 'd']));
        expect((await home.hwfe('output', 'latest', 'big')).out).toHaveLength(70_003);
      }
      home.remove();
      if (status === 0) break;
      expect(status).toBe('SIGKILL');
      crashes += 1;
    }
    rmSync(temporary, { recursive: true, maxRetries: 20, retryDelay: 100 });
    expect(crashes).toBeGreaterThan(12);
  }, 180_000);

  it('and whose last record was cut off or damaged is resumed from the one before', async () => {
    for (const harm of ['cut', 'damage'] as const) {
      const home = directory({ 'crash.lua': WORKFLOW.replace("echo b >> ran.txt; echo '", "sleep 30; echo '") });
      const run = home.start(['crash.lua']);
      await run.until(/big/);
      // What was kept is in the journal, not yet in the database.
      const journal = join(home.path, '.hwfe/history.db-wal');
      await expect.poll(() => statSync(journal).size).toBeGreaterThan(20_000);
      run.signal('SIGKILL');
      await run.ended;
      const { size } = statSync(journal);
      if (harm === 'cut') truncateSync(journal, size - 1000);
      else {
        const file = openSync(journal, 'r+');
        writeSync(file, Buffer.alloc(500, 0xff), 0, 500, size - 2000);
        closeSync(file);
      }
      expect((await home.hwfe('runs')).out).toContain('! interrupted');
      home.write('crash.lua', WORKFLOW);
      const { status, err } = await home.hwfe('resume', '--force');
      expect([harm, status, err.includes('error')]).toEqual([harm, 0, false]);
      expect(ran(home.path).filter((name) => name === 'b')).toHaveLength(1);
      expect((await home.hwfe('output', 'latest', 'b')).out).toBe('{"n":2}\n');
      home.remove();
    }
  });
});

function crash(cwd: string, temporary: string, at: number): Promise<number | string> {
  const child = spawn(process.execPath, [PROGRAM, join(cwd, '.hwfe'), 'crash.lua', String(at)], {
    cwd,
    env: { ...process.env, TMPDIR: temporary },
    stdio: 'ignore',
  });
  return new Promise((resolve) => child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown')));
}

/** Nothing where no run was kept yet. */
function succeeded(cwd: string): Set<string> | undefined {
  const opened = openHistory(join(cwd, '.hwfe'));
  if (!opened.ok) {
    expect(opened.error).toBe('absent');
    return undefined;
  }
  using history = opened.value;
  const [run] = history.runs();
  if (run === undefined) return undefined;
  return new Set([...history.steps(run).values()].filter(({ output }) => output !== undefined).map(({ step }) => step));
}

function ran(cwd: string): string[] {
  try {
    return readFileSync(join(cwd, 'ran.txt'), 'utf8').trim().split('\n');
  } catch {
    return [];
  }
}
