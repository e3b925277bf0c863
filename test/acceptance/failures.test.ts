// What a person is told when a step fails or a file is wrong: the place in their own file, the last lines, what to do.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import wabt from 'wabt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directory } from '../cli/rig.ts';

const home = directory();
afterAll(() => home.remove());

beforeAll(async () => {
  const text = '(module (func (export "trap") (result i32) unreachable))';
  mkdirSync(join(home.path, 'modules'));
  const module = (await wabt()).parseWat('trap.wat', text).toBinary({}).buffer;
  writeFileSync(join(home.path, 'modules/trap.wasm'), module);
});

interface Failing {
  readonly name: string;
  /** Its fields beside the code. */
  readonly fields: string;
  readonly ending: string;
  /** The line that fails has MARK in it. */
  readonly code: string;
  readonly title: string;
  readonly advice: string;
}

const MEND = 'Mend the code there, or give the step `retries` if the error may pass by itself.';
const PYTHON = `import sys

def check(value):
    print("about to fail")
    print("last words", file=sys.stderr)
    raise ValueError(f"no {value}")  # MARK

def run():
    return check("price")
`;
const JAVASCRIPT = `function check(value) {
  console.log('about to fail');
  console.error('last words');
  throw new TypeError('no ' + value); // MARK
}
function run() {
  return check('price');
}
`;
const LUA = `local function check(value)
  print("about to fail")
  print("last words")
  error("no " .. value) -- MARK
end
function run()
  return check("price"), 1
end
`;
const SHELL = `run() {
  echo "about to fail"
  echo "last words" >&2
  (exit 7) # MARK
  echo "never"
}
`;

const FAILING: readonly Failing[] = [
  { name: 'lua', fields: 'language = "lua"', ending: 'lua', code: LUA, title: 'bad failed: no price', advice: MEND },
  {
    name: 'javascript',
    fields: 'language = "javascript"',
    ending: 'js',
    code: JAVASCRIPT,
    title: 'bad failed: TypeError: no price',
    advice: MEND,
  },
  {
    name: 'python',
    fields: 'language = "python"',
    ending: 'py',
    code: PYTHON,
    title: 'bad failed: ValueError: no price',
    advice: MEND,
  },
  {
    name: 'shell',
    fields: 'language = "shell"',
    ending: 'sh',
    code: SHELL,
    title: 'bad ended with exit status 7',
    advice: 'Mend the command that failed;',
  },
  {
    name: 'native JavaScript',
    fields: 'language = "javascript", runtime = "native"',
    ending: 'js',
    code: JAVASCRIPT,
    title: 'bad failed: TypeError: no price',
    advice: MEND,
  },
];

/** The three places where a step's code can stand: file name and text of the workflow, and of the code where it is not in there. */
const PLACES: readonly (readonly [string, (failing: Failing) => Record<string, string>])[] = [
  [
    'a Lua file',
    ({ fields, code }) => ({
      'flow.lua': `-- a comment\nworkflow = { steps = {\n  bad = { ${fields},\n    code = [[\n${code}]] },\n} }\n`,
    }),
  ],
  [
    'a TOML file',
    ({ fields, code }) => ({
      'flow.toml': `name = "flow"\n\n[steps]\nbad = { ${fields}, code = '''\n${code}''' }\n`,
    }),
  ],
  [
    'a file of its own',
    ({ fields, ending, code }) => ({
      'flow.lua': `workflow = { steps = { bad = { ${fields}, file = "steps/bad.${ending}" } } }\n`,
      [`steps/bad.${ending}`]: code,
    }),
  ],
];

describe.each(FAILING)('a failing step in $name', (failing) => {
  it.each(PLACES)('is shown with its place in %s', async (_, filesOf) => {
    const files = filesOf(failing);
    for (const [name, text] of Object.entries(files)) home.write(name, text);
    const [flow] = Object.keys(files) as [string];
    const [file, text] = Object.entries(files).find(([, each]) => each.includes('MARK'))!;
    const line = text.split('\n').findIndex((each) => each.includes('MARK')) + 1;

    const { status, out, err } = await home.hwfe(flow);
    expect({ status, err }).toEqual({ status: 1, err: '' });
    expect(out).toContain(`\n✗ ${failing.title}\n`);
    expect(out).toMatch(new RegExp(`\\n +--> ${file.replace('.', '\\.')}:${line}:\\d+\\n`));
    expect(out).toContain(`${line} | ${text.split('\n')[line - 1]}\n`);
    expect(out).toContain('\n  last lines of bad:\n  │ about to fail\n  │ last words\n');
    expect(out).toContain(`\n  → ${failing.advice}`);
    expect(out).not.toContain('dist/');
  });
});

describe('a failing WASM step', () => {
  it('is shown with the line that names its module', async () => {
    home.write('flow.toml', 'name = "flow"\n[steps.bad]\nmodule = "modules/trap.wasm"\nfunc = "trap"\n');
    const { status, out } = await home.hwfe('flow.toml');
    expect(status).toBe(1);
    expect(out).toContain("✗ bad failed: WASM function 'trap' trapped: unreachable\n   --> flow.toml:3:1\n");
    expect(out).toContain(`  → ${MEND}`);
    expect(out).not.toContain('dist/');
  });
});

describe('code that does not read as its language', () => {
  const NEVER = 'Mend the code there; it never ran.';
  it.each([
    ['lua', 'print("one")\nfunction run()\n  return 1 +\nend -- MARK\n', NEVER],
    ['javascript', 'console.log("one")\nfunction run() {\n  return 1 +; // MARK\n}\n', NEVER],
    ['python', 'print("one")\ndef run():\n    return 1 +  # MARK\n', NEVER],
    ['shell', 'if true; then echo "one"; fi fi # MARK\n', 'Mend the code there; a shell runs what stands above it.'],
  ])('in %s is shown with its line, and that line did not run', async (language, code, advice) => {
    const text = `[steps.bad]\nlanguage = "${language}"\ncode = '''\n${code}'''\n`;
    home.write('flow.toml', text);
    const line = text.split('\n').findIndex((each) => each.includes('MARK')) + 1;
    const { status, out } = await home.hwfe('flow.toml');
    expect(status).toBe(1);
    expect(out).toContain(` --> flow.toml:${line}:`);
    expect(out).toContain(`  → ${advice}\n`);
    expect(out).not.toContain('│ one');
  });
});

it('steps after a failed one are skipped, and every attempt is counted', async () => {
  home.write(
    'flow.toml',
    `[steps.bad]
retries = 2
cmd = 'echo "attempt $HWFE_ATTEMPT"; exit 9'
[steps.next]
depends_on = "bad"
code = "return 1"
`,
  );
  const { status, out } = await home.hwfe('flow.toml');
  expect(status).toBe(1);
  expect(out).toContain('✗ bad ended with exit status 9');
  expect(out).toContain('attempt 3');
  expect(out).toContain('next (lua) skipped: it needs "bad"');
  expect(out).toMatch(/failed after .*: 1 failed, 1 skipped\n$/);
});

describe('a file with mistakes', () => {
  const mistakes: readonly (readonly [string, string])[] = [
    [
      'bad.lua',
      `workflow = { mod = "parallel", steps = {
  a = { language = "pyhton", code = "def run(): return 1" },
  b = { code = "return 1", depends_on = { "aa", "b" } },
  c = { language = "python" },
  d = { code = "return 1", depends_on = "e" },
  e = { code = "return 1", depends_on = "d" },
  f = { code = "return 1", timeout = "soon" },
} }`,
    ],
    [
      'bad.toml',
      `mod = "parallel"
[steps]
a = { language = "pyhton", code = "def run(): return 1" }
b = { code = "return 1", depends_on = ["aa", "b"] }
c = { language = "python" }
d = { code = "return 1", depends_on = "e" }
e = { code = "return 1", depends_on = "d" }
f = { code = "return 1", timeout = "soon" }
`,
    ],
  ];
  it.each(mistakes)('has all of them told at once, and nothing runs: %s', async (name, text) => {
    home.write(name, text);
    const { status, out, err } = await home.hwfe(name);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(`did you mean "mode"? [unknown-field]\n --> ${name}:1:`);
    const first = text.split('\n').findIndex((line) => line.includes('pyhton')) + 1;
    for (const [i, words] of [
      'did you mean "python"?',
      'needs "aa", which does not exist; did you mean "a"?',
      'Give step "c" "code" or "file"',
      'd -> e -> d',
    ].entries()) {
      expect(err).toMatch(new RegExp(`${words.replaceAll('?', '\\?')}.*\\n --> ${name}:${first + i}:`));
    }
    expect(err).toMatch(new RegExp(`"b" needs itself.*\\n --> ${name}:${first + 1}:`));
    expect(err).toMatch(new RegExp(`"soon".*\\n --> ${name}:${first + 5}:`));
    expect(err).toMatch(/\n7 errors\n$/);
  });
});

describe('a wrong command', () => {
  it.each([
    [['vaildate', 'x'], 'did you mean "validate"?'],
    [['nowhere.lua'], 'There is no workflow file "nowhere.lua"'],
    [['flow.toml', '--mod', 'parallel'], 'did you mean "--mode"?'],
  ])('exits with 2: %j', async (args, message) => {
    const { status, out, err } = await home.hwfe(...args);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(message);
  });
});
