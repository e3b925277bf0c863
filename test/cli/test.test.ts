// Tests of workflows pass, fail and say why.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Directory, directory } from './rig.ts';

const WORKFLOW = `workflow = { name = "orders", steps = {
  load = { cmd = "echo run >> ran.txt; echo '{\\"prices\\":[30, 12.5]}'", secrets = {"NOBODY_GIVES_IT"} },
  total = { language = "lua", depends_on = {"load"}, code = [[function run(inputs)
    local sum = 0
    for _, price in ipairs(inputs.load.prices) do sum = sum + price end
    if sum > 100 then error("too much") end
    return { euros = sum, half = 5.0, prices = inputs.load.prices, at = "now" }
  end]] },
  report = { language = "lua", depends_on = {"total"}, code = "function run(inputs) return inputs.total.euros .. ' EUR' end" },
} }`;

let home: Directory;
beforeEach(() => {
  home = directory({ 'workflows/orders.lua': WORKFLOW });
});
afterEach(() => home.remove());

/** Writes the tests and runs them. */
async function run(tests: string, ...args: string[]): Promise<[number | string, string, string]> {
  home.write('workflows/orders.test.toml', tests);
  const { status, out, err } = await home.hwfe('test', ...args);
  return [status, out, err];
}

const MOCK = 'mocks.load.output = { prices = [1, 2.5] }';

describe('a test of a workflow', () => {
  it('passes where all is as expected, and no mocked step runs', async () => {
    const [status, out, err] = await run(`
[tests.whole]
${MOCK}
expect.steps.total.output = { euros = 3.5, half = 5, prices = [1, 2.5], at = "now" }
expect.steps.report = { output = "3.5 EUR" }
[tests.part]
${MOCK}
only = "total"
expect.steps.total.includes = { prices = [1, 2.5] }
[tests.too_much]
mocks.load.output = { prices = [101] }
expect.steps.total.error = "too much"
expect.steps.report.status = "skipped"
[tests.no_prices]
mocks.load.error = "no such host"
expect.status = "failed"`);
    expect([status, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^✓ workflows\/orders\.test\.toml \(4 tests\) \S+\n\nFiles {2}1 passed \(1\)\nTests {2}4 passed \(4\)\n$/,
    );
    expect(() => readFileSync(join(home.path, 'ran.txt'))).toThrow('ENOENT');
    expect((await home.hwfe('runs')).err).toContain('No run is remembered');
  });

  it('says where an output is another than expected, and how a run ended otherwise', async () => {
    const [status, out] = await run(`
[tests.sum]
${MOCK}
expect.steps.total.includes = { prices = [1, 3] }
[tests.fails]
mocks.load.output = { prices = [101] }`);
    expect(status).toBe(1);
    expect(out).toContain('"total" handed on prices[1] = 2.5, and was to 3');
    expect(out).toContain('workflows/orders.test.toml:4:31');
    expect(out).toContain('the run failed, and was to succeed: "total": too much');
    expect(out).toContain('Tests  2 failed (2)');
  });

  it('may be written in Lua, beside the workflow that it is named for', async () => {
    home.write(
      'workflows/orders.test.lua',
      `local t = {}
       for i = 1, 3 do t["n" .. i] = { mocks = { load = { output = { prices = { i } } } }, expect = { steps = { total = { includes = { euros = i } } } } } end
       suite = { workflow = "orders.lua", tests = t }`,
    );
    const { status, out } = await home.hwfe('test', 'orders', '-v');
    expect([status, out]).toEqual([0, expect.stringContaining('✓ n3')]);
    expect((await home.hwfe('test', 'orders', '-t', 'n2')).out).toContain('Tests  1 passed (1)');
    // A file of tests is no workflow.
    expect((await home.hwfe('list')).out).toBe('workflows/orders.lua  orders\n');
  });

  it('tells every mistake in its file, with its place, and ends with status 2', async () => {
    const [status, , err] = await run(`
[tests.a]
${MOCK}
only = ["total", "reprot"]
expect.steps.totl.output = 1
[tests.b]
only = ["report"]`);
    expect(status).toBe(2);
    expect(err).toContain('The workflow "orders" has no step "reprot"; did you mean "report"? [unknown-step]');
    expect(err).toContain('has no step "totl"; did you mean "total"?');
    expect(err).toContain(
      'Mock "total" in test "b", or add it to "only": step "report" takes its output [unmocked-input]',
    );
    const [again, , fields] = await run(`
[tests.a]
mock.load = { output = 1 }
expect.steps.total = { output = 1979-05-27, error = "x" }
mocks.load = { output = 1, error = "x" }`);
    expect(again).toBe(2);
    expect(fields).toContain('has an unknown field "mock"; did you mean "mocks"?');
    expect(fields).toContain('holds a date; it takes a value that JSON has a form for');
    expect(fields).toContain('Say one thing of the mock of "load" in test "a": "output" or "error"');
    expect((await run(''))[2]).toContain('Give the file at least one test in "tests"; it has none [empty-tests]');
    expect((await home.hwfe('test', 'nothing')).err).toContain('There is no workflow file "nothing"');
    expect((await home.hwfe('test', '--report', 'xml')).err).toContain('There is no report "xml"');
  });

  it('writes JUnit, whatever its names hold', async () => {
    const [status, out] = await run(
      `[tests."a <b> & \\"c\\" \\u0007"]\n${MOCK}\nexpect.steps.report.output = "]]>"`,
      '--report',
      'junit',
    );
    expect(status).toBe(1);
    expect(out).toContain('<testsuites name="hwfe" tests="1" failures="1" errors="0"');
    expect(out).toContain('name="a &lt;b&gt; &amp; &quot;c&quot; \ufffd" file="workflows/orders.test.toml" line="1"');
    expect(out).toContain('and was to &quot;]]&gt;&quot;</failure>');
    await run(`[tests.a]\n${MOCK}`, '--report', 'junit', '-o', 'results.xml');
    expect(readFileSync(join(home.path, 'results.xml'), 'utf8')).toContain('failures="0"');
  });
});

describe('a test of a workflow with inputs', () => {
  it('gives them values, and compares what the run returns', async () => {
    home.write(
      'workflows/sums.lua',
      `workflow = { name = "sums", inputs = { by = { type = "integer" }, name = { type = "string", default = "x" } },
        steps = { load = { cmd = "exit 1" }, twice = { depends_on = {"load"}, inputs = { by = "{{ inputs.by }}" },
          code = "function run(i) return i.load.n * i.by end" } }, outputs = { sum = "{{ steps.twice.output }}" } }`,
    );
    const suite = (more: string): void =>
      home.write('workflows/sums.test.toml', `[tests.a]\nmocks.load.output = { n = 4 }\n${more}`);
    suite('inputs.by = 3\nexpect.outputs = { sum = 12 }\nexpect.steps.twice.output = 12');
    expect((await home.hwfe('test', 'sums')).out).toContain('Tests  1 passed (1)');
    suite('inputs = { by = 3 }\nexpect.outputs = { sum = 13 }');
    expect((await home.hwfe('test', 'sums')).out).toContain('the run returned sum = 12, and was to 13');
    suite('inputs = { yb = 3 }');
    expect((await home.hwfe('test', 'sums')).err).toContain('has no input "yb"; did you mean "by"? [unknown-input]');
    suite('');
    expect((await home.hwfe('test', 'sums')).out).toContain('Give input "by" a value');
    // A run's inputs are in the test that is made of it.
    home.write(
      'workflows/sums.lua',
      readFileSync(join(home.path, 'workflows/sums.lua'), 'utf8').replace('exit 1', () => String.raw`echo '{\"n\":5}'`),
    );
    expect((await home.hwfe('sums', '-q', '--input', 'by=2')).status).toBe(0);
    home.write('workflows/sums.test.toml', '');
    await home.hwfe('test', '--record', 'latest', '--name', 'now');
    expect(readFileSync(join(home.path, 'workflows/sums.test.toml'), 'utf8')).toContain(
      'inputs.by = 2\ninputs.name = "x"\n',
    );
    expect((await home.hwfe('test', 'sums')).out).toContain('Tests  1 passed (1)');
    // The other commands give them again.
    expect((await home.hwfe('report', 'latest')).out).toContain('<dt>input by</dt><dd>2</dd>');
    expect((await home.bash('echo inputs.by | hwfe repl latest twice')).out).toBe('2\n');
    await home.hwfe('sums', '-q', '--input', 'by=3');
    expect((await home.hwfe('diff', 'latest~1', 'latest')).out).toContain('In the inputs\n  by: 2 → 3\n');
  });
});

describe('a golden test', () => {
  const tests = `[tests.a]\n${MOCK}\ngolden = true\nignore = ["total.at", "total.prices[*]"]`;

  it('compares with what was recorded, but for what is to be ignored', async () => {
    expect((await run(tests))[1]).toContain('nothing is recorded of this test yet; record it: hwfe test --update');
    expect((await run(tests, '--update'))[1]).toContain('• a recorded');
    expect((await run(tests, '--update'))[1]).not.toContain('recorded');
    expect((await run(tests))[0]).toBe(0);
    home.write('workflows/orders.lua', WORKFLOW.replace('"now"', '"then"').replace('5.0', '6.0'));
    const [status, out] = await run(tests);
    expect([status, out]).toEqual([1, expect.stringContaining('"total" handed on half = 6; recorded is 5')]);
    expect((await run(tests, '-u'))[0]).toBe(0);
    expect((await run(tests))[0]).toBe(0);
  });

  it('is made of a past run, whose shell steps are mocked with what they gave', async () => {
    home.write('workflows/orders.lua', WORKFLOW.replace(', secrets = {"NOBODY_GIVES_IT"}', ''));
    expect((await home.hwfe('orders', '-q')).status).toBe(0);
    const made = await home.hwfe('test', '--record', 'latest', '--name', 'as before');
    expect([made.status, made.out]).toEqual([
      0,
      expect.stringContaining('The test "as before" is in workflows/orders.test.toml'),
    ]);
    expect((await home.hwfe('test')).out).toContain('Tests  1 passed (1)');
    expect(readFileSync(join(home.path, 'ran.txt'), 'utf8')).toBe('run\n');
    expect((await home.hwfe('test', '--record', 'latest', '--name', 'as before')).err).toContain(
      'name this one: --name NAME',
    );
    writeFileSync(join(home.path, 'workflows/orders.test.toml.golden.json'), '{"a":');
    expect((await home.hwfe('test')).err).toContain('remove the file and record it again');
  });
});
