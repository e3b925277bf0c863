// A run in a pipe or a log: whole lines, blocks that nothing interrupts, failures with all that helps.
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/event.ts';
import { createPlainReport, type PlainOptions } from '../../src/terminal/plain.ts';
import { createStyle } from '../../src/terminal/style.ts';
import { planOf, step, workflowOf } from '../support/graph.ts';

type Bare<E> = E extends RunEvent ? Omit<E, 'run' | 'at'> : never;

const TEXT = 'steps = {\n  load = { language = "shell", code = [[\n    curl $URL\n  ]] },\n}\n';
const SPAN = { start: TEXT.indexOf('load'), end: TEXT.indexOf('load') + 4 };
const OUTPUT = new TextEncoder().encode('1');

function report(events: readonly Bare<RunEvent>[], options: Partial<PlainOptions> = {}): string {
  const steps = [
    step('load', [], { language: 'shell', span: SPAN, retry: { retries: 1, delayMs: 1500 } }),
    step('clean', ['load']),
    step('score', ['load']),
  ];
  const plan = planOf(workflowOf(steps, { file: { path: 'demo.lua', text: TEXT } }));
  const lines: string[] = [];
  const plain = createPlainReport(plan, {
    style: createStyle(false),
    width: 80,
    sourceOf: (file) => (file === 'demo.lua' ? TEXT : undefined),
    quiet: false,
    printOutput: false,
    write: (more) => lines.push(...more),
    ...options,
  });
  for (const event of events) plain.onEvent({ ...event, at: 0, run: 'r' } as RunEvent);
  return `\n${lines.join('\n')}\n`;
}

const START: Bare<RunEvent> = {
  kind: 'run-started',
  workflow: 'test',
  file: 'demo.lua',
  mode: 'parallel',
  failureMode: 'no-new',
  cap: 2,
  levels: [['load'], ['clean', 'score']],
};
const starts = (name: string, attempt = 1): Bare<RunEvent> => ({
  kind: 'step-started',
  step: name,
  language: 'lua',
  runtime: 'embedded',
  attempt,
});
const prints = (name: string, ...texts: string[]): Bare<RunEvent> => ({
  kind: 'step-printed',
  step: name,
  lines: texts.map((text) => ({ stream: 'stdout', text })),
});
const succeeds = (name: string, attempt = 1): Bare<RunEvent> => ({
  kind: 'step-succeeded',
  step: name,
  attempt,
  output: OUTPUT,
  durationMs: 1234,
  usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 },
});
const END: Bare<RunEvent> = { kind: 'run-settled', status: 'succeeded', durationMs: 2500 };

const GOOD = [
  START,
  starts('load'),
  prints('load', 'fetched 3 rows'),
  succeeds('load'),
  starts('clean'),
  starts('score'),
  prints('clean', 'clean one'),
  prints('score', 'score one'),
  prints('clean', 'clean \u001B[31mtwo\u001B[0m\u001B[2J'),
  succeeds('clean'),
  prints('score', 'score two'),
  succeeds('score'),
  END,
];
const EXITED = { reason: 'exited', status: 3, lastLines: [] } as const;
const BAD: readonly Bare<RunEvent>[] = [
  START,
  starts('load'),
  { kind: 'step-retrying', step: 'load', attempt: 1, failure: EXITED, delayMs: 1500 },
  starts('load', 2),
  prints('load', ...Array.from({ length: 40 }, (_, index) => `line ${index + 1}`)),
  {
    kind: 'step-failed',
    step: 'load',
    attempt: 2,
    failure: EXITED,
    durationMs: 4000,
    usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 },
  },
  { kind: 'step-skipped', step: 'clean', because: { kind: 'dependency', step: 'load' } },
  { kind: 'step-skipped', step: 'score', because: { kind: 'failure-mode', step: 'load' } },
  { kind: 'run-settled', status: 'failed', durationMs: 4100 },
];

describe('a plain report', () => {
  it('has a line for each step that settles, and an end', () => {
    expect(report(GOOD)).toMatchInlineSnapshot(`
      "
      test (demo.lua): 3 steps in 2 levels, parallel, at most 2 at once
      [1/3] ✓ load (shell) 1.2s
      [2/3] ✓ clean (lua) 1.2s
      [3/3] ✓ score (lua) 1.2s
      ✓ test succeeded in 2.5s: 3 succeeded
      "
    `);
  });

  it('shows what each step printed as one block, with --print-output', () => {
    expect(report(GOOD, { printOutput: true })).toMatchInlineSnapshot(`
      "
      test (demo.lua): 3 steps in 2 levels, parallel, at most 2 at once
      [1/3] ✓ load (shell) 1.2s
        │ fetched 3 rows
      [2/3] ✓ clean (lua) 1.2s
        │ clean one
        │ clean two␛[2J
      [3/3] ✓ score (lua) 1.2s
        │ score one
        │ score two
      ✓ test succeeded in 2.5s: 3 succeeded
      "
    `);
  });

  it('tells how a step failed, where, after which lines, and what to do', () => {
    expect(report(BAD)).toMatchInlineSnapshot(`
      "
      test (demo.lua): 3 steps in 2 levels, parallel, at most 2 at once
      [0/3] ↻ load (shell) attempt 1 of 2 failed (ended with exit status 3); the next starts in 1.5s
      [1/3] ✗ load (shell) 4.0s

      ✗ load ended with exit status 3
         --> demo.lua:2:3
          |
        2 |   load = { language = "shell", code = [[
          |   ^^^^
        last lines of load:
        │ line 26
        │ line 27
        │ line 28
        │ line 29
        │ line 30
        │ line 31
        │ line 32
        │ line 33
        │ line 34
        │ line 35
        │ line 36
        │ line 37
        │ line 38
        │ line 39
        │ line 40
        → Mend the command that failed; \`set -x\` at the top of the code shows each
          one as it runs.

      [2/3] - clean (lua) skipped: it needs "load"
      [3/3] - score (lua) skipped: "load" failed
      ✗ test failed after 4.1s: 1 failed, 2 skipped
      "
    `);
  });

  it('says no more than the failures with --quiet', () => {
    expect(report(GOOD, { quiet: true })).toBe('\n\n');
    expect(report(BAD, { quiet: true })).toMatchInlineSnapshot(`
      "

      ✗ load ended with exit status 3
         --> demo.lua:2:3
          |
        2 |   load = { language = "shell", code = [[
          |   ^^^^
        last lines of load:
        │ line 26
        │ line 27
        │ line 28
        │ line 29
        │ line 30
        │ line 31
        │ line 32
        │ line 33
        │ line 34
        │ line 35
        │ line 36
        │ line 37
        │ line 38
        │ line 39
        │ line 40
        → Mend the command that failed; \`set -x\` at the top of the code shows each
          one as it runs.

      ✗ test failed after 4.1s: 1 failed, 2 skipped
      "
    `);
  });

  it('does not repeat the lines of a block in the failure', () => {
    expect(report(BAD, { printOutput: true }).match(/line 40/g)).toHaveLength(1);
  });

  it('points at the position that an error names', () => {
    const failure = {
      reason: 'threw',
      message: 'Error: bad row\nsecond line',
      trace: '  at run (demo.lua:3)',
      position: { file: 'demo.lua', line: 3, column: 5 },
    } as const;
    const failed: Bare<RunEvent> = {
      kind: 'step-failed',
      step: 'load',
      attempt: 1,
      failure,
      durationMs: 1,
      usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 },
    };
    expect(report([START, starts('load'), failed])).toMatchInlineSnapshot(`
      "
      test (demo.lua): 3 steps in 2 levels, parallel, at most 2 at once
      [1/3] ✗ load (shell) 1ms

      ✗ load failed: Error: bad row
        second line
         --> demo.lua:3:5
          |
        3 |     curl $URL
          |     ^^^^
          at run (demo.lua:3)
        → Mend the code there; every attempt ended like this.

      "
    `);
  });
});
