// The live report on a small terminal: what stays, what is redrawn, and how it leaves the terminal.
import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/event.ts';
import { createLiveReport, type LiveReport } from '../../src/terminal/live.ts';
import { createStyle } from '../../src/terminal/style.ts';
import { graph, planOf } from '../support/graph.ts';
import { terminal, type Terminal } from './terminal.ts';

type Bare<E> = E extends RunEvent ? Omit<E, 'run' | 'at'> : never;

/** The process as the report knows it: something that emits, and takes signals for itself. */
class Signals extends EventEmitter {
  readonly pid = 1;
  readonly sent: (string | number | undefined)[] = [];
  kill(_pid: number, signal?: string | number): true {
    this.sent.push(signal);
    return true;
  }
}

const START: Bare<RunEvent> = {
  kind: 'run-started',
  workflow: 'test',
  file: 'test.lua',
  mode: 'parallel',
  failureMode: 'no-new',
  cap: 2,
  levels: [['load'], ['clean']],
};
const start = (step: string): Bare<RunEvent> => ({
  kind: 'step-started',
  step,
  language: 'lua',
  runtime: 'embedded',
  attempt: 1,
});
const succeed = (step: string): Bare<RunEvent> => ({
  kind: 'step-succeeded',
  step,
  attempt: 1,
  output: new TextEncoder().encode('1'),
  durationMs: 1234,
  usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 },
});
const print = (step: string, text: string): Bare<RunEvent> => ({
  kind: 'step-printed',
  step,
  lines: [{ stream: 'stdout', text }],
});

interface Live extends Terminal {
  readonly type: LiveReport['type'];
  readonly keep: LiveReport['keep'];
  readonly take: (...events: Bare<RunEvent>[]) => void;
  readonly signals: Signals;
}

function live(size = { columns: 60, rows: 20 }, onWrite: () => void = () => undefined): Live {
  const screen = terminal(size.columns);
  const signals = new Signals();
  const report = createLiveReport(planOf(graph('load -> clean')), {
    style: createStyle(false),
    sourceOf: () => undefined,
    size: () => size,
    write: (text) => {
      onWrite();
      screen.write(text);
    },
    process: signals,
  });
  const take = (...events: Bare<RunEvent>[]): void => {
    for (const event of events) report.onEvent({ ...event, at: Date.now(), run: 'r' } as RunEvent);
  };
  return { ...screen, take, signals, type: (typing) => report.type(typing), keep: (lines) => report.keep(lines) };
}

const frameTime = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 200));

describe('a live report', () => {
  it('goes on drawing twice a second after a frame that took long', async () => {
    let frames = 0;
    const { take } = live(undefined, () => {
      frames += 1;
      const until = performance.now() + 200;
      while (frames === 1 && performance.now() < until);
    });
    take(START, start('load'));
    await new Promise((resolve) => setTimeout(resolve, 1200));
    const drawn = frames;
    take(succeed('load'), { kind: 'run-settled', status: 'succeeded', durationMs: 1 });
    expect(drawn).toBeGreaterThan(1);
  });

  it('keeps printed lines above the view, and ends with the view and the verdict', async () => {
    const { take, lines, isCursorShown } = live();
    take(START, start('load'), print('load', 'one \u001B[31mred\u001B[0m \u001B[2J'));
    await frameTime();
    expect(isCursorShown()).toBe(false);
    expect(lines().slice(0, 3)).toEqual(['test 2 steps, parallel, at most 2 at once', 'load │ one red ␛[2J', '']);
    expect(lines()[3]).toMatch(/^1 {2}[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] load {3}lua +\d+ms$/);
    take(succeed('load'), start('clean'), print('clean', 'two'), succeed('clean'));
    take({ kind: 'run-settled', status: 'succeeded', durationMs: 2500 });
    expect(lines()).toEqual([
      'test 2 steps, parallel, at most 2 at once',
      'load │ one red ␛[2J',
      'clean │ two',
      '',
      '1  ✓ load   lua     1.2s',
      '2  ✓ clean  lua     1.2s',
      '',
      '✓ test succeeded in 2.5s: 2 succeeded',
      '',
    ]);
    expect(isCursorShown()).toBe(true);
  });

  it('tells of failures below the view', () => {
    const { take, lines } = live();
    take(START, start('load'), print('load', 'last words'));
    take({
      kind: 'step-failed',
      step: 'load',
      attempt: 1,
      failure: { reason: 'threw', message: 'Boom\nmore' },
      durationMs: 5,
      usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 },
    });
    take({ kind: 'step-skipped', step: 'clean', because: { kind: 'dependency', step: 'load' } });
    take({ kind: 'run-settled', status: 'failed', durationMs: 10 });
    expect(lines()).toEqual([
      'test 2 steps, parallel, at most 2 at once',
      'load │ last words',
      '',
      '1  ✗ load   lua      5ms  Boom',
      '2  - clean  lua           it needs "load"',
      '',
      '✗ load failed: Boom',
      '  more',
      '   --> test.lua:1:1',
      '    |',
      '  1 |',
      '    | ^',
      '  last lines of load:',
      '  │ last words',
      '  → Mend the code there, or give the step `retries` if the',
      '    error may pass by itself.',
      '',
      '✗ test failed after 10ms: 1 failed, 1 skipped',
      '',
    ]);
  });

  it('gives the cursor back when the process is put to sleep or ends, and lets go of its signals', async () => {
    const { take, signals, isCursorShown } = live();
    take(START, start('load'));
    await frameTime();
    signals.emit('SIGTSTP');
    expect(isCursorShown()).toBe(true);
    expect(signals.sent).toEqual(['SIGSTOP']);
    await frameTime();
    expect(isCursorShown()).toBe(false);
    signals.emit('exit');
    expect(isCursorShown()).toBe(true);
    take({ kind: 'run-settled', status: 'cancelled', durationMs: 10 });
    expect(signals.eventNames()).toEqual([]);
    expect(isCursorShown()).toBe(true);
  });

  it('redraws at once when the window changes', () => {
    const size = { columns: 60, rows: 20 };
    const { take, signals, lines } = live(size);
    take(START, start('load'));
    signals.emit('SIGWINCH');
    expect(lines().some((line) => line.includes('━') || line.includes('─'))).toBe(true);
    take({ kind: 'run-settled', status: 'cancelled', durationMs: 10 });
  });

  it('goes on above what is asked and typed, which stays in the end', async () => {
    const { take, lines, type, keep, cursor, isCursorShown } = live({ columns: 60, rows: 20 });
    take(START, start('load'));
    type({ lines: ['? ask: Ship it?'], prompt: '  yes or no: ', text: 'ye', cursor: 1 });
    expect(lines().slice(-4)).toEqual(['', '? ask: Ship it?', '  yes or no: ye', '']);
    expect([isCursorShown(), cursor()]).toEqual([true, { row: lines().length - 2, column: 14 }]);
    take(print('load', 'meanwhile'), succeed('load'));
    await frameTime();
    expect(lines()[1]).toBe('load │ meanwhile');
    expect(lines().join('\n')).toContain('✓ load   lua     1.2s');
    expect(lines().slice(-3)).toEqual(['? ask: Ship it?', '  yes or no: ye', '']);
    keep(['? ask: Ship it?', '  yes or no: yes']);
    type(undefined);
    expect(lines().slice(1, 4)).toEqual(['load │ meanwhile', '? ask: Ship it?', '  yes or no: yes']);
    expect(isCursorShown()).toBe(false);
    take({ kind: 'run-settled', status: 'succeeded', durationMs: 10 });
    expect(lines().at(-2)).toContain('test succeeded');
  });
});
