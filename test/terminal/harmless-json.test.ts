// JSON that is printed steers no terminal, and says what it said.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { harmlessBytes, harmlessJson } from '../../src/terminal/harmless-json.ts';
import { jsonLine } from '../../src/terminal/json.ts';
import { visible } from '../../src/terminal/visible.ts';

const STEERING = '\u009B31m\u007F\u202E\u2066\u200F\u2028\uFEFF\u{E0041}\u061C';

test('what would steer a terminal is escaped', () => {
  const text = harmlessJson(JSON.stringify({ a: STEERING, 'b\u202E': 1 }));
  expect(text).toMatch(/^[\u0020-\u007E]*$/);
  expect(JSON.parse(text)).toEqual({ a: STEERING, 'b\u202E': 1 });
});

test('all JSON keeps its values, and nothing is left to be made visible', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
      const harmless = harmlessJson(JSON.stringify(JSON.parse(text)));
      expect(JSON.parse(harmless)).toEqual(JSON.parse(text));
      expect(visible(harmless)).toBe(harmless);
      expect(Buffer.from(harmlessBytes(Buffer.from(harmless))).toString()).toBe(harmless);
    }),
    { seed: 11 },
  );
});

test('bytes without such characters are not copied', () => {
  for (const text of ['{"a":1}', '"é漢😀"']) {
    const bytes = Buffer.from(text);
    expect(harmlessBytes(bytes)).toBe(bytes);
  }
});

test('an event has neither in its fields nor in its output', () => {
  const pieces = jsonLine({
    kind: 'step-succeeded',
    at: 1,
    run: 'r',
    step: `a${STEERING}`,
    attempt: 1,
    output: Buffer.from(JSON.stringify(STEERING)),
    durationMs: 1,
    usage: { wallMs: 1, bytesIn: 0, bytesOut: 1 },
  });
  const line = Buffer.concat(pieces.map((piece) => Buffer.from(piece))).toString();
  expect(line).toMatch(/^[\u0020-\u007E]*\n$/);
  expect(JSON.parse(line)).toMatchObject({ step: `a${STEERING}`, output: STEERING });
});
