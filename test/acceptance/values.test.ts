// Values pass through all languages in the real engine, threads and processes included, without losing a byte.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Engine } from '../../src/api.ts';
import { createEngine } from '../../src/engine.ts';
import { defineWorkflow } from '../../src/define.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import { canonicalText } from '../runners/contract/pairs.ts';
import { CAT, ECHO, Modules } from '../runners/wasm/modules.ts';

const modules = new Modules();
const home = mkdtempSync(join(tmpdir(), 'hwfe-values-'));
let engine: Engine;
beforeAll(async () => {
  await modules.assemble(CAT, 'cat.wasm');
  await modules.assemble(ECHO, 'echo.wasm');
  engine = createEngine({ cwd: modules.directory });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  modules.close();
  rmSync(home, { recursive: true });
});

/** Runs it to its end; gives the bytes of a step's output. */
async function run(definition: WorkflowDefinition): Promise<(step: string) => Buffer> {
  const plan = await engine.define(definition);
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join('\n'));
  const { steps } = await engine.start(plan.value).finished;
  for (const { name, failure } of steps.values()) expect(failure, name).toBeUndefined();
  return (step) => Buffer.from(steps.get(step)!.output!);
}

const GENERATE = `
function run()
  local records = {}
  for i = 1, 100000 do
    records[i] = {
      id = 9007199254740992 + i,
      name = "Jörg " .. i .. " 😀\\n\\"quoted\\"",
      score = i + 0.25,
      active = i % 2 == 0,
      tags = { "a" .. i % 7, json.null, i },
      ["it's $(date)"] = { nested = { -i } },
    }
  end
  return records
end`;

it('100,000 records of 6 fields arrive as they left', async () => {
  const bytesOf = await run(
    defineWorkflow({
      steps: {
        first: { language: 'lua', code: GENERATE },
        javascript: { language: 'js', depends_on: 'first', code: 'function run(inputs) { return inputs.first }' },
        python: { language: 'py', depends_on: 'javascript', code: 'def run(inputs): return inputs["javascript"]' },
        shell: { depends_on: 'python', cmd: 'cat "$INPUT_PYTHON_FILE" > "$HWFE_OUTPUT"' },
        wasm: { depends_on: 'shell', module: 'cat.wasm' },
        last: { language: 'lua', depends_on: 'wasm', code: 'function run(inputs) return inputs.wasm.shell end' },
      },
    }),
  );
  const first = bytesOf('first');
  expect(first.toString('utf8', 0, 80)).toContain('{"active":false,"id":9007199254740993,');
  expect(first.length).toBeGreaterThan(10_000_000);
  for (const step of ['javascript', 'python', 'shell', 'last']) expect(bytesOf(step).equals(first), step).toBe(true);
}, 120_000);

/** Every language once, and both kinds of WASM module. What enters is the text of a file. */
const CHAIN = defineWorkflow({
  steps: {
    shell: { cmd: 'cat "$FILE" > "$HWFE_OUTPUT"', env: { FILE: join(home, 'value.json') } },
    lua: { language: 'lua', depends_on: 'shell', code: 'function run(inputs) return inputs.shell end' },
    command: { depends_on: 'lua', module: 'cat.wasm' },
    python: { language: 'py', depends_on: 'command', code: 'def run(inputs): return inputs["command"]["lua"]' },
    echo: { depends_on: 'python', module: 'echo.wasm' },
    javascript: { language: 'js', depends_on: 'echo', code: 'function run({ echo }) { return echo.python }' },
    back: { depends_on: 'javascript', cmd: 'parse_input javascript > "$HWFE_OUTPUT"' },
  },
});

it('any JSON arrives as it left', async () => {
  // Of a table, shell and WASM steps see the records.
  const values = fc
    .array(
      canonicalText.filter((text) => !text.includes('"$table"')),
      { minLength: 1, maxLength: 60, size: 'max' },
    )
    .map((texts) => `[${texts.join()}]`);
  await fc.assert(
    fc.asyncProperty(values, async (text) => {
      writeFileSync(join(home, 'value.json'), text);
      const bytesOf = await run(CHAIN);
      for (const step of ['shell', 'lua', 'python', 'javascript', 'back']) {
        expect(bytesOf(step).toString('utf8'), step).toBe(text);
      }
    }),
    { numRuns: 20 },
  );
}, 120_000);
