// Whatever is wrong with a workflow, the notations say the same of it, and point into it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { diagnosticsOf, pointed, readLua, readToml } from './files.ts';

type Value = string | number | boolean | readonly Value[] | { readonly [name: string]: Value };

/** One with nearly all that a file can say, and nothing wrong. */
const WHOLE: Value = {
  name: 'whole',
  tags: ['a', 'b'],
  mode: 'parallel',
  max_parallel_steps: 'auto',
  failure_mode: 'continue',
  timeout: '1h',
  pools: { api: { size: 2, rate: { limit: '10/s', burst: 2 } }, disk: 1 },
  lock: { name: 'whole', timeout: '5s' },
  env: { REGION: 'eu', DAY: '{{ inputs.day }}' },
  limits: { memory: '1GB', cpu: '5s' },
  secrets: ['TOKEN'],
  memory: { size: '1MB', initial: { count: 1 } },
  permissions: { read: ['data/'], net: 'api.example.com' },
  inputs: { day: { type: 'string', pattern: '.*', default: 'x' }, rows: { type: 'array', default: [1, 2] } },
  outputs: { all: '{{ steps.code.output }}', text: { value: '{{ vars.kept }}', format: 'plain' } },
  on_failure: ['tell'],
  finally: 'clean',
  steps: {
    code: { language: 'javascript', code: 'export default () => 1', retries: 2, retry_if: 'attempt < 2' },
    shell: {
      cmd: 'echo {{ inputs.day }} "{{ steps.code.output }}"',
      depends_on: ['code'],
      env: { A: '{{ steps.code.status }}', B: 1 },
      if: 'steps.code.output > 3 && size(inputs.rows) > 1',
      register: 'kept',
      secrets: 'TOKEN',
      pass_env: ['AWS_*'],
      backoff: { kind: 'exponential', base: '1s', factor: 2, max: '1m', jitter: 0.5 },
      retries: 1,
    },
    each: {
      foreach: 'inputs.rows',
      code: 'return 1',
      inputs: { x: '{{ item }}', y: { deep: ['{{ index }}', 'plain'] } },
      max_concurrent: 2,
      on_failed_item: 'ignore',
      pool: 'api',
      rate: '5/s',
      timeout: 5,
      limits: { wall: '5s', output: 1000 },
    },
    grid: { matrix: { os: ['a', 'b'], rows: 'inputs.rows' }, cmd: 'echo {{ matrix.os }}', cost: 2, priority: 1 },
    choose: { cmd: 'true', switch: 'output.exit_code', case: { '0': 'left', '1': ['right'] }, default: 'left' },
    left: { code: 'return 1', fallback: 'spare' },
    right: { code: 'return 2', run_if: 'all_done', compensate: 'undo', loop: { until: 'index > 2', max: 3, delay: 1 } },
    spare: { code: 'return 3' },
    undo: { code: 'return 4' },
    tell: { code: 'return 5' },
    clean: { code: 'return 6', deadline: '5s', ignore_failure: true, cache: false },
    both: {
      parallel: {
        one: { cmd: 'echo {{ steps.code.output }}' },
        two: { cmd: 'true', depends_on: 'one', if: 'steps.one.status == "succeeded"' },
        more: {
          parallel: { deep: { wait: '5s' }, ask: { title: 'Go {{ inputs.day }}?', timeout: '1h', default: true } },
        },
      },
      callback: { code: 'return 1' },
      failure_mode: 'kill',
    },
    first: { race: { steps: { a: { wait: 1 }, b: { wait_until: '18:30' } }, settle: 'first_done' } },
    hold: { wait_for: { signal: 'go' } },
    asks: { title: 'Yes?', form: { type: 'object', properties: { n: { type: 'integer' } } } },
    fetch: { http: { url: 'https://api.example.com/{{ inputs.day }}', method: 'GET', headers: { a: 'b' } } },
    pick: { transform: { pick: '$.a', from: '{{ steps.fetch.output }}' } },
    sure: { assert: { that: 'steps.pick.output != null', message: 'no {{ inputs.day }}' } },
  },
};

function fieldsIn(value: object): [string, Value][] {
  return Object.entries(value);
}

/** Paths to all that is in it. */
function pathsIn(value: Value, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object') return [path];
  const inner = fieldsIn(value).flatMap(([name, one]) => pathsIn(one, [...path, name]));
  return path.length === 0 ? inner : [path, ...inner];
}

type Change = (name: string, value: Value) => readonly [string, Value] | undefined;

/** `undefined` leaves it out. */
function changed(value: Value, [name, ...rest]: readonly string[], change: Change): Value {
  if (name === undefined || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const items = value as readonly Value[];
    return items.flatMap((item, i) =>
      String(i) !== name
        ? [item]
        : rest.length > 0
          ? [changed(item, rest, change)]
          : (change(name, item)?.slice(1) ?? []),
    );
  }
  return Object.fromEntries(
    fieldsIn(value).flatMap(([key, one]) => {
      if (key !== name) return [[key, one]];
      const next = rest.length > 0 ? ([key, changed(one, rest, change)] as const) : change(key, one);
      return next === undefined ? [] : [next];
    }),
  );
}

const text = fc.constantFrom(
  'x',
  '',
  'day',
  'code',
  'biuld',
  '{{ inputs.dya }}',
  '{{ steps.cod.output }}',
  '{{ item.x }}',
  '{{ 1 + }}',
  '{{ x',
  '${{ inputs.day }}',
  'steps.each.output ==',
  '5 s',
  '-1',
  '10/x',
  '[1, 2',
  'a'.repeat(70),
  'é🎉',
  'inputs',
  'steps.both.output.x > 1',
  'output.a',
  'first_succes',
);
const anything = fc.oneof(
  text,
  fc.constantFrom<Value>(0, -1, 1.5, 10_000_000, true, false),
  fc.constantFrom<Value>(['x'], ['code', 5], { x: 1 }, { code: 'x' }, { from: 1, to: 2 }, { that: '1 ==' }, { url: 5 }),
);
const change: fc.Arbitrary<Change> = fc.oneof(
  anything.map(
    (next): Change =>
      (name) => [name, next],
  ),
  fc.constantFrom('x', 'depend_on', 'Cmd', 'step', 'bad name').map(
    (other): Change =>
      (_, value) => [other, value],
  ),
  fc.constant<Change>((name, value) => [name.length > 1 ? `${name[1]}${name[0]}${name.slice(2)}` : `${name}x`, value]),
  fc.constant<Change>(() => undefined),
);
const PATHS = pathsIn(WHOLE);
const broken = fc
  .array(fc.tuple(fc.constantFrom(...PATHS), change), { minLength: 1, maxLength: 6 })
  .map((changes) => changes.reduce<Value>((value, [path, one]) => changed(value, path, one), WHOLE));

function lua(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `{ ${(value as readonly Value[]).map(lua).join(', ')} }`;
  return `{ ${fieldsIn(value)
    .map(([name, one]) => `[${JSON.stringify(name)}] = ${lua(one)}`)
    .join(', ')} }`;
}

function toml(value: Value): string {
  if (typeof value !== 'object') return typeof value === 'string' ? JSON.stringify(value) : String(value);
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(toml).join(', ')}]`;
  return `{ ${fieldsIn(value)
    .map(([name, one]) => `${JSON.stringify(name)} = ${toml(one)}`)
    .join(', ')} }`;
}

function fieldsOf(value: Value): string {
  if (typeof value !== 'object') return '';
  return fieldsIn(value)
    .map(([name, one]) => `${JSON.stringify(name)} = ${toml(one)}\n`)
    .join('');
}

function told(found: readonly Diagnostic[]): string[] {
  for (const one of found) {
    expect(one.message).not.toMatch(/undefined|\[object|Internal error/);
    // A file that lacks something as a whole is pointed at where it begins.
    if (one.span !== undefined && one.code !== 'empty-steps') expect(pointed(one), one.message).not.toBe('');
  }
  return found.map(({ code, message }) => `${code}: ${message}`).toSorted();
}

/** With what each points at, but for what the notations write around it. */
function placed(found: readonly Diagnostic[]): string[] {
  const told = found.filter(({ code }) => code !== 'empty-steps');
  return told.map((one) => `${one.message} @ ${pointed(one).replaceAll(/[\s"{}[\]=,]/g, '')}`).toSorted();
}

test('what is whole has nothing wrong', async () => {
  expect(diagnosticsOf(await readToml(fieldsOf(WHOLE))).map(({ message }) => message)).toEqual([]);
});

test('what is broken is told alike in Lua, in TOML and of an object', async () => {
  await fc.assert(
    fc.asyncProperty(broken, fc.nat(3), async (workflow, one) => {
      const inToml = diagnosticsOf(await readToml(fieldsOf(workflow)));
      const inLua = diagnosticsOf(await readLua(`workflow = ${lua(workflow)}`));
      expect(told(inLua)).toEqual(told(inToml));
      expect(placed(inLua)).toEqual(placed(inToml));
      if (one === 0) {
        // One that computes is read by an interpreter, which takes longer.
        const computed = `local all = ${lua(workflow)}\nworkflow = (function() return all end)()`;
        expect(told(diagnosticsOf(await readLua(computed)))).toEqual(told(inToml));
      }
      const ofObject = diagnosticsOf(
        workflowFromObject(workflow as object, { cwd: '/nowhere', modulesDir: 'wasm_modules' }),
      );
      expect(told(ofObject)).toEqual(told(inToml));
    }),
    { numRuns: 120 },
  );
}, 60_000);
