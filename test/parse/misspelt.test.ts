// A misspelt field is told once: what hangs on it is not said to be missing as well, and is read under the name that was meant.
import { expect, it } from 'vitest';
import { diagnosticsOf, readLua, readToml } from './files.ts';

it.each([
  ['cdoe = "return 1"', 'Step "x" has an unknown field "cdoe"; did you mean "code"?'],
  ['language = "python", script = "x"', 'Step "x" has an unknown field "script"; did you mean "code"?'],
  ['shell = true', 'Step "x" has an unknown field "shell"; did you mean "cmd"?'],
  ['cmdd = "make", reads = {}', 'Step "x" has an unknown field "cmdd"; did you mean "cmd"?'],
  ['titel = "ok?", form = { type = "object" }', 'Step "x" has an unknown field "titel"; did you mean "title"?'],
  ['wiat = "1s"', 'Step "x" has an unknown field "wiat"; did you mean "wait"?'],
  ['steps = { y = { code = "" } }', 'Step "x" has an unknown field "steps"; did you mean "parallel"?'],
  ['code = "", when = "true"', 'Step "x" has an unknown field "when"; did you mean "if"?'],
  [
    'code = "", for_each = { 1 }, max_concurrent = 2',
    'Step "x" has an unknown field "for_each"; did you mean "foreach"?',
  ],
  ['htpp = { url = "https://x" }', 'Step "x" has an unknown field "htpp"; did you mean "http"?'],
  [
    'race = { stps = { y = { code = "return 1" } } }',
    '"race" of step "x" has an unknown field "stps"; did you mean "steps"?',
  ],
  ['race = { steps = 5 }', '"steps" in "race" of step "x" is the number 5; it takes a table of steps by name'],
  ['wait_for = { fiel = "y" }', '"wait_for" of step "x" has an unknown field "fiel"; did you mean "file"?'],
  ['code = "", loop = { untl = "true" }', '"loop" of step "x" has an unknown field "untl"; did you mean "until"?'],
  [
    'code = "", foreach = { form = 1, to = 2 }',
    '"foreach" of step "x" has an unknown field "form"; did you mean "from"?',
  ],
  [
    'code = "", foreach = { to = 2, from = 1, stride = 2 }',
    'Leave "stride" out of "foreach" of step "x": beside "from" it takes "from", "to", "by"',
  ],
  ['code = "", lock = { nam = "y" }', '"lock" of step "x" has an unknown field "nam"; did you mean "name"?'],
  ['code = "", switch = "output", caze = { y = "x2" }', 'Step "x" has an unknown field "caze"; did you mean "case"?'],
  ['code = "", swich = "output", case = { y = "x2" }', 'Step "x" has an unknown field "swich"; did you mean "switch"?'],
  ['code = "", retires = 2, retry_if = "true"', 'Step "x" has an unknown field "retires"; did you mean "retries"?'],
  [
    'code = "", foreahc = { 1 }, max_concurrent = 2',
    'Step "x" has an unknown field "foreahc"; did you mean "foreach"?',
  ],
])('of { %s }', async (fields, message) => {
  const found = diagnosticsOf(await readLua(`workflow = { steps = { x = { ${fields} } } }`));
  expect(found.map((one) => one.message)).toEqual([message]);
});

it('reads on, so that what is wrong inside is told at once', async () => {
  const lua =
    'workflow = { stpes = { x = { cmdd = "echo {{ inputs.day }}" }, y = { paralell = { z = { cod = "" } } } } }';
  expect(diagnosticsOf(await readLua(lua)).map((one) => one.message)).toEqual([
    'The workflow has an unknown field "stpes"; did you mean "steps"?',
    'Step "x" has an unknown field "cmdd"; did you mean "cmd"?',
    '"cmd" of step "x" names input "day", which the workflow does not declare',
    'Step "y" has an unknown field "paralell"; did you mean "parallel"?',
    'Step "z" has an unknown field "cod"; did you mean "code"?',
  ]);
  const toml = '[step.x]\ncode = "return 1"\ndepends_on = "y"\n';
  expect(diagnosticsOf(await readToml(toml)).map((one) => one.message)).toEqual([
    'The workflow has an unknown field "step"; did you mean "steps"?',
    'Step "x" needs "y", which does not exist',
  ]);
});

it('tells what is missing where nothing was meant for it', async () => {
  const found = diagnosticsOf(await readLua('workflow = { steps = { x = { foo = "return 1" } } }'));
  expect(found.map(({ code }) => code)).toEqual(['missing-code', 'unknown-field']);
});
