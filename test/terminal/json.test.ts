// Events as JSON Lines, and the page that describes them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StepFailure } from '../../runners/contract.ts';
import type { RunEvent } from '../../src/model/event.ts';
import { jsonLine } from '../../src/terminal/json.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/events.md'), 'utf8');
const base = { at: 1, run: 'r' };
const failure: StepFailure = { reason: 'exited', status: 1, lastLines: ['x'] };

/** One of each kind, by kind, so that the compiler knows when one is missing. */
const EVENTS: { [K in RunEvent['kind']]: Extract<RunEvent, { kind: K }> } = {
  'run-started': {
    ...base,
    kind: 'run-started',
    inputs: { region: 'eu' },
    workflow: 'w',
    file: 'w.lua',
    mode: 'parallel',
    failureMode: 'kill',
    cap: 2,
    levels: [['a']],
  },
  'run-resumed': {
    ...base,
    kind: 'run-resumed',
    inputs: { region: 'eu' },
    workflow: 'w',
    file: 'w.lua',
    mode: 'parallel',
    failureMode: 'kill',
    cap: 2,
    levels: [['a']],
    kept: ['a'],
  },
  'level-started': { ...base, kind: 'level-started', level: 0, steps: ['a'] },
  'step-started': {
    ...base,
    kind: 'step-started',
    step: 'a',
    language: 'lua',
    action: 'http',
    runtime: 'embedded',
    isolation: 'os',
    secrets: ['T'],
    grants: [{ from: 'step', read: ['data/**'], write: [] }],
    attempt: 1,
  },
  'step-printed': {
    ...base,
    kind: 'step-printed',
    step: 'a',
    item: 3,
    lines: [{ stream: 'stderr', text: 'two\u2028"x"' }],
  },
  'step-warned': { ...base, kind: 'step-warned', step: 'a', item: 3, message: 'NaN' },
  'step-retrying': { ...base, kind: 'step-retrying', step: 'a', item: 3, attempt: 1, failure, delayMs: 5 },
  'step-split': {
    ...base,
    kind: 'step-split',
    step: 'a',
    count: 2,
    items: Buffer.from('["x","y"]'),
    kept: [[0, 0]],
  },
  'step-items': {
    ...base,
    kind: 'step-items',
    step: 'a',
    started: [2],
    succeeded: [1],
    outputs: Buffer.from('[5.0]'),
    failed: [{ index: 3, attempt: 1, failure }],
    cancelled: [4],
  },
  'step-succeeded': {
    ...base,
    kind: 'step-succeeded',
    step: 'a',
    attempt: 1,
    output: new TextEncoder().encode('{"id":9007199254740993,"x":5.0}'),
    durationMs: 1.5,
    usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 },
  },
  'step-failed': {
    ...base,
    kind: 'step-failed',
    step: 'a',
    attempt: 1,
    failure,
    ignored: true,
    fallback: 'b',
    durationMs: 1,
    usage: { wallMs: 1, bytesIn: 0, bytesOut: 0 },
  },
  'step-cancelled': { ...base, kind: 'step-cancelled', step: 'a', attempt: 1, durationMs: 1 },
  'step-skipped': { ...base, kind: 'step-skipped', step: 'a', because: { kind: 'dependency', step: 'b' } },
  'step-looping': { ...base, kind: 'step-looping', step: 'a', item: 3, turn: 1, delayMs: 5 },
  'lock-awaited': {
    ...base,
    kind: 'lock-awaited',
    step: 'a',
    lock: 'deploy',
    holder: { pid: 7, run: 'other', step: 'b', since: 1 },
  },
  'lock-taken': { ...base, kind: 'lock-taken', step: 'a', lock: 'deploy', waitedMs: 5 },
  'cap-changed': { ...base, kind: 'cap-changed', cap: 1, because: 'memory' },
  'step-pending': {
    ...base,
    kind: 'step-pending',
    step: 'a',
    pending: { for: 'person', title: 'Ship it?', assignee: 'alice', form: { type: 'object' }, until: 9 },
    ask: 'x',
  },
  'step-answered': {
    ...base,
    kind: 'step-answered',
    step: 'a',
    answered: { by: 'alice', at: 2, how: 'rejected', reason: 'not yet', letter: 3 },
  },
  'run-parked': { ...base, kind: 'run-parked', waiting: ['a'], durationMs: 5 },
  'memory-changed': {
    ...base,
    kind: 'memory-changed',
    changes: [
      { act: 'set', key: 'n', value: Buffer.from('5.0') },
      { act: 'append', key: 'l', value: Buffer.from('{"a":1}') },
      { act: 'delete', key: 'x' },
    ],
  },
  'run-returned': { ...base, kind: 'run-returned', outputs: Buffer.from('{"total":1}') },
  'run-stopping': { ...base, kind: 'run-stopping', reason: 'timed-out' },
  'run-settled': { ...base, kind: 'run-settled', status: 'failed', durationMs: 9, failure },
};
const REASONS: { [R in StepFailure['reason']]: true } = {
  threw: true,
  'not-runnable': true,
  exited: true,
  killed: true,
  'output-invalid': true,
  'not-granted': true,
  limit: true,
  'runtime-missing': true,
  'timed-out': true,
  cancelled: true,
  'thread-lost': true,
  items: true,
  'steps-failed': true,
  expression: true,
  action: true,
  asserted: true,
  rejected: true,
};

function line(event: RunEvent): string {
  return Buffer.concat(jsonLine(event).map((piece) => Buffer.from(piece))).toString();
}

describe('each event', () => {
  it.each(Object.values(EVENTS))('$kind is one line with all its fields', (event) => {
    const text = line(event);
    expect(text.indexOf('\n')).toBe(text.length - 1);
    const read = JSON.parse(text) as Record<string, unknown>;
    const given: Record<string, unknown> = { ...event };
    for (const one of [read, given]) delete one['changes'];
    for (const [name, value] of Object.entries(given)) {
      if (!(value instanceof Uint8Array)) continue;
      delete given[name];
      delete read[name];
    }
    expect(read).toEqual(given);
  });

  it.each(Object.values(EVENTS))('$kind is documented, field by field', (event) => {
    const section = page.split(/^## /m).find((text) => text.startsWith(`\`${event.kind}\``));
    expect(section).toBeDefined();
    const documented = [...section!.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1]);
    const own = Object.keys(event).filter((field) => !['kind', 'at', 'run'].includes(field));
    expect(new Set(documented)).toEqual(new Set(own));
  });

  it('and no other is documented', () => {
    const headings = [...page.matchAll(/^## `([a-z-]+)`/gm)].map((match) => match[1]);
    expect(headings).toEqual(Object.keys(EVENTS));
  });
});

it('an output is the bytes of its text', () => {
  expect(line(EVENTS['step-succeeded'])).toContain('"output":{"id":9007199254740993,"x":5.0}}\n');
});

it('every reason of a failure is documented', () => {
  const rows = [...page.split('## Failures')[1]!.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]);
  expect(rows).toEqual(Object.keys(REASONS));
});
