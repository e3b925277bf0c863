/** Whatever a file holds, reading it ends with a workflow or with diagnostics that point into it. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EXPRESSION_CODES } from '../../src/expressions/codes.ts';
import type { Result } from '../../src/model/result.ts';
import { PARSE_CODES } from '../../src/parse/codes.ts';
import type { ParsedWorkflow, ParseFailure } from '../../src/parse/index.ts';
import { PLAN_CODES } from '../../src/plan/codes.ts';
import { diagnosticsOf, readLua, readToml } from './files.ts';
import { SAMPLES } from './samples.ts';

const CODES: readonly string[] = [...PARSE_CODES, ...EXPRESSION_CODES, ...PLAN_CODES];
const LUA =
  'workflow = {\n  name = "é🎉", -- x\n  steps = { a = { code = [==[\nx]==], env = { A = 1.5 } }, ["b"] = { cmd = "y" .. "z" } },\n}\n';

/** A text with one piece of it replaced. */
function broken(text: string): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 3 }),
    fc.constantFrom(...Array.from('{}[]"\'=,.\\\n\r\0#-')),
  );
  return fc
    .tuple(fc.nat(text.length), fc.nat(6), piece)
    .map(([at, length, inserted]) => text.slice(0, at) + inserted + text.slice(at + length));
}

async function check(
  text: string,
  read: (text: string) => Promise<Result<ParsedWorkflow, ParseFailure>>,
): Promise<void> {
  for (const { code, span, file, message, related } of diagnosticsOf(await read(text))) {
    expect(CODES).toContain(code);
    expect(message).not.toMatch(/undefined|\[object|Internal error/);
    for (const each of [span, ...(related ?? []).map((other) => other.span)]) {
      if (each === undefined) continue;
      expect(each.start).toBeLessThanOrEqual(each.end);
      expect(each.start).toBeGreaterThanOrEqual(0);
      expect(each.end).toBeLessThanOrEqual(file!.text.length);
    }
  }
}

test('any text as TOML', async () => {
  const samples = Object.values(SAMPLES).flatMap(({ toml }) => toml ?? []);
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...samples).chain(broken));
  await fc.assert(
    fc.asyncProperty(text, (toml) => check(toml, readToml)),
    { numRuns: 1000 },
  );
});

test('any text as Lua', async () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), broken(LUA), broken(LUA).chain(broken));
  await fc.assert(
    fc.asyncProperty(text, (lua) => check(lua, readLua)),
    { numRuns: 300 },
  );
}, 120_000);
