// Files in the style of the original Rust engine run unchanged: its words, its habits, its graphs.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import wabt from 'wabt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { directory } from '../cli/rig.ts';
import { eventsOf, outputTexts, type PrintedEvent, printedBy } from './events.ts';

const home = directory();
afterAll(() => home.remove());

const STATUS_MODULE = `(module
  (func (export "run") (result i32) (i32.const 0))
  (func (export "warn") (result i32) (i32.const 3))
  (func (export "fail") (result i32) (i32.const 11)))`;

beforeAll(async () => {
  mkdirSync(join(home.path, 'modules'));
  const module = (await wabt()).parseWat('status.wat', STATUS_MODULE);
  writeFileSync(join(home.path, 'modules/status.wasm'), module.toBinary({}).buffer);
});

interface FlowRun {
  /** Each step's output as text. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly events: readonly PrintedEvent[];
}

/** Runs the workflow of these steps. */
async function run(steps: string): Promise<FlowRun> {
  home.write(
    'workflows/flow.lua',
    `workflow = {\n  name = "flow",\n  description = "A flow",\n  steps = {${steps}}\n}\n`,
  );
  const { status, out, err } = await home.hwfe('workflows/flow.lua', '--json');
  expect({ status, err }).toEqual({ status: 0, err: '' });
  return { outputs: Object.fromEntries(outputTexts(out)), events: eventsOf(out) };
}

describe('words', () => {
  it('a step without a language is Lua', async () => {
    const { outputs } = await run(`
    first = { code = [[
function run()
    return { made_by = "lua", size = #"four" }
end
]] },
    second = { depends_on = { "first" }, code = [[
function run(inputs)
    return inputs["first"].size + 1
end
]] }`);
    expect(outputs).toEqual({ first: '{"made_by":"lua","size":4}', second: '5' });
  });

  it('languages have all their names', async () => {
    const { outputs } = await run(`
    a = { language = "bash", code = [[ echo '{"from": "bash"}' ]] },
    b = { language = "sh", code = [[ echo '{"from": "sh"}' ]] },
    c = { language = "node", code = [[ function run() { return { from: "node" } } ]] },
    d = { language = "nodejs", code = [[ function run() { return { from: "nodejs" } } ]] },
    e = { language = "js", code = [[ function run() { return { from: "js" } } ]] },
    f = { language = "webassembly", module = "modules/status.wasm" },
    g = { language = "wasm", module = "modules/status.wasm", ["function"] = "run" }`);
    for (const [step, name] of Object.entries({ a: 'bash', b: 'sh', c: 'node', d: 'nodejs', e: 'js' })) {
      expect(outputs[step]).toBe(`{"from":"${name}"}`);
    }
    for (const step of ['f', 'g']) expect(outputs[step]).toContain('"return_code":0');
  });
});

describe('shell steps', () => {
  it('grep numbers and texts out of compact, sorted JSON', async () => {
    const { outputs, events } = await run(`
    generate = { language = "python", code = [[
def run(inputs=None):
    return {"total_generated": 120, "label": "a  b", "rows": [{"z": 1, "a": 2}]}
]] },
    count = { depends_on = { "generate" }, language = "bash", code = [[
run() {
    local data=$(parse_input "generate")
    local total=$(echo "$data" | grep -o '"total_generated":[0-9]*' | cut -d':' -f2)
    local label=$(echo "$data" | grep -o '"label":"[^"]*"' | cut -d'"' -f4)
    echo "counting $INPUT_GENERATE"
    echo "{\\"total\\": $((total * 2)), \\"label\\": \\"$label\\"}"
    echo '{"late": true}'
}
]] }`);
    expect(outputs['count']).toBe('{"label":"a  b","total":240}');
    expect(printedBy('count', events)).toContain(
      'counting {"label":"a  b","rows":[{"a":2,"z":1}],"total_generated":120}\n',
    );
  });

  it('print JSON over several lines, which stays text for Python to search in', async () => {
    const { outputs } = await run(`
    report = { language = "shell", code = [[
echo "Collecting"
cat << EOF
{
  "workspace": "/srv/jobs",
  "files": 2
}
EOF
]] },
    read = { depends_on = { "report" }, language = "python", code = [[
import re

def run(inputs):
    text = inputs["report"]["stdout"]
    return {"files": int(re.search(r'"files": (\\d+)', text).group(1)), "status": inputs["report"]["exit_code"]}
]] }`);
    expect(JSON.parse(outputs['report']!)).toEqual({
      exit_code: 0,
      stderr: '',
      stdout: 'Collecting\n{\n  "workspace": "/srv/jobs",\n  "files": 2\n}',
    });
    expect(outputs['read']).toBe('{"files":2,"status":0}');
  });

  it('share the files of the machine and a directory of the run', async () => {
    const { outputs } = await run(`
    make = { language = "bash", code = [[
run() {
    local dir=$(mktemp -d)
    echo "one two" > "$dir/words.txt"
    echo shared > "$HWFE_WORKDIR/note"
    echo "{\\"dir\\": \\"$dir\\"}"
}
]] },
    use = { depends_on = { "make" }, language = "bash", code = [[
run() {
    local dir=$(parse_input "make" | grep -o '"dir":"[^"]*"' | cut -d'"' -f4)
    local words=$(wc -w < "$dir/words.txt")
    rm -rf "$dir"
    echo "{\\"words\\": $words, \\"note\\": \\"$(cat "$HWFE_WORKDIR/note")\\"}"
}
]] }`);
    expect(outputs['use']).toBe('{"note":"shared","words":2}');
  });
});

describe('Python and JavaScript steps', () => {
  it('a Python parameter with a default serves with and without inputs', async () => {
    const code = `[[
def run(inputs=None):
    print("got", inputs)
    return "alone" if not inputs else sorted(inputs)
]]`;
    const { outputs } = await run(`
    first = { language = "python", code = ${code} },
    second = { depends_on = { "first" }, language = "python", code = ${code} }`);
    expect(outputs).toEqual({ first: '"alone"', second: '["first"]' });
  });

  it('what JavaScript logs is not its output, be it JSON or not', async () => {
    const { outputs, events } = await run(`
    log = { language = "javascript", code = [[
function run() {
    console.log(JSON.stringify({ logged: true }, null, 2));
    console.log('{"logged":true}');
    return { items: [3, 1, 2].map(n => ({ n, even: n % 2 === 0 })), ratio: (1 / 3).toFixed(2) };
}
]] }`);
    expect(outputs['log']).toBe(
      '{"items":[{"even":false,"n":3},{"even":false,"n":1},{"even":true,"n":2}],"ratio":"0.33"}',
    );
    expect(printedBy('log', events)).toBe('{\n  "logged": true\n}\n{"logged":true}\n');
  });
});

describe('WASM steps', () => {
  it('are found from where hwfe was started, and tell of the call and of their inputs', async () => {
    const { outputs, events } = await run(`
    input = { language = "python", code = [[
def run():
    return {"numbers": [1, 2, 3], "name": "x"}
]] },
    good = { depends_on = { "input" }, language = "wasm", module = "modules/status.wasm", func = "run" },
    doubtful = { depends_on = { "input" }, language = "wasm", module = "modules/status.wasm", func = "warn" },
    judge = { depends_on = { "good", "doubtful" }, language = "javascript", code = [[
function run(inputs) {
    return Object.values(inputs).filter(r => r.wasm_execution && r.wasm_execution.status === "success").length;
}
]] }`);
    expect(JSON.parse(outputs['good']!)).toMatchObject({
      wasm_execution: {
        module: 'modules/status.wasm',
        function: 'run',
        return_code: 0,
        status: 'success',
        input_count: 1,
      },
      input_summary: { input: 'object[2]' },
      processed_data: { success: true },
    });
    expect(JSON.parse(outputs['doubtful']!)).toMatchObject({ wasm_execution: { return_code: 3, status: 'error' } });
    expect(events.filter(({ kind }) => kind === 'step-warned').map(({ step }) => step)).toEqual(['doubtful']);
    expect(outputs['judge']).toBe('1');
  });

  it('fail with a status over ten', async () => {
    const step = '{ language = "wasm", module = "modules/status.wasm", func = "fail" }';
    home.write('fails.lua', `workflow = { steps = { bad = ${step} } }`);
    const { status, out } = await home.hwfe('fails.lua');
    expect(status).toBe(1);
    expect(out).toMatch(/✗ bad .*\b11\b/);
  });
});

describe('a graph of four levels whose middle one works for a while', () => {
  it('takes the time of one of the middle steps, not of all', async () => {
    home.write('.env', 'HWFE_EXECUTION_MODE=parallel\nHWFE_MAX_PARALLEL_STEPS=4\n');
    const { events, outputs } = await run(`
    init = { language = "lua", code = [[
function run()
  print("🚀 Starting")
  return "initialized"
end
      ]] },
    a = { depends_on = {"init"}, language = "shell", code = [[sleep 0.7; echo done]] },
    b = { depends_on = {"init"}, language = "python", code = [[
def run(inputs=None):
    total = sum(range(100000))
    return "b after " + inputs["init"]
]] },
    c = { depends_on = {"init"}, language = "lua", code = [[
function run()
  local start = os.clock()
  while os.clock() - start < 0.7 do end
  return "c"
end
      ]] },
    d = { depends_on = {"init"}, language = "shell", code = [[sleep 0.7; echo done]] },
    merge = { depends_on = {"a", "b", "c", "d"}, language = "lua", code = [[
function run(inputs)
  local kinds = {}
  for name, value in pairs(inputs) do kinds[name] = type(value) end
  return kinds
end
]] },
    finalize = { depends_on = {"merge"}, language = "shell", code = [[echo "all done"]] }`);
    home.write('.env', '');
    const middle = ['a', 'b', 'c', 'd'];
    expect(events[0]!.levels).toEqual([['init'], middle, ['merge'], ['finalize']]);
    expect(outputs['b']).toBe('"b after initialized"');
    expect(outputs['merge']).toBe('{"a":"table","b":"string","c":"string","d":"table"}');

    const at = (kind: string, step: string): number => events.find((e) => e.kind === kind && e.step === step)!.at;
    const starts = middle.map((step) => at('step-started', step));
    const ends = middle.map((step) => at('step-succeeded', step));
    const oneByOne = ends.reduce((sum, end, i) => sum + end - starts[i]!, 0);
    expect(Math.max(...starts)).toBeLessThan(Math.min(...ends));
    expect(Math.max(...ends) - Math.min(...starts)).toBeLessThan(oneByOne - 700);
  });
});
