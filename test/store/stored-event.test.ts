// Events as rows: what is written is read back, and what is no event is not taken for one.
import { deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/event.ts';
import { eventOf, rowOf } from '../../src/store/stored-event.ts';
import type { Row, SqlValue } from '../../src/store/sqlite.ts';

const RUN = '20260101-000000-00000000';
const row = (kind: SqlValue, body: SqlValue, step: SqlValue = 'a', at: SqlValue = 1): Row => ({ at, kind, step, body });

it('gives an event as it was, be it short, long, or with bytes in it', () => {
  const events: RunEvent[] = [
    { kind: 'step-warned', at: 1, run: RUN, step: 'a', message: 'x' },
    { kind: 'step-printed', at: 2, run: RUN, step: 'a', lines: [{ stream: 'stdout', text: 'y'.repeat(9000) }] },
    { kind: 'run-settled', at: 3, run: RUN, status: 'succeeded', durationMs: 5 },
    { kind: 'run-returned', at: 4, run: RUN, outputs: Buffer.from('{"a":1}') },
    {
      kind: 'memory-changed',
      at: 5,
      run: RUN,
      changes: [
        { act: 'set', key: 'k', value: Buffer.from('1') },
        { act: 'delete', key: 'l' },
      ],
    },
  ];
  for (const event of events) {
    const [at, kind, step, body] = rowOf(event, undefined, undefined);
    const read = eventOf({ at, kind, step, body }, RUN);
    expect(plain(read)).toEqual(plain(event));
  }
});

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}

it.each([
  ['of a kind that is not there', row('step-danced', '{}')],
  ['of the kind of something every object has', row('constructor', '{}')],
  ['whose body is no JSON', row('step-warned', '{"message":')],
  ['whose body is no object', row('step-warned', '"message"')],
  ['whose body is a list', row('step-warned', '["message"]')],
  ['whose body cannot be inflated', row('step-warned', Buffer.from('nothing'))],
  ['whose body is missing', row('step-warned', null)],
  ['that names no step', row('step-warned', '{"message":"x"}', null)],
  ['that lacks a field', row('step-warned', deflateRawSync('{"massage":"x"}'))],
  ['with a field of another type', row('run-parked', '{"waiting":"a","durationMs":1}', null)],
  ['with a change that is none', row('memory-changed', '{"changes":[{"act":"set","key":"k"}]}', null, 'soon')],
])('gives nothing for a row %s', (_what, one) => {
  expect(eventOf(one, RUN)).toBeUndefined();
});

it('gives nothing for a change without its value', () => {
  const change = row('memory-changed', '{"changes":[{"act":"set","key":"k"}]}', null);
  expect(eventOf(change, RUN)).toBeUndefined();
});
