/** Files that mean harm: each ends in time with a diagnostic, and nothing happens on the host. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codesOf, diagnosticsOf, folder, pointed, readFile, readLua, readToml } from './files.ts';

/** 2 seconds, and what a machine busy with other tests adds. */
const IN_TIME_MS = 2500;

async function timed<T>(work: () => Promise<T>): Promise<T> {
  const start = performance.now();
  const value = await work();
  expect(performance.now() - start).toBeLessThan(IN_TIME_MS);
  return value;
}

const STOPPED: readonly (readonly [string, string, readonly string[]])[] = [
  ['loops forever', 'while true do end', ['lua-timeout']],
  ['loops in pcall', 'while true do pcall(function() while true do end end) end', ['lua-timeout']],
  [
    'loops in pcall in a coroutine',
    'coroutine.wrap(function() while true do pcall(function() while true do end end) end end)()',
    ['lua-timeout'],
  ],
  ['loops in a metamethod', 'local t = setmetatable({}, { __index = function(t, k) return t[k] end }) return t.x', []],
  ['matches a hostile pattern', 'return (("a"):rep(40)):find(("a*"):rep(40) .. "b")', ['lua-timeout']],
  ['joins nothing a billion times', 'return (""):rep(1e9)', ['lua-timeout']],
  [
    'sorts with a comparison that never ends',
    'table.sort({ 1, 2 }, function() while true do end end)',
    ['lua-timeout'],
  ],
  ['fills tables', 'local t = {} while true do t = { t, {}, {}, {}, {}, {} } end', []],
  ['repeats a text a billion times', 'local s = ("x"):rep(1e9)', ['lua-memory']],
  ['doubles a text', 'local s = "x" while true do s = s .. s end', ['lua-memory']],
  ['keeps many texts', 'local s, t = ("x"):rep(8e6), {} for i = 1, 1e9 do t[i] = s:sub(2) end', ['lua-memory']],
  ['keeps many upper-case texts', 'local s, t = ("x"):rep(8e6), {} for i = 1, 1e9 do t[i] = s:upper() end', []],
  [
    'joins many texts',
    'local s, t = ("x"):rep(1e6), {} for i = 1, 640 do t[i] = s end return table.concat(t)',
    ['lua-memory'],
  ],
  ['calls itself', 'local function f() return 1 + f() end f()', []],
  ['raises a table', 'error({})', ['lua-error']],
  ['raises nothing', 'error()', ['lua-error']],
  [
    'raises a value that loops when it is shown',
    'error(setmetatable({}, { __tostring = function() while true do end end }))',
    ['lua-error'],
  ],
];

test.for(STOPPED)('a file that %s is stopped in time', { tags: 'attack' }, async ([, program, codes]) => {
  const found = await timed(async () =>
    codesOf(await readLua(`workflow = { steps = { a = { code = "" } } }\n${program}`)),
  );
  expect(found).toHaveLength(1);
  expect(['lua-timeout', 'lua-memory', 'lua-error']).toContain(found[0]);
  if (codes.length > 0) expect(found).toEqual(codes);
});

const REACHES: readonly (readonly [string, string])[] = [
  ['os.execute', 'os.execute("touch " .. canary)'],
  ['io.popen', 'io.popen("touch " .. canary)'],
  ['io.open', 'io.open(canary, "w")'],
  ['io.open', 'pcall(function() io.open(canary, "w") end)'],
  ['os.exit', 'os.exit(0)'],
  ['os.remove', 'os.remove(canary)'],
  ['os.rename', 'os.rename("/etc/hostname", canary)'],
  ['os.getenv', 'os.getenv("HOME")'],
  ['os.tmpname', 'os.tmpname()'],
  ['dofile', 'dofile("/etc/passwd")'],
  ['loadfile', 'loadfile("/etc/passwd")'],
  ['debug.getregistry', 'debug.getregistry()'],
  ['package.loadlib', 'package.loadlib(canary, "*")'],
  ['string.dump', 'string.dump(print)'],
  ['load of bytecode', 'load(string.char(27) .. "Lua")'],
];

test.for(REACHES)('a file that uses %s is told so at that line: %s', { tags: 'attack' }, async ([name, call]) => {
  const cwd = folder();
  const canary = join(cwd, 'canary');
  const parsed = await timed(() =>
    readLua(`local canary = "${canary}"\nworkflow = { steps = { a = { code = "" } } }\n${call}\n`),
  );
  const [diagnostic, ...others] = diagnosticsOf(parsed);
  expect(others).toEqual([]);
  expect(diagnostic).toMatchObject({ code: 'not-allowed' });
  expect(diagnostic!.message).toContain(`cannot use ${name};`);
  expect(pointed(diagnostic!)).toBe(call);
  expect(existsSync(canary)).toBe(false);
});

test.for(['js', 'fengari', 'process', 'require("fs")', 'require("../secret")', 'require("/etc/passwd")'])(
  '%s leads out of no sandbox',
  { tags: 'attack' },
  async (expression) => {
    const cwd = folder({
      'secret.lua': 'return { a = { code = "" } }',
      'flows/a.lua': `workflow = { steps = ${expression} }`,
    });
    expect((await readFile(cwd, 'flows/a.lua')).ok).toBe(false);
  },
);

test('a link does not lead a Lua module out of the folder', { tags: 'attack' }, async () => {
  const cwd = folder({
    'secret.lua': 'return { a = { code = "" } }',
    'flows/a.lua': 'workflow = { steps = require("link") }',
  });
  symlinkSync(join(cwd, 'secret.lua'), join(cwd, 'flows', 'link.lua'));
  const [diagnostic] = diagnosticsOf(await readFile(cwd, 'flows/a.lua'));
  expect(diagnostic!.message).toContain('leads out of the workflow');
});

test('tables without end, however they are shared, are no values', { tags: 'attack' }, async () => {
  const doubling = 'local t = { code = "" } for i = 1, 60 do t = { a = t, b = t } end workflow = { steps = t }';
  expect(await timed(async () => codesOf(await readLua(doubling)))).toContain('unknown-field');
  const deep = 'local t = {} for i = 1, 1e4 do t = { a = t } end workflow = { steps = { a = { code = t } } }';
  expect(await timed(async () => codesOf(await readLua(deep)))).toEqual(['wrong-type']);
});

test.for([
  ['lua', `workflow = ${'{'.repeat(10_000)}`],
  ['lua', `workflow = ${'{'.repeat(10_000)}${'}'.repeat(10_000)}`],
  ['lua', `workflow = ${'('.repeat(50_000)}1${')'.repeat(50_000)}`],
  ['lua', `workflow = ${'not '.repeat(50_000)}true`],
  ['lua', `workflow = { steps = { a = { code = ${'"a" .. '.repeat(50_000)}"b", x = 1 } } }`],
  ['lua', `workflow = { steps = ${'{ a = '.repeat(500)} 1 ${'}'.repeat(500)} }`],
  ['toml', `a = ${'['.repeat(10_000)}`],
  ['toml', `a = ${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ['toml', `a = ${'{ a = '.repeat(10_000)}1${' }'.repeat(10_000)}`],
  ['toml', `[${'a.'.repeat(10_000)}a]`],
  ['toml', `${'a.'.repeat(10_000)}a = 1`],
] as const)('deep nesting in %s ends with a diagnostic', { tags: 'attack' }, async ([format, text]) => {
  const found = await timed(async () => codesOf(await (format === 'lua' ? readLua(text) : readToml(text))));
  expect(found.length).toBeGreaterThan(0);
});

test('what is no text file is told what it is, and a pipe is not waited for', { tags: 'attack' }, async () => {
  const cwd = folder({
    'nul.lua': 'workflow = "\0"',
    'latin1.lua': new Uint8Array([0x2d, 0x2d, 0xe9]),
    'empty.lua': '',
  });
  mkdirSync(join(cwd, 'dir.lua'));
  execFileSync('mkfifo', [join(cwd, 'pipe.lua')]);
  writeFileSync(join(cwd, 'big.lua'), '');
  truncateSync(join(cwd, 'big.lua'), 50 * 1024 ** 2);
  const code = (path: string): Promise<readonly string[]> => timed(async () => codesOf(await readFile(cwd, path)));
  expect(await code('dir.lua')).toEqual(['not-a-file']);
  expect(await code('pipe.lua')).toEqual(['not-a-file']);
  expect(await code('big.lua')).toEqual(['file-too-large']);
  expect(await code('nul.lua')).toEqual(['bad-encoding']);
  expect(await code('latin1.lua')).toEqual(['bad-encoding']);
  expect(await code('empty.lua')).toEqual(['no-workflow']);
  expect(await code('missing.lua')).toEqual(['file-not-found']);
  expect(await code('nul.lua/x.lua')).toEqual(['file-not-found']);
});

test('no thread outlives the file it read, nor does what the thread did to its own arrays', { tags: 'attack' }, () => {
  const program = `
    import { readdirSync } from 'node:fs';
    import { parseText } from './dist/src/parse/index.js';
    const options = { cwd: '/', modulesDir: '/', directory: '/' };
    const threads = () => readdirSync('/proc/self/task').length;
    await parseText({ path: 'a.lua', text: 'local x = tostring(1)' }, 'lua', options);
    const before = threads();
    await parseText({ path: 'a.lua', text: 'while true do end' }, 'lua', options);
    await parseText({ path: 'a.lua', text: '(("a"):rep(40)):find(("a*"):rep(40) .. "b")' }, 'lua', options);
    console.log(threads() - before, new Uint8Array(2 ** 26).length);`;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', program], { timeout: 20_000 });
  expect(output.toString()).toBe('0 67108864\n');
});
