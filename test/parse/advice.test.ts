// What a person who errs is told: at the very place, with what was probably meant, and about all that is wrong at once.
import { expect, test } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { diagnosticsOf, pointed, readLua, readToml } from './files.ts';

/** What each says, and what it points at. */
function told(found: readonly Diagnostic[]): string[][] {
  return found.map((diagnostic) => [diagnostic.message, pointed(diagnostic)]);
}

const STEP = '[inputs.day]\n[steps.build]\ncmd = "make"\n[steps.x]\n';

test.each([
  // Names of other steps.
  [
    'cmd = "y"\nfallback = "biuld"',
    ['"fallback" of step "x" names step "biuld", which does not exist; did you mean "build"?', '"biuld"'],
  ],
  ['cmd = "y"\ncompensate = "x"', ['Give step "x" a "compensate" of its own: "x" is the step itself', '"x"']],
  [
    'cmd = "y"\non_failure = ["build", "bulid"]',
    ['"on_failure" of step "x" names step "bulid", which does not exist; did you mean "build"?', '"bulid"'],
  ],
  [
    'cmd = "y"\nswitch = "output"\ncase = { a = "biuld", b = ["builds"] }\ndefault = "xx"',
    ['The "switch" of step "x" chooses step "biuld", which does not exist; did you mean "build"?', '"biuld"'],
    ['The "switch" of step "x" chooses step "builds", which does not exist; did you mean "build"?', '"builds"'],
    ['The "switch" of step "x" chooses step "xx", which does not exist', '"xx"'],
  ],
  // Templates as other tools write them.
  [
    'cmd = "echo ${{ inputs.dya }} ${{ steps.build.output }}"',
    ['Write {{ inputs.dya }} in "cmd" of step "x" without the "$" before it', 'inputs.dya'],
    ['"cmd" of step "x" names input "dya", which the workflow does not declare; did you mean "day"?', 'dya'],
    ['Write {{ steps.build.output }} in "cmd" of step "x" without the "$" before it', 'steps.build.output'],
  ],
  [
    'cmd = "y"\nif = "${{ inputs.day }}"',
    ['Write {{ inputs.day }} in "if" of step "x", with nothing around it', '{ inputs.day }'],
  ],
  [
    'cmd = "echo \\" {{ inputs.dya }} {{ inputs.day"',
    ['"cmd" of step "x" names input "dya", which the workflow does not declare; did you mean "day"?', 'dya'],
    ['Close "{{ inputs.day" in "cmd" of step "x" with "}}"; it never ends', '{{ inputs.day'],
  ],
  [
    'cmd = "echo {{ item.name }}"',
    [
      '"{{ item." in "cmd" of step "x" is no template and stays as it is; step "x" has no "foreach" or "matrix"',
      '{{ item.',
    ],
  ],
  [
    'cmd = "echo {{ itme }} {{ item }}"\nforeach = [1]',
    ['"{{ itme }}" in "cmd" of step "x" is no template and stays as it is; did you mean "item"?', '{{ itme }}'],
  ],
  // Expressions.
  ['cmd = "y"\nif = "[1, 2"', ['"if" of step "x" is no expression: "]" is missing at the end in "[1, 2"', '2']],
  [
    'cmd = "y"\nif = "(inputs.day == 1 2)"',
    ['"if" of step "x" is no expression: ")" is missing before a number in "(inputs.day == 1 2)"', '2'],
  ],
  [
    'cmd = "y"\nif = "inputs.day + 1 > 2"',
    [
      '"if" of step "x" is no expression: nothing is defined for "string + int" in "inputs.day + 1 > 2"',
      'inputs.day + 1',
    ],
  ],
  [
    'cmd = "y"\nif = "run.faild"',
    ['"if" of step "x" names "faild", which is not there; did you mean "failed"?', 'faild'],
  ],
  [
    'cmd = "{{ matrix.arhc }}"\nmatrix = { os = [1], arch = [2] }',
    ['"cmd" of step "x" names "arhc", which is not there; did you mean "arch"?', 'arhc'],
  ],
  [
    'cmd = "y"\nif = \'steps.build.status != "succeded"\'',
    ['"if" of step "x" compares a status with "succeded", which no step has; did you mean "succeeded"?', '"succeded"'],
  ],
  // Fields and their values.
  [
    'cmd = "y"\nmatrix = { arch = [1, 2], exclude = [{ arhc = 2 }, { arch = 1 }] }',
    ['"exclude" in "matrix" of step "x" names "arhc", which is no axis of it; did you mean "arch"?', 'arhc'],
  ],
  [
    'transform = { expr = "1" }',
    ['"transform" of step "x" has an unknown field "expr"; it takes "cel", "pick", "from", "default"', 'expr'],
  ],
  [
    'assert = ["1 == 1"]',
    ['"assert" of step "x" is a list; it takes an expression, or a table with "that" and "message"', '["1 == 1"]'],
  ],
  ['workflow = 5', ['"workflow" of step "x" is the number 5; it takes the path of a workflow file', '5']],
  [
    'title = "?"\nform = { type = "objekt" }',
    [
      '"form" of step "x" is no JSON Schema of an object: "type" is "objekt"; it takes "string", "integer", "number", "boolean", "array", "object", "null"',
      '{ type = "objekt" }',
    ],
  ],
  [
    'cmd = "y"\n[inputs.rows]\ntype = "list"',
    ['"type" of input "rows" is "list", which is not a type; did you mean "array"?', '"list"'],
  ],
])('%j', async (fields, ...expected) => {
  expect(told(diagnosticsOf(await readToml(`${STEP}${fields}\n`)))).toEqual(expected);
});

test.each([
  ['[steps.a\ncmd = "x"\n', ['This is not TOML: "[steps.a" is not closed; end it with "]"', '[steps.a']],
  ['[steps.a]\ncmd = echo\n', ['This is not TOML: unexpected character; put a text in quotes', 'e']],
])('TOML %j', async (toml, expected) => {
  expect(told(diagnosticsOf(await readToml(toml)))).toEqual([expected]);
});

test.each([
  [
    'workflow = { steps = {\n  a = { cmd = "x" }\n  b = { cmd = "y" } } }',
    ["This is not Lua: '}' expected near 'b'; is there no comma before it?", 'b'],
  ],
  [
    'workflow = { steps = { a = { cmd = "x", if = "true" } } }',
    [`This is not Lua: '}' expected near 'if'; write ["if"] = …, since "if" is a word of Lua's own`, 'i'],
  ],
  [
    'workflow = { steps = {} }\nworkflow.steps.end = { cmd = "x" }',
    [`This is not Lua: <name> expected near 'end'; write ["end"] = …, since "end" is a word of Lua's own`, 'e'],
  ],
  [
    'workflow = { steps = { a = { cmd = "x" if = "true" } } }',
    ["This is not Lua: '}' expected near 'if'; is there no comma before it?", 'i'],
  ],
  [
    'workflow = { steps = { a = { cmd: "x" } } }',
    ['This is not Lua: <name> expected near \'"x"\'; write name = value', '"'],
  ],
])('Lua %j', async (lua, expected) => {
  expect(told(diagnosticsOf(await readLua(lua)))).toEqual([expected]);
});

test('a bracket that is never closed is shown', async () => {
  const text = `workflow = {
  steps = {
    -- not this one: {
    a = { code = [==[ { ]] ]==], env = { X = "{", Y = '\\'{' } },
    b = { code = "x" .. f(1), env = { Z = "}" },
    c = { code = "y" },
  },
}
`;
  const [found, ...more] = diagnosticsOf(await readLua(text));
  expect(more).toEqual([]);
  expect(found).toMatchObject({ code: 'syntax', message: "This is not Lua: '}' expected near '<eof>'" });
  expect(found!.related).toEqual([{ message: 'opened here', span: { start: 11, end: 12 } }]);
});

test('of many steps that a loop makes wrong alike, one is told', async () => {
  const found = diagnosticsOf(
    await readLua(`local steps = {}
for i = 1, 500 do
  steps["s" .. i] = { cmd = "echo {{ inputs.dya }}", depends_on = "t" .. i, timout = 5 }
end
workflow = { steps = steps, inputs = { day = {} } }`),
  );
  expect(told(found)).toEqual([
    [
      '"cmd" of step "s1" names input "dya", which the workflow does not declare; did you mean "day"? (and 499 more like it)',
      'dya',
    ],
    ['Step "s1" needs "t1", which does not exist; did you mean "s1"? (and 499 more like it)', '"t" .. i'],
    ['Step "s1" has an unknown field "timout"; did you mean "timeout"? (and 499 more like it)', 'timout'],
  ]);
});
