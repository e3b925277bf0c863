// The value encoding: one text for one value, whatever wrote it.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalise, compareKeys, decode, encode, inputsText, own } from '../../runners/value.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function canonical(text: string): string {
  const result = canonicalise(bytes(text));
  return result.ok ? Buffer.from(result.value).toString() : result.message;
}

function encoded(value: unknown): string {
  const result = encode(value);
  return result.ok ? Buffer.from(result.value).toString() : result.message;
}

describe('canonicalise', () => {
  it.each([
    ['{ "b": 1, "a": 5.0 }', '{"a":5.0,"b":1}'],
    [
      '[1.0, 1e21, 0.1e1, -0.0, -0, 1E-7, 12345678901234567890.0]',
      '[1.0,1e+21,1.0,-0.0,0,1e-7,12345678901234567000.0]',
    ],
    ['9007199254740993', '9007199254740993'],
    ['"\\u2028\\ud83d\\ude00\\u0000\\/\\u007f"', '"\u2028😀\\u0000/\u007f"'],
    ['{"a":1,"a":2}', '{"a":2}'],
    ['{"__proto__":{"x":1},"constructor":2}', '{"__proto__":{"x":1},"constructor":2}'],
    ['{"a\\n":1,"a":2,"a!":3}', '{"a":2,"a\\n":1,"a!":3}'],
    ['{"😀":1,"\ufb00":2}', '{"\ufb00":2,"😀":1}'],
  ])('writes %s as %s', (text, expected) => {
    expect(canonical(text)).toBe(expected);
  });

  it('turns a number no double can hold into null and says where', () => {
    const result = canonicalise(bytes('{"a":[1e999]}'));
    expect(result.ok && Buffer.from(result.value).toString()).toBe('{"a":[null]}');
    expect(result.ok && result.warnings).toEqual([
      'output.a[0] is not a finite number, which JSON has no form for; it became null',
    ]);
  });

  it.each([
    ['[1,2', 'it is not JSON: the text ends too early at character 5'],
    ['{"a" 1}', 'it is not JSON: unexpected "1" at character 6'],
    ['[01]', 'it is not JSON: unexpected "1" at character 3'],
    ['"\\ud800"', 'it is not JSON: a string has half a surrogate pair, which is no valid Unicode at character 1'],
    ['"a\nb"', 'it is not JSON: a control character in a string has to be escaped at character 3'],
    ['', 'it is not JSON: the text ends too early at character 1'],
  ])('refuses %j', (text, message) => {
    expect(canonical(text)).toBe(message);
  });

  it('refuses bytes that are not UTF-8', () => {
    expect(canonicalise(new Uint8Array([0x22, 0xff, 0x22]))).toEqual({ ok: false, message: 'it is not valid UTF-8' });
  });

  it('refuses a value nested deeper than its limit, canonical or not', () => {
    const deep = (n: number): string => '['.repeat(n) + ']'.repeat(n);
    expect(canonical(deep(512))).toBe(deep(512));
    expect(canonical(deep(600))).toContain('nested deeper than 512 levels');
    expect(canonical(` ${deep(100_000)}`)).toContain('nested deeper than 512 levels');
  });

  it('leaves canonical text as it is, and what it writes is canonical', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const once = canonicalise(bytes(text));
        if (!once.ok) throw new Error(once.message);
        const twice = canonicalise(once.value);
        expect(twice.ok && twice.value).toEqual(once.value);
      }),
    );
  });

  it('gives the same text for the same value, however it is spaced and ordered', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(canonical(JSON.stringify(value, null, 2))).toBe(canonical(JSON.stringify(shuffled(value))));
      }),
    );
  });
});

describe('encode', () => {
  it.each([
    [undefined, 'null'],
    [-0, '0'],
    [2 ** 53, '9007199254740992.0'],
    [9007199254740993n, '9007199254740993'],
    [
      new Map([
        ['b', 1],
        ['a', 2],
      ]),
      '{"a":2,"b":1}',
    ],
    [{ a: undefined, b: [undefined] }, '{"b":[null]}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
  ])('writes %s as %s', (value, expected) => {
    expect(encoded(value)).toBe(expected);
  });

  it.each([
    [{ items: [1, { tags: () => 1 }] }, 'output.items[1].tags is a function, which JSON has no form for'],
    [{ 'odd key': new Set() }, 'output["odd key"] is a Set, which JSON has no form for'],
    ['\ud800', 'output is a string with half a surrogate pair, which is no valid Unicode'],
  ])('refuses %s with the path to it', (value, message) => {
    expect(encoded(value)).toBe(message);
  });

  it('refuses a value that contains itself', () => {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    expect(encoded(loop)).toBe('output.self contains itself, which JSON has no form for');
  });

  it('agrees with decode on every value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const once = encode(value);
        if (!once.ok) throw new Error(once.message);
        const again = encode(decode(once.value));
        expect(again.ok && again.value).toEqual(once.value);
      }),
    );
  });
});

it('orders keys as their UTF-8 bytes are ordered', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
  );
});

it('puts all inputs into one object, in the order of their names', () => {
  const inputs = new Map([
    ['b', bytes('[1]')],
    ['a', bytes('"x"')],
  ]);
  expect(Buffer.from(inputsText(inputs)).toString()).toBe('{"a":"x","b":[1]}');
  expect(Buffer.from(inputsText(new Map())).toString()).toBe('{}');
});

it('keeps a value out of pooled memory, and shares a large one between threads', () => {
  expect(own(Buffer.from('abc')).buffer.byteLength).toBe(3);
  expect(own(new Uint8Array(1 << 16)).buffer).toBeInstanceOf(SharedArrayBuffer);
});

function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, shuffled(item)]),
  );
}
