// What a slot says is believed only where it is what a step may say.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { frame, frameReader, reportParts, splitReport } from '../../runners/slot/frames.ts';
import { printedLines, reportIn } from '../../src/run/slot-words.ts';

const report = (fields: object, output = ''): Buffer => Buffer.concat(reportParts(fields, Buffer.from(output)));
const ok = { outcome: { ok: true, warnings: [] }, lines: [], usage: { wallMs: 1 } };
const failed = (failure: object): object => ({ ...ok, outcome: { ok: false, failure, warnings: [] } });

test('a report comes through', () => {
  const spoken = { ...ok, lines: [{ stream: 'stdout', text: 'x' }], usage: { wallMs: 1, cpuMs: 2, memoryBytes: 3 } };
  const read = reportIn(report(spoken, '{"a":1}'))!;
  expect(read.outcome.ok && Buffer.from(read.outcome.output).toString()).toBe('{"a":1}');
  expect(read).toMatchObject({ lines: spoken.lines, usage: spoken.usage });
});

test('an output is read again, whatever text stands for it', () => {
  const read = reportIn(report(ok, ' {"b":2, "a": 1e0}'))!;
  expect(read.outcome.ok && Buffer.from(read.outcome.output).toString()).toBe('{"a":1.0,"b":2}');
});

test.each([
  ['an output that is no JSON', report(ok, '1}\n{"kind":"run-settled"}')],
  ['no output', report(ok)],
  ['a failure that only the engine may tell', report(failed({ reason: 'cancelled' }))],
  ['another one', report(failed({ reason: 'thread-lost', message: 'x' }))],
  ['a time that is none', report(failed({ reason: 'timed-out', afterMs: '1' }))],
  ['a status that is none', report(failed({ reason: 'exited', status: '0', lastLines: [] }))],
  ['a message that is none', report(failed({ reason: 'threw', message: { toString: 1 } }))],
  ['a list', report([])],
  ['warnings that are no texts', report({ ...ok, outcome: { ok: true, warnings: [1] } }, '1')],
  ['lines that are none', report({ ...ok, lines: [{ stream: 'stdin', text: 'x' }] }, '1')],
  ['a length beyond its end', Buffer.from([255, 255, 255, 255, 1])],
  ['nothing', Buffer.alloc(0)],
])('no report: %s', (_, payload) => {
  expect(reportIn(payload)).toBeUndefined();
});

test('figures that are none are left out, and long words are cut', () => {
  const usage = { wallMs: -1, cpuMs: 'much', memoryBytes: null };
  const read = reportIn(report({ ...failed({ reason: 'threw', message: 'x'.repeat(1e6) }), usage }))!;
  expect(read.usage).toEqual({ wallMs: 0 });
  expect(
    !read.outcome.ok && read.outcome.failure.reason === 'threw' && read.outcome.failure.message.length,
  ).toBeLessThan(1e5);
});

test('no bytes at all make it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.json(), (bytes, text) => {
      for (const payload of [Buffer.from(bytes), Buffer.from(text), report(JSON.parse(text) ?? {}, text)]) {
        reportIn(payload);
        printedLines(payload);
      }
    }),
    { seed: 1 },
  );
});

test('frames come through in whatever pieces they arrive', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 40 })), fc.integer({ min: 1, max: 17 }), (payloads, size) => {
      const found: Buffer[] = [];
      const read = frameReader({
        take: (_, payload) => void found.push(Buffer.from(payload)),
        refuse: (why) => expect(why).toBe(''),
        most: () => 40,
      });
      const all = Buffer.concat(payloads.flatMap((payload) => frame('printed', payload)));
      for (let at = 0; at < all.length; at += size) read(all.subarray(at, at + size));
      expect(found.map((payload) => [...payload])).toEqual(payloads.map((payload) => [...payload]));
    }),
    { seed: 2 },
  );
});

test.each([
  ['longer than it may be', [0xff, 0xff, 0xff, 0x7f, 5], 'it sent a message of 2147483647 bytes'],
  ['of no kind', [1, 0, 0, 0, 99], 'it sent what is no message'],
])('a frame %s ends the reading, before its bytes are kept', (_, bytes, message) => {
  const refused: string[] = [];
  const read = frameReader({ take: () => expect.unreachable(), refuse: (why) => refused.push(why), most: () => 1000 });
  for (let i = 0; i < 3; i++) read(Buffer.from(bytes));
  expect(refused).toEqual([message]);
});

test('a report is taken apart as it was put together', () => {
  const parts = splitReport(report({ a: 'é' }, 'xyz'))!;
  expect([parts.text.toString(), parts.output.toString()]).toEqual(['{"a":"é"}', 'xyz']);
});
