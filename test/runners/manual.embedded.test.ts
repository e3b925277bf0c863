/** Every example of the manual pages on Lua, JavaScript and WASM steps runs, and gives what the page says. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { load as loadJavascript } from '../../runners/javascript/index.ts';
import { load as loadLua } from '../../runners/lua/index.ts';
import { embedded } from './contract/embedded.ts';
import { runModule, wasmRunner } from './wasm/job.ts';
import { Modules } from './wasm/modules.ts';

const modules = new Modules();
const workdir = mkdtempSync(join(tmpdir(), 'hwfe-test-manual-'));
afterAll(() => {
  rmSync(workdir, { recursive: true });
  modules.close();
});

const inputs = { orders: '[{"count":2,"price":1.5},{"count":1,"price":4}]' };

/** Each block of code with the JSON that the page shows next. */
function examples(page: string, tag: string): { code: string; output: string }[] {
  const text = readFileSync(new URL(`../../docs/languages/${page}.md`, import.meta.url), 'utf8');
  const blocks = text.matchAll(
    new RegExp(`^\`\`\`${tag}\\n(.*?)^\`\`\`\\n[^\`]*(?:\`[^\`\\n]+\`[^\`]*)*^\`\`\`json\\n(.*?)\\n\`\`\``, 'gms'),
  );
  return [...blocks].map(([, code, output]) => ({ code: code!, output: output! }));
}

function count(page: string, tag: string): number {
  const text = readFileSync(new URL(`../../docs/languages/${page}.md`, import.meta.url), 'utf8');
  return text.split(`\`\`\`${tag}\n`).length - 1;
}

describe.each([
  ['lua', embedded('lua', loadLua)],
  ['javascript', embedded('javascript', loadJavascript)],
] as const)('%s', (language, run) => {
  test('every example shows its output', () => {
    expect(examples(language, language)).toHaveLength(count(language, language));
  });

  test.each(examples(language, language))('$output', async ({ code, output }) => {
    expect((await run(code, { inputs, workdir })).shown).toBe(output);
  });
});

describe('wasm', () => {
  const shown = examples('wasm', 'wat');

  test('every example shows its output', () => {
    expect(shown).toHaveLength(count('wasm', 'wat'));
  });

  test.each(shown)('$output', async ({ code, output }) => {
    const request = { path: await modules.assemble(code), inputs, module: 'modules/example.wasm' };
    const scored = code.includes('"score"') ? { func: 'score', args: [3, 4] } : {};
    const ended = await runModule(await wasmRunner(), { ...request, ...scored });
    const timeless = String(ended.shown).replace(/"timestamp":"[^"]+"/, '"timestamp":"2024-02-29T12:00:00.000+00:00"');
    expect(timeless).toBe(output);
  });
});
