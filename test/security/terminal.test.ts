// What hostile text looks like wherever hwfe shows it.
import { EventEmitter } from 'node:events';
import { afterAll, describe, expect, test } from 'vitest';
import { createLiveReport } from '../../src/terminal/live.ts';
import { createStyle } from '../../src/terminal/style.ts';
import { visibleLine } from '../../src/terminal/visible.ts';
import { directory } from '../cli/rig.ts';
import { graph, planOf } from '../support/graph.ts';
import { STEERING, STEERS } from './attacks/terminal.ts';

const hostile = Object.values(STEERING);
const all = hostile.join(' ');
const lua = (text: string): string =>
  `"${Buffer.from(text).reduce((written, byte) => `${written}\\${String(byte).padStart(3, '0')}`, '')}"`;

const dir = directory();
afterAll(() => dir.remove());

/** A workflow all of whose texts are hostile; `body` is the code of its one step, in Lua. */
function workflow(body: string): string {
  return `local all = ${lua(all)}
workflow = { name = all, description = all, steps = { honest = { description = all, code = [==[${body}]==] } } }`;
}

const BODIES: Readonly<Record<string, string>> = {
  'printed lines': `function run() for _, s in ipairs({ ${hostile.map(lua).join(', ')} }) do print(s) end return 1 end`,
  'an error': `function run() error(${lua(all)}) end`,
  'an output': `function run() return ${lua(all)} end`,
  'a table as output': `function run() return { { [${lua(all)}] = ${lua(all)} } } end`,
  'a name in the trace': `_G[${lua(all)}] = function() error("x") end function run() _G[${lua(all)}]() end`,
  'a path in a message': `function run() return { [${lua(all)}] = print } end`,
  warnings: `function run() return { [${lua(all)}] = 0 / 0 } end`,
};

const COMMANDS: readonly (readonly string[])[] = [
  ['run', 'FILE'],
  ['run', 'FILE', '--print-output'],
  ['run', 'FILE', '--output', 'markdown'],
  ['run', 'FILE', '--dry-run'],
  ['validate', 'FILE'],
  ['graph', 'FILE'],
  ['graph', 'FILE', '--format', 'mermaid'],
  ['graph', 'FILE', '--format', 'dot'],
];

describe.for(Object.entries(BODIES))('%s', ([name, body]) => {
  test.for(name === 'printed lines' ? COMMANDS : COMMANDS.slice(0, 3))(
    'as %j shows it',
    { tags: 'attack' },
    async (command) => {
      dir.write('hostile.lua', workflow(body));
      const { out, err } = await dir.hwfe(...command.map((word) => (word === 'FILE' ? 'hostile.lua' : word)));
      expect(out + err).not.toMatch(STEERS);
      expect(out + err).not.toBe('');
    },
  );

  test('as one event a line', { tags: 'attack' }, async () => {
    dir.write('hostile.lua', workflow(body));
    const { out } = await dir.hwfe('run', 'hostile.lua', '--json');
    const events = out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { kind: string });
    expect(events[0]!.kind).toBe('run-started');
    expect(events.at(-1)!.kind).toBe('run-settled');
    expect(new Set(events.map(({ kind }) => kind)).size).toBeGreaterThan(3);
  });
});

test.for(Object.entries(STEERING))(
  'without what makes it visible, a line that %s has it',
  { tags: 'control' },
  ([, text]) => {
    expect(text).toMatch(STEERS);
    expect(visibleLine(text)).not.toMatch(STEERS);
  },
);

test('names of files are shown harmlessly, those that exist and those that do not', { tags: 'attack' }, async () => {
  const name = 'a\u001B]0;owned\u0007\r\u202Eb';
  dir.write(`workflows/${name}.lua`, 'workflow = { steps = { a = { code = "x = = 1" }, b = { depends_on = "c" } } }');
  for (const args of [
    ['list'],
    ['validate', `workflows/${name}.lua`],
    ['run', `workflows/${name}.lua`],
    ['run', name + 'x'],
    ['run', '--' + name],
    [name],
    ['graph', name],
    ['run', 'hostile.lua', '--timeout', name],
    ['run', 'hostile.lua', '--config', name],
  ]) {
    const { out, err } = await dir.hwfe(...args);
    expect(out + err, args.join(' ')).not.toMatch(STEERS);
  }
});

test('a name of a step is no way to write: it is refused, and shown harmlessly', { tags: 'attack' }, async () => {
  dir.write(
    'names.lua',
    `workflow = { steps = { [${lua(all)}] = { code = ${lua(all)}, [${lua(all)}] = 1, depends_on = ${lua(all)} } } }`,
  );
  const { status, out, err } = await dir.hwfe('validate', 'names.lua');
  expect(status).not.toBe(0);
  expect(out + err).not.toMatch(STEERS);
});

test('the live view shows lines, warnings and failures harmlessly', { tags: 'attack' }, () => {
  let written = '';
  const plan = planOf(graph('a'));
  const report = createLiveReport(plan, {
    style: createStyle(false),
    size: () => ({ columns: 200, rows: 40 }),
    write: (text) => (written += text),
    process: Object.assign(new EventEmitter(), { pid: 1, kill: () => true }),
    sourceOf: () => all,
  });
  const at = { at: 0, run: 'r', step: 'a', attempt: 1 };
  const failure = { reason: 'threw' as const, message: all, trace: all, position: { file: all, line: 1 } };
  const usage = { wallMs: 1 } as never;
  report.onEvent({
    ...at,
    kind: 'run-started',
    workflow: all,
    file: all,
    mode: 'parallel',
    failureMode: 'no-new',
    cap: 1,
    levels: [['a']],
  });
  report.onEvent({ ...at, kind: 'step-started', language: 'lua', runtime: 'embedded' });
  for (const text of hostile) report.onEvent({ ...at, kind: 'step-printed', lines: [{ stream: 'stdout', text }] });
  report.onEvent({ ...at, kind: 'step-warned', message: all });
  report.onEvent({ ...at, kind: 'step-retrying', failure, delayMs: 1 });
  report.onEvent({ ...at, kind: 'step-failed', failure, durationMs: 1, usage });
  report.onEvent({ ...at, kind: 'run-settled', status: 'failed', durationMs: 1 });
  // oxlint-disable-next-line no-control-regex -- the view's own: erase, move up, cursor, synchronised output
  const without = written.replace(/\u001B\[(\d*[AKJ]|\?(25|2026)[hl]|\d*G)|\r/g, '');
  expect(without.match(STEERS)).toBeNull();
  // The view hides the cursor itself.
  for (const text of hostile.filter((each) => each !== STEERING['hides the cursor']))
    expect(written).not.toContain(text);
});

test('a line of 64 KiB that is slow for careless patterns takes no time', { tags: 'attack' }, () => {
  const lines = [
    '\r'.repeat(65_535) + 'x',
    '\u001B['.repeat(32_000),
    `\u001B[${'0;'.repeat(32_000)}`,
    ' '.repeat(65_535) + 'x',
    '\u202E'.repeat(65_535),
  ];
  const start = performance.now();
  for (const line of lines) visibleLine(line);
  expect(performance.now() - start).toBeLessThan(1500);
});

test('no name of a file writes lines of its own', { tags: 'attack' }, async () => {
  const name = 'a\nerror: forged\r\nb';
  dir.write(`${name}.lua`, 'workflow = { steps = { a = { code = "return 1" } } }');
  dir.write(`wrong\n${name}.lua`, 'workflow = { steps = { a = { file = "x\\ny" } } }');
  for (const args of [
    ['validate', `${name}.lua`],
    ['validate', `wrong\n${name}.lua`],
    ['validate', `missing\n${name}`],
    ['run', `missing\n${name}`],
    ['validate', `${name}.lua`, `wrong\n${name}.lua`],
  ]) {
    const { out, err } = await dir.hwfe(...args);
    expect(
      (out + err).split('\n').filter((line) => /^(error: forged|b|y)/.test(line)),
      args.join(' '),
    ).toEqual([]);
  }
});
