// What the store keeps of a run is what happened in it.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine.ts';
import type { RunEvent } from '../../src/model/event.ts';
import { type History, openHistory } from '../../src/store/history.ts';
import { openStore } from '../../src/store/open.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { type Behaviour, FakePool, succeeded } from '../support/fake-pool.ts';
import { graph, planOf } from '../support/graph.ts';

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'hwfe-store-')), '.hwfe');
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true, force: true }));

interface Remembered {
  readonly id: string;
  readonly events: RunEvent[];
  readonly troubles: string[];
}

async function remember(behaviours: Record<string, Behaviour | Behaviour[]>, ...lines: string[]): Promise<Remembered> {
  const events: RunEvent[] = [];
  const troubles: string[] = [];
  const store = openStore({ directory, onTrouble: (sentence) => troubles.push(sentence) });
  const engine = createEngine({ pool: new FakePool(behaviours), store });
  const run = engine.start(planOf(graph(...lines)), {
    mode: 'work-stealing',
    maxParallelSteps: 4,
    listener: { onEvent: (event) => events.push(event) },
  });
  await run.finished;
  await engine[Symbol.asyncDispose]();
  return { id: run.id, events, troubles };
}

function history(): History {
  const opened = openHistory(directory);
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

describe('a run that was remembered', () => {
  it('reads back event by event, outputs by their hash', async () => {
    const { id, events } = await remember({ b: ['fail'] }, 'a -> b -> c', 'a -> d');
    using past = history();
    const run = past.find(id);
    if (!run.ok) throw new Error(run.error);
    const read = past.events(run.value).map(({ event }) => {
      if (event.kind === 'run-started') {
        const { by, ...rest } = event;
        expect(by.pid).toBe(process.pid);
        return rest;
      }
      return event.kind === 'step-succeeded' ? { ...event, output: past.value(event.output) } : event;
    });
    expect(read).toEqual(events);
    expect(run.value).toMatchObject({
      status: 'failed',
      steps: 4,
      counts: { succeeded: 2, failed: 1, cancelled: 0, skipped: 1 },
    });
  });

  it('is folded to the record that the run had', async () => {
    const { id } = await remember({}, 'a -> b');
    using past = history();
    const run = past.find(id);
    const record = run.ok ? past.record(run.value) : undefined;
    expect([...record!.steps.values()].map(({ name, status }) => [name, status])).toEqual([
      ['a', 'succeeded'],
      ['b', 'succeeded'],
    ]);
  });

  it('keeps any output as it was, small or large, equal ones once', async () => {
    for (const size of [0, 1, 511, 512, 5000, 70_000]) {
      const value = `é${'x'.repeat(size)}`;
      const { id } = await remember({ a: () => succeeded(value), b: () => succeeded(value) }, 'a', 'b');
      using past = history();
      const run = past.find(id);
      if (!run.ok) throw new Error(run.error);
      const [a, b] = ['a', 'b'].map((step) => past.step(run.value, step)!.output!);
      expect(a).toEqual(b);
      expect(JSON.parse(Buffer.from(past.value(a!)!).toString())).toBe(value);
    }
    expect(existsSync(join(directory, 'values'))).toBe(true);
  });

  it('may be named by the beginning of its id, of its last part, or as the latest', async () => {
    const first = await remember({}, 'a');
    const second = await remember({}, 'a');
    using past = history();
    const found = (name: string): string | undefined => {
      const run = past.find(name);
      return run.ok ? run.value.id : undefined;
    };
    expect(found('latest')).toBe(second.id);
    expect(found('latest~1')).toBe(first.id);
    expect(past.find('latest~2')).toMatchObject({
      ok: false,
      error: 'Only 2 runs are remembered; there is no "latest~2"',
    });
    expect(found(first.id)).toBe(first.id);
    expect(found(first.id.split('-')[2]!.slice(0, 7))).toBe(first.id);
    expect(found('')).toBeUndefined();
    expect(found('%')).toBeUndefined();
    expect(past.find('2')).toMatchObject({ ok: false, error: expect.stringContaining('Several runs begin with "2"') });
    expect(past.runs().map(({ id }) => id)).toEqual([second.id, first.id]);
    expect(first.id < second.id).toBe(true);
  });

  it('lies where only its owner may look', async () => {
    await remember({ a: () => succeeded('x'.repeat(100_000)) }, 'a');
    const all = readdirSync(directory, { recursive: true, withFileTypes: true });
    for (const entry of all) {
      const mode = statSync(join(entry.parentPath, entry.name)).mode & 0o777;
      expect([entry.name, mode]).toEqual([entry.name, entry.isDirectory() ? 0o700 : 0o600]);
    }
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(directory, '.gitignore'), 'utf8')).toBe('*\n');
  });
});

describe('a damaged output', () => {
  it('is noticed by its hash, and written anew when a step gives the same again', async () => {
    const large = { a: (): ReturnType<typeof succeeded> => succeeded('x'.repeat(100_000)) };
    const { id } = await remember(large, 'a');
    const file = readdirSync(join(directory, 'values'), { recursive: true, withFileTypes: true }).find((entry) =>
      entry.isFile(),
    )!;
    writeFileSync(join(file.parentPath, file.name), 'rubbish');
    const read = (): Uint8Array | undefined => {
      using past = history();
      const run = past.find(id);
      return run.ok ? past.value(past.step(run.value, 'a')!.output!) : undefined;
    };
    expect(read()).toBeUndefined();
    await remember(large, 'a');
    expect(read()).toHaveLength(100_002);
  });
});

describe('a history that cannot be used', () => {
  const damage = async (how: (file: string) => void): Promise<Remembered> => {
    await remember({}, 'a');
    how(join(directory, 'history.db'));
    return remember({}, 'a');
  };

  it.each([
    // A connection that this process has closed may write its last page only when its statements are collected.
    ['cut to nothing', (file: string) => truncateSync(file, 0), 'is damaged'],
    ['overwritten', (file: string) => writeFileSync(file, 'x'.repeat(5000)), 'is damaged'],
  ])('for it was %s is told once, and the run goes on', async (_, how, sentence) => {
    const { troubles, events } = await damage(how);
    expect(troubles).toEqual([expect.stringContaining(sentence)]);
    expect(events.at(-1)).toMatchObject({ kind: 'run-settled', status: 'succeeded' });
  });

  it('for a newer hwfe wrote it is left untouched', async () => {
    const { troubles } = await damage((file) => {
      const sqlite = openSqlite(file);
      sqlite.exec('PRAGMA user_version = 99');
      sqlite.close();
    });
    expect(troubles).toEqual([expect.stringContaining('written by a newer hwfe (its version is 99')]);
    expect(openHistory(directory)).toMatchObject({ ok: false, error: expect.stringContaining('newer') });
  });

  it('for an older hwfe wrote it is brought up to date', async () => {
    const { troubles } = await damage((file) => {
      const sqlite = openSqlite(file);
      sqlite.exec(
        'DROP TABLE inbox; DROP TABLE items; ALTER TABLE cache DROP COLUMN said; ALTER TABLE runs DROP COLUMN tags; ALTER TABLE cache DROP COLUMN files; PRAGMA user_version = 1',
      );
      sqlite.close();
    });
    expect(troubles).toEqual([]);
    using past = history();
    expect(past.runs()).toHaveLength(2);
  });

  it('for its place is a file is told once', async () => {
    writeFileSync(directory, '');
    const { troubles, events } = await remember({}, 'a');
    expect(troubles).toEqual([expect.stringContaining('cannot be written')]);
    expect(events.at(-1)).toMatchObject({ status: 'succeeded' });
  });
});

describe('a clock that is set back', () => {
  it('in the midst of a run changes no order, neither of events nor of runs', async () => {
    const now = Date.now;
    const back = (): ReturnType<typeof succeeded> => {
      Date.now = () => now() - 3_600_000;
      return succeeded(1);
    };
    try {
      const first = await remember({ b: back }, 'a -> b -> c');
      const second = await remember({}, 'a');
      using past = history();
      expect(past.runs().map(({ id }) => id)).toEqual([second.id, first.id]);
      const run = past.find(first.id);
      if (!run.ok) throw new Error(run.error);
      const kinds = past.events(run.value).map(({ event }) => `${event.kind} ${'step' in event ? event.step : ''}`);
      expect(kinds).toEqual(first.events.map((event) => `${event.kind} ${'step' in event ? event.step : ''}`));
      expect(past.record(run.value).status).toBe('succeeded');
      expect(past.record(run.value).durationMs).toBeGreaterThanOrEqual(0);
    } finally {
      Date.now = now;
    }
  });
});

describe('two runs at once', () => {
  it('are both kept whole', async () => {
    const store = openStore({ directory });
    const engines = [1, 2].map(() => createEngine({ pool: new FakePool({}), store: openStore({ directory }) }));
    const lines = Array.from({ length: 50 }, (_, i) => `s${i} -> s${i + 1}`);
    const runs = engines.map((engine) => engine.start(planOf(graph(...lines))));
    await Promise.all(runs.map(({ finished }) => finished));
    await Promise.all([...engines, store].map((one) => one[Symbol.asyncDispose]()));
    using past = history();
    expect(past.runs().map(({ counts }) => counts.succeeded)).toEqual([51, 51]);
  });
});
