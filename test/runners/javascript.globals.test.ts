/** JavaScript steps: the globals beside the language's own, held against Node's where Node has them. */
import { format, inspect } from 'node:util';
import { runInThisContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { load } from '../../runners/javascript/index.ts';
import { embedded } from './contract/embedded.ts';

const run = embedded('javascript', load);
const value = async (expression: string): Promise<unknown> => {
  const { shown } = await run(`async function run() { return (${expression}) }`);
  return typeof shown === 'string' ? (JSON.parse(shown) as unknown) : shown;
};
/** What the expression gives here, in Node. */
const inNode = (expression: string): unknown => JSON.parse(JSON.stringify(runInThisContext(`(${expression})`)));

describe('as in Node', () => {
  test.each([
    'new URL("../b?x=1&y=é#h", "https://user:pw@example.org:8080/a/c").href',
    '(() => { const u = new URL("https://example.org/a b"); u.searchParams.append("q", "ü &"); u.hash = "top"; u.port = "99"; return [u.href, u.search, u.pathname, u.origin, String(u)] })()',
    '(() => { const u = new URL("https://example.org/?a=1&b=2"); u.search = "?c=3"; return [u.searchParams.get("c"), u.searchParams.has("a"), JSON.stringify(u)] })()',
    '(() => { const p = new URLSearchParams("a=1&b=2&a=3"); p.set("a", "9"); p.append("z", "y z"); p.sort(); return [String(p), p.getAll("a"), [...p], [...p.keys()], p.size] })()',
    'String(new URLSearchParams({ q: "ä", r: "1+1" }))',
    'URL.canParse("nonsense")',
    '(() => { try { new URL("nonsense") } catch (e) { return [e.name, e.message] } })()',
    'Array.from(new TextEncoder().encode("é😀\\0"))',
    'new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0xc3, 0xa9, 0, 0xff]))',
    'new TextDecoder("latin1").decode(new Uint8Array([0xe9, 0x80]).buffer)',
    'new TextDecoder("utf-16le").encoding',
    '(() => { try { new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([0xff])) } catch (e) { return e.name } })()',
    '[btoa("hello\\0"), atob("aGVsbG8A")]',
    '(() => { try { btoa("😀") } catch (e) { return e.name } })()',
    '(() => { const a = { d: new Date(5), m: [undefined, null], n: { r: 1 } }; a.n.self = a.n; const c = structuredClone(a); return [c !== a, c.d.getTime(), c.m, c.n.self === c.n] })()',
    '[...structuredClone(new Map([["k", new Set([1, 2])]])).get("k")]',
    '(() => { try { structuredClone({ f() {} }) } catch (e) { return e.name } })()',
    'Array.from(structuredClone(new Uint8Array([1, 2, 3]).subarray(1)))',
    '[[3, 1, 2].toSorted(), [1, 2, 3].findLast((x) => x < 3), Object.groupBy === undefined || true, "a-b".replaceAll("-", "+"), [1, [2]].flat()]',
    'crypto.getRandomValues(new Uint8Array(8)).length',
  ])('%s', async (expression) => {
    expect(await value(expression)).toEqual(inNode(expression));
  });
});

test('crypto gives what differs each time', async () => {
  const uuids = (await value('[crypto.randomUUID(), crypto.randomUUID()]')) as string[];
  expect(uuids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(uuids[0]).not.toBe(uuids[1]);
  expect(await value('Array.from(crypto.getRandomValues(new Uint32Array(4)))')).not.toEqual([0, 0, 0, 0]);
});

describe('console', () => {
  test.each([
    '1, "two", true, null, undefined, 3n, Symbol("s"), -0',
    '{ a: 1, "b c": [1, "x", { d: { e: { f: 1 } } }], f() {}, g: class A {}, h: () => 1 }',
    '[], {}, [undefined, , 1, , ,], [[[[1]]]]',
    'new Map([["k", { v: 1 }]]), new Set([1, "a"]), new Date(0), /x/g',
    '"%s is %d years and %i, %j%%", "Bob", 42.5, 42.9, { a: 1 }, "rest", { b: 2 }',
    '"it\'s", ["it\'s", \'say "hi"\', "a\\nb"]',
    'new Uint8Array(3), Object.create(null), new (class Point { x = 1 })()',
    'Array.from({ length: 120 }, (_, i) => i).length, Object(1), Object("s")',
  ])('shows (%s) as Node does', async (args) => {
    const { lines } = await run(`console.log(${args})`);
    const shown = runInThisContext(`(format) => format(${args})`) as (how: typeof format) => string;
    expect(lines.map(({ text }) => text).join('\n')).toBe(shown(format));
  });

  test('shows what contains itself, and errors with their stack', async () => {
    const { lines } = await run(
      'const a = { n: 1 }; a.self = a; console.log(a); console.error(new TypeError("bad", { cause: "why" }))',
    );
    expect(lines[0]).toEqual({ stream: 'stdout', text: inspect({ n: 1, self: 0 }).replace('0', '[Circular *1]') });
    expect(lines[1]).toEqual({ stream: 'stderr', text: 'TypeError: bad' });
    expect(lines.at(-1)?.text).toContain("[cause]: 'why'");
  });

  test('groups, counts, asserts and keeps the streams apart', async () => {
    const { lines } = await run(
      'console.group("g"); console.info("in"); console.groupEnd(); console.count(); console.count(); console.assert(1 > 2, "sum"); console.warn("w"); console.debug("d")',
    );
    expect(lines).toEqual([
      { stream: 'stdout', text: 'g' },
      { stream: 'stdout', text: '  in' },
      { stream: 'stdout', text: 'default: 1' },
      { stream: 'stdout', text: 'default: 2' },
      { stream: 'stderr', text: 'Assertion failed: sum' },
      { stream: 'stderr', text: 'w' },
      { stream: 'stdout', text: 'd' },
    ]);
  });
});

test('nothing else of a host is there', async () => {
  const names = [
    'fetch',
    'WebAssembly',
    'Buffer',
    'global',
    'module',
    'exports',
    'Deno',
    'Bun',
    'std',
    'os',
    'scriptArgs',
    'print',
    'performance',
  ];
  expect(await value(`[${names.map((name) => `typeof ${name}`).join(', ')}]`)).toEqual(names.map(() => 'undefined'));
  expect(await value('Object.keys(process)')).toEqual(['env']);
});

test('a global may be replaced by the step, and is whole again in the next', async () => {
  expect(
    (
      await run(
        'const URL = 1; var console = 2; globalThis.setTimeout = 3; function run() { return [URL, console, setTimeout] }',
      )
    ).shown,
  ).toBe('[1,2,3]');
  expect(await value('[typeof URL, typeof console.log, typeof setTimeout]')).toEqual([
    'function',
    'function',
    'function',
  ]);
});
