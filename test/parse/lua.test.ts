/** Lua workflow files: what is read from them, with or without an interpreter, and where it stands. */
import { expect, test } from 'vitest';
import { codesOf, diagnosticsOf, folder, pointed, readFile, readLua, stepOf, workflowOf } from './files.ts';

test('a file may set the global or return the table, and a returned table wins', async () => {
  expect(workflowOf(await readLua('workflow = { name = "a", steps = { x = { code = "" } } }')).name).toBe('a');
  expect(workflowOf(await readLua('return { name = "b", steps = { x = { code = "" } } }')).name).toBe('b');
  const both = 'workflow = { name = "a", steps = {} } return { name = "b", steps = { x = { code = "" } } }';
  expect(workflowOf(await readLua(both)).name).toBe('b');
  const computed = `${both.replace('return', 'local t = math.max(1, 2) return')}`;
  expect(workflowOf(await readLua(computed)).name).toBe('b');
});

test('the name defaults to the file name without its ending', async () => {
  expect(workflowOf(await readLua('workflow = { steps = { x = { code = "" } } }')).name).toBe('test');
});

test('steps keep their declared order, also when a loop makes them', async () => {
  const plain = 'workflow = { steps = { z = { code = "" }, a = { code = "" }, m = { code = "" } } }';
  expect(workflowOf(await readLua(plain)).steps.map(({ name }) => name)).toEqual(['z', 'a', 'm']);
  const loop = 'local s = {} for i = 12, 9, -1 do s["s" .. i] = { code = "" } end return { steps = s }';
  expect(workflowOf(await readLua(loop)).steps.map(({ name }) => name)).toEqual(['s12', 's11', 's10', 's9']);
});

test('the code of a long bracket begins on the line after the bracket', async () => {
  const parsed = await readLua('workflow = { steps = { a = {\n  code = [==[\nfirst\nsecond]==] } } }');
  expect(stepOf(parsed, 'a').script).toEqual({
    kind: 'code',
    code: 'first\nsecond',
    origin: { file: 'test.lua', line: 3, verbatim: true },
  });
});

test('code on the line of its bracket begins there, and an escaped line break is not verbatim', async () => {
  const parsed = await readLua(
    'workflow = { steps = {\n a = { code = [[x]] },\n b = { code = "x\\ny" },\n c = { code = "x" .. "y" } } }',
  );
  expect(stepOf(parsed, 'a').script?.origin).toEqual({ file: 'test.lua', line: 2, verbatim: true });
  expect(stepOf(parsed, 'b').script?.origin).toEqual({ file: 'test.lua', line: 3, verbatim: false });
  expect(stepOf(parsed, 'c').script?.origin).toEqual({ file: 'test.lua', line: 4, verbatim: false });
});

test('emoji, accents and escapes survive, and places behind them are right', async () => {
  const parsed = await readLua(
    'workflow = { name = "Größe 🎉\\u{e9}\\xc3\\xa9", stepz = 1, steps = { a = { code = "" } } }',
  );
  const [diagnostic] = diagnosticsOf(parsed);
  expect(pointed(diagnostic!)).toBe('stepz');
  expect(
    workflowOf(await readLua('return { name = "Größe 🎉\\u{e9}\\xc3\\xa9", steps = { a = { code = "" } } }')).name,
  ).toBe('Größe 🎉éé');
});

test('a byte order mark, CRLF and a first line for the shell are no obstacle', async () => {
  const parsed = await readLua(
    '\uFEFF#!/usr/bin/env hwfe\r\nworkflow = { steps = { a = {\r\n code = [[\r\none\r\ntwo]] } } }',
  );
  expect(stepOf(parsed, 'a').script).toMatchObject({ code: 'one\ntwo', origin: { line: 4, verbatim: true } });
  const computed = await readLua('#!/bin/x\r\nlocal c = tostring(1)\r\nreturn { steps = { a = { code = c } } }');
  expect(stepOf(computed, 'a').script).toMatchObject({ code: '1' });
});

test('code that reaches a step through a function keeps its place', async () => {
  const parsed = await readLua(
    'local function py(code) return { language = "python", code = code } end\nworkflow = { steps = {\n  a = py[[\nprint(1)\n]],\n  b = py[[\nprint(2)\n]] } }',
  );
  expect(stepOf(parsed, 'a').script).toMatchObject({ code: 'print(1)\n', origin: { line: 4, verbatim: true } });
  expect(stepOf(parsed, 'b').script).toMatchObject({ code: 'print(2)\n', origin: { line: 7, verbatim: true } });
});

test('mistakes in computed steps point at the literal that made them', async () => {
  const parsed = await readLua(
    'local s = {}\nfor i = 1, 2 do s["s" .. i] = { code = "", timeout = "soon" } end\nworkflow = { steps = s }',
  );
  const found = diagnosticsOf(parsed);
  expect(found.map(({ code }) => code)).toEqual(['bad-duration', 'bad-duration']);
  expect(found.map((diagnostic) => pointed(diagnostic))).toEqual(['"soon"', '"soon"']);
});

test('a key given twice in a table literal is a mistake that shows both places', async () => {
  const parsed = await readLua(
    'workflow = { name = "a", name = "b", steps = { a = { code = "" }, ["a"] = { code = "" } } }',
  );
  const found = diagnosticsOf(parsed);
  expect(found.map(({ code }) => code)).toEqual(['duplicate-field', 'duplicate-step']);
  expect(found[0]!.related).toHaveLength(1);
  expect(found[0]!.related![0]!.span.start).toBeLessThan(found[0]!.span!.start);
});

test('a file may load Lua modules of its folder, and errors in them point into them', async () => {
  const cwd = folder({
    'flows/a.lua': 'local steps = require("lib.steps")\nworkflow = { steps = steps.two("x") }',
    'flows/lib/steps.lua': 'return { two = function(c) return { a = { code = c }, b = { code = c } } end }',
    'flows/b.lua': 'return require("broken")',
    'flows/broken.lua': 'local x = 1\nreturn x.y.z',
  });
  expect(workflowOf(await readFile(cwd, 'flows/a.lua')).steps).toHaveLength(2);
  const [diagnostic] = diagnosticsOf(await readFile(cwd, 'flows/b.lua'));
  expect(diagnostic).toMatchObject({ code: 'lua-error', file: { path: 'flows/broken.lua' } });
  expect(pointed(diagnostic!)).toBe('return x.y.z');
});

test('values that no field takes are told with what they are', async () => {
  const parsed = await readLua(`
    local t = {} t.self = t
    workflow = { name = "\\xff", timeout = 0/0, env = { A = coroutine.create(print), B = t.self },
      steps = { a = { code = function() end }, b = { run = function() end }, c = { code = "", env = { [true] = 1 } } } }`);
  expect(codesOf(parsed)).toEqual([
    'wrong-type',
    'wrong-type',
    'wrong-type',
    'wrong-type',
    'function-value',
    'function-value',
    'wrong-type',
  ]);
});

test('an empty table is an empty list as well', async () => {
  const fields = 'code = "", depends_on = {}, env = {}, pass_env = {}';
  const plain = stepOf(await readLua(`workflow = { steps = { a = { ${fields} } } }`), 'a');
  const computed = stepOf(await readLua(`local x = tostring(1) workflow = { steps = { a = { ${fields} } } }`), 'a');
  expect(plain).toMatchObject({ dependsOn: [], env: {}, passEnv: [] });
  expect(computed).toMatchObject({ dependsOn: [], env: {}, passEnv: [] });
});

test('metatables are not asked', async () => {
  const parsed = await readLua(`
    local steps = setmetatable({ a = { code = "" } }, { __index = function() error("asked") end, __pairs = error })
    return setmetatable({ steps = steps }, { __index = function() error("asked") end })`);
  expect(workflowOf(parsed).steps.map(({ name }) => name)).toEqual(['a']);
});

test('what a file prints becomes a warning', async () => {
  const parsed = await readLua('print("hello", 1) workflow = { steps = { a = { code = "" } } }');
  expect(diagnosticsOf(parsed)).toMatchObject([{ code: 'printed', severity: 'warning' }]);
});

test('integers of 64 bits stay exact', async () => {
  const cwd = folder({
    'a.lua':
      'workflow = { steps = { a = { module = "m.wasm", args = { 9007199254740993, -9007199254740993, 1.5, -0 } } } }',
    'm.wasm': '\0asm',
  });
  expect(stepOf(await readFile(cwd, 'a.lua'), 'a').script).toMatchObject({
    args: [9007199254740993n, -9007199254740993n, 1.5, 0],
  });
});

test('a time may be told in UTC, and the mark of that does not stay in the text', async () => {
  const text = `return { name = os.date("!%Y-%m-%dT%H:%M:%SZ", 86399), steps = { x = { code = os.date("!*t", 86400).yday .. " " .. os.date("!%c", 0) } } }`;
  const workflow = workflowOf(await readLua(text));
  expect(workflow.name).toBe('1970-01-01T23:59:59Z');
  expect(workflow.steps[0]!.script).toMatchObject({ code: '2 Thu Jan  1 00:00:00 1970' });
  const wrong = diagnosticsOf(await readLua('local d = os.date("%Q") return { steps = {} }'));
  expect(wrong[0]!.message).toContain("invalid conversion specifier '%Q'");
  const complaint = async (call: string): Promise<string> =>
    diagnosticsOf(await readLua(`local d = ${call} return { steps = {} }`))[0]!.message;
  expect(await complaint('os.date({})')).toContain('a text expected');
  expect(await complaint('os.date("%Y", 1.5)')).toContain('a whole number of seconds expected');
  expect(await complaint('os.date("*t", 1e18)')).toContain('no calendar reaches so far');
});
