// A prompt in a step of a past run, in every language, embedded and native.
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Directory, directory, type Ended } from './rig.ts';

let home: Directory;
beforeAll(async () => {
  home = directory({
    'w.lua': `workflow = { steps = {
      load = { code = "return { prices = {30, 12.5}, name = 'x' }" },
      lua = { depends_on = {"load"}, timeout = "300ms", code = "function run(inputs) return #inputs.load.prices end" },
      javascript = { language = "javascript", depends_on = {"load"}, limits = { wall = "300ms" }, code = "export default (inputs) => inputs.load.prices.length" },
      python = { language = "python", depends_on = {"load"}, code = "def run(inputs):\\n    return len(inputs['load']['prices'])" },
      shell = { language = "shell", depends_on = {"load"}, env = { BY = "2" }, code = "echo hi" },
      native_lua = { language = "lua", runtime = "native", depends_on = {"load"}, code = "function run(inputs) return 2 end" },
      native_javascript = { language = "javascript", runtime = "native", depends_on = {"load"}, code = "function run(inputs) { return 2 }" },
      native_python = { language = "python", runtime = "native", depends_on = {"load"}, code = "def run(inputs): return 2" },
      apart = { depends_on = {"load"}, isolation = "process", code = "return 1" },
      module = { module = "m.wasm" },
    } }`,
    // An empty module, so that the step fails and the run ends.
    'm.wasm': '\0asm\u0001\0\0\0',
  });
  await home.hwfe('w.lua', '-q', '--failure-mode', 'continue');
}, 30_000);
afterAll(() => home.remove());

function type(step: string, ...lines: string[]): Promise<Ended> {
  const quoted = lines.map((line) => `'${line.replaceAll("'", `'\\''`)}'`).join(' ');
  return home.bash(`printf '%s\\n' ${quoted} | hwfe repl latest ${step}`);
}

describe('a prompt', () => {
  it.each(['lua', 'native_lua'])('in Lua has the inputs, and goes on after an error (%s)', async (step) => {
    const { status, out, err } = await type(
      step,
      'inputs.load',
      'x = 5',
      'x + 1, "a"',
      'for i = 1, 2 do',
      '  print(i)',
      'end',
      'error("boom")',
      'x y',
      ':load',
      'run(inputs)',
      'for i = 1, 100 do print("much") end',
      '"end"',
    );
    expect(out.replaceAll('much\n', '')).toBe('{"name":"x","prices":[30,12.5]}\n6\t"a"\n1\n2\n2\n"end"\n');
    expect(out.match(/much/g)).toHaveLength(100);
    expect([status, err]).toEqual([0, "prompt:1: boom\nprompt:1: syntax error near 'y'\n"]);
  });

  it.each(['javascript', 'native_javascript'])('in JavaScript remembers and awaits (%s)', async (step) => {
    const { status, out, err } = await type(
      step,
      'inputs.load.prices',
      'let x = 5',
      'x + 1',
      'for (const i of [1, 2]) {',
      '  console.log(i)',
      '}',
      'throw new Error("boom")',
      'x y',
      ':load',
      'run(inputs)',
      '({ a: 1 }).a',
      '{ b: 2 }',
      'const y = await new Promise((done) => setTimeout(() => done(7), 400))',
      'y',
      '`a',
      'b`',
      'class A { f() { return 2 } }',
      'new A().f()',
      ':quit',
      'never()',
    );
    expect(out).toBe('[ 30, 12.5 ]\n6\n1\n2\n2\n1\n{ b: 2 }\n7\n"a\\nb"\n2\n');
    expect([status, err]).toEqual([0, expect.stringMatching(/^Error: boom\nSyntaxError: .*\n$/)]);
  });

  it.each(['python', 'native_python'])('in Python ends a block at an empty line (%s)', async (step) => {
    const { status, out, err } = await type(
      step,
      'inputs["load"]["prices"]',
      'x = 5',
      'x + 1',
      'for i in range(2):',
      '    print(i)',
      '',
      '1/0',
      'x y',
      ':load',
      'run(inputs)',
      'import asyncio',
      'await asyncio.sleep(0.01, 8)',
      '"é"',
    );
    expect(out).toBe("[30, 12.5]\n6\n0\n1\n2\n8\n'é'\n");
    expect([status, err]).toEqual([0, expect.stringMatching(/ZeroDivisionError: division by zero\n[^]*SyntaxError/)]);
  });

  it('in a shell keeps variables, and tells each status', async () => {
    const { status, out, err } = await type(
      'shell',
      'echo $INPUT_LOAD',
      'x=5; printf "no end"',
      'echo $x $BY',
      'for i in 1 2; do',
      'echo $i',
      'done',
      'false',
      'echo "a',
      'b\\c"',
      'echo one \\',
      'two',
      'cat <<X',
      'here',
      'X',
      'echo err >&2',
    );
    expect(out).toBe('{"name":"x","prices":[30,12.5]}\nno end\n5 2\n1\n2\na\nb\\c\none two\nhere\n');
    expect([status, err]).toEqual([0, '(status 1)\nerr\n']);
  });

  it('may do what the step may, and no more', async () => {
    const { out, err } = await type('lua', 'hwfe.read("/etc/passwd")', 'io', 'os.execute');
    expect([out, err]).toEqual(['nil\nnil\n', '"/etc/passwd" is not granted to be read\n']);
  });

  it('takes other inputs, an entry that is never complete, and lines that never come', async () => {
    expect((await home.bash(`echo inputs.load.name | hwfe repl latest lua -i load.name=y`)).out).toBe('"y"\n');
    expect((await type('lua', 'function f(', ':clear', '1')).out).toBe('1\n');
    expect((await type('lua', 'function f(')).status).toBe(0);
    expect((await home.hwfe('repl', 'latest', 'lua')).status).toBe(0);
  });

  it('says where there can be none', async () => {
    expect((await type('apart', '1')).err).toContain('runs with isolation "process", into which nobody can type');
    expect((await type('module', '1')).err).toContain('Step "module" is a module, which has no prompt');
    expect((await type('nothing', '1')).err).toContain('no step "nothing"');
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('hwfe-repl-'))).toEqual([]);
  });
});
