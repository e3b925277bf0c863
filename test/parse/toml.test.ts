/** TOML workflow files: the same fields, exact values, harmless keys. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codesOf, diagnosticsOf, folder, pointed, readFile, readToml, stepOf, workflowOf } from './files.ts';

test('fields may stand at the top or under [workflow], steps under [steps] or [tasks]', async () => {
  const top = workflowOf(
    await readToml('name = "a"\nmode = "parallel"\n[steps.x]\ncode = ""\n[tasks.y]\ncmd = "true"\n'),
  );
  expect(top).toMatchObject({ name: 'a', mode: 'parallel' });
  expect(top.steps.map(({ name, language }) => [name, language])).toEqual([
    ['x', 'lua'],
    ['y', 'shell'],
  ]);
  const under = workflowOf(await readToml('[workflow]\nname = "a"\n[workflow.steps.x]\ncode = ""\n'));
  expect(under).toMatchObject({ name: 'a', steps: [{ name: 'x' }] });
  expect(codesOf(await readToml('name = "a"\n[workflow]\nname = "b"\n[steps.x]\ncode = ""\n'))).toEqual([
    'duplicate-field',
  ]);
});

test('steps and tasks together keep the order of the file', async () => {
  const parsed = await readToml('[tasks.b]\ncmd = "1"\n[steps.a]\ncode = ""\n[tasks.c]\ncmd = "2"\n');
  expect(workflowOf(parsed).steps.map(({ name }) => name)).toEqual(['b', 'a', 'c']);
});

test('code keeps its lines where the file shows it line by line', async () => {
  const parsed = await readToml(
    `[steps.a]\ncode = '''\none\ntwo'''\n[steps.b]\ncode = """\none \\\\d\ntwo"""\n[steps.c]\ncode = """\none \\\n two"""\n[steps.d]\ncode = "one\\ntwo"\n`,
  );
  expect(stepOf(parsed, 'a').script).toMatchObject({ code: 'one\ntwo', origin: { line: 3, verbatim: true } });
  expect(stepOf(parsed, 'b').script).toMatchObject({ code: 'one \\d\ntwo', origin: { line: 7, verbatim: true } });
  expect(stepOf(parsed, 'c').script).toMatchObject({ code: 'one two', origin: { verbatim: false } });
  expect(stepOf(parsed, 'd').script).toMatchObject({ code: 'one\ntwo', origin: { line: 14, verbatim: false } });
});

test('keys that every object inherits are keys like any other', async () => {
  const names = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'];
  const before = Object.getOwnPropertyNames(Object).length;
  const text = names
    .map((name) => `[steps.${name}]\ncode = "${name}"\nenv = { __proto__ = "x", constructor = "y" }\n`)
    .join('');
  const parsed = await readToml(text);
  expect(workflowOf(parsed).steps.map(({ name }) => name)).toEqual(names);
  expect(Object.entries(stepOf(parsed, '__proto__').env)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
  expect(Object.getOwnPropertyNames(Object)).toHaveLength(before);
  expect('code' in {}).toBe(false);
});

test('a byte order mark and CRLF are no obstacle', async () => {
  const parsed = await readToml('\uFEFF[steps.a]\r\ncode = """\r\none\r\ntwo"""\r\n');
  expect(stepOf(parsed, 'a').script).toMatchObject({ code: 'one\ntwo', origin: { line: 3 } });
});

test('integers of 64 bits stay exact, larger ones are told', async () => {
  const cwd = folder({
    'a.toml': '[steps.a]\nmodule = "m.wasm"\nargs = [9007199254740993, -9223372036854775808, 5, 5.5]\n',
    'b.toml': '[steps.a]\nmodule = "m.wasm"\nargs = [12345678901234567890123]\n',
    'm.wasm': '\0asm',
  });
  expect(stepOf(await readFile(cwd, 'a.toml'), 'a').script).toMatchObject({
    args: [9007199254740993n, -9223372036854775808n, 5, 5.5],
  });
  expect(codesOf(await readFile(cwd, 'b.toml'))).toEqual(['wrong-type']);
});

test('a doubled step points at both', async () => {
  const text = '[steps.a]\ncmd = "x"\n[steps.b]\ncmd = "y"\n[steps.a]\ncmd = "z"\n';
  const [diagnostic] = diagnosticsOf(await readToml(text));
  expect(diagnostic).toMatchObject({ code: 'duplicate-step' });
  expect(diagnostic!.span!.start).toBe(text.lastIndexOf('a]'));
  expect(diagnostic!.related).toEqual([{ message: 'first defined here', span: { start: 7, end: 8 } }]);
});

test('a syntax mistake points at its place', async () => {
  const [diagnostic] = diagnosticsOf(await readToml('[steps.a]\ncmd = \n'));
  expect(diagnostic).toMatchObject({ code: 'syntax', span: { start: 14, end: 15 } });
});

test('brackets inside texts and comments are not nesting', async () => {
  const brackets = '['.repeat(200);
  const parsed = await readToml(
    `# ${brackets}\n[steps.a]\ncmd = "\\"${brackets}"\ndescription = '''${brackets}'${brackets}'''\nenv = { A = '${brackets}' }\n`,
  );
  expect(stepOf(parsed, 'a').env).toEqual({ A: brackets });
});

test('any text survives as TOML writes it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme', minLength: 1 }), async (text) => {
      fc.pre(text.isWellFormed());
      const parsed = await readToml(
        `description = ${JSON.stringify(text).replaceAll('\x7f', '\\u007f')}\n[steps.a]\ncmd = "x"\n`,
      );
      expect(workflowOf(parsed).description).toBe(text);
    }),
  );
});

test('each mistake points at its own field', async () => {
  const parsed = await readToml(
    '[steps.a]\ncmd = "x"\ntimeot = 1\nretries = -1\nenv = { "A=B" = 1, C = [] }\nbackoff = { factor = 0.5 }\nlimits = { output = "lots" }\n',
  );
  expect(diagnosticsOf(parsed).map((each) => [each.code, pointed(each)])).toEqual([
    ['unknown-field', 'timeot'],
    ['bad-number', '-1'],
    ['bad-env', '"A=B"'],
    ['wrong-type', '[]'],
    ['bad-number', '0.5'],
    ['bad-size', '"lots"'],
  ]);
});
