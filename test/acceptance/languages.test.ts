// The manual's overview of the languages: its example and its table are true, and the manual's links lead somewhere.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { Table } from '../../runners/value.ts';
import { OutputFile, outputsOf } from '../../src/outputs.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { directory } from '../cli/rig.ts';

const DOCS = join(import.meta.dirname, '../../docs');
const PAGE = readFileSync(join(DOCS, 'languages.md'), 'utf8');

const home = directory();
const engine = createEngine({ cwd: home.path });
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  home.remove();
});

const rows = PAGE.split('| JSON |')[1]!
  .split('\n\n')[0]!
  .split('\n')
  .slice(2)
  .map((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, cell]) => cell!));

const SAYS: readonly ((literal: string) => StepDefinition)[] = [
  (literal) => ({ language: 'lua', code: `function run() return ${literal} end` }),
  (literal) => ({ language: 'javascript', code: `function run() { return ${literal} }` }),
  (literal) => ({ language: 'python', code: `def run(): return ${literal}` }),
];
const PASSES: readonly ((input: string) => StepDefinition)[] = [
  (input) => ({ language: 'lua', code: `function run(inputs) return inputs.${input} end`, depends_on: input }),
  (input) => ({ language: 'js', code: `function run(inputs) { return inputs.${input} }`, depends_on: input }),
  (input) => ({ language: 'python', code: `def run(inputs): return inputs["${input}"]`, depends_on: input }),
];

describe('docs/languages.md', () => {
  it('says what values look like in each language', async () => {
    expect(rows.length).toBeGreaterThan(10);
    const steps: Record<string, StepDefinition> = {};
    for (const [i, [json, ...literals]] of rows.entries()) {
      expect(literals).toHaveLength(3);
      home.write(`${i}.json`, json!);
      steps[`json_${i}`] = { cmd: `cat ${i}.json > "$HWFE_OUTPUT"` };
      for (const [k, literal] of literals.entries()) {
        steps[`says_${i}_${k}`] = SAYS[k]!(literal);
        steps[`passes_${i}_${k}`] = PASSES[k]!(`json_${i}`);
      }
    }
    const loaded = await engine.define({ steps });
    expect(loaded.ok).toBe(true);
    const record = await engine.start((loaded as { value: Plan }).value).finished;
    const text = (step: string): string => Buffer.from(record.steps.get(step)!.output ?? []).toString();
    for (const [i, [json, ...literals]] of rows.entries()) {
      expect(JSON.parse(text(`json_${i}`))).toEqual(JSON.parse(json!));
      for (const [k, literal] of literals.entries()) {
        expect(text(`passes_${i}_${k}`), `${json} as ${literal}`).toBe(text(`says_${i}_${k}`));
      }
    }
  });

  it('shows steps that do the same in three languages', async () => {
    const [, flow] = /```lua\n([^]*?)```/.exec(PAGE)!;
    const [, expected] = /```json\n([^]*?)```/.exec(PAGE)!;
    home.write('flow.lua', flow!);
    const loaded = await engine.load('flow.lua');
    expect(loaded.ok).toBe(true);
    const { cart, ...totals } = Object.fromEntries(
      outputsOf(await engine.start((loaded as { value: Plan }).value).finished),
    );
    expect(totals).toEqual(JSON.parse(expected!));
    expect(cart).toBeDefined();
  });

  it('shows a table and a file on their way through three languages', async () => {
    const flow = [...PAGE.matchAll(/```lua\n([^]*?)```/g)][1]?.[1];
    const expected = [...PAGE.matchAll(/```json\n([^]*?)```/g)][1]?.[1];
    home.write('kinds.lua', flow!);
    const loaded = await engine.load('kinds.lua');
    expect(loaded.ok).toBe(true);
    const record = await engine.start((loaded as { value: Plan }).value, { workdir: 'kept' }).finished;
    const { shown, report, prices } = Object.fromEntries(outputsOf(record));
    expect({ shown }).toEqual(JSON.parse(expected!));
    expect(report).toBeInstanceOf(OutputFile);
    const { path, size } = report as OutputFile;
    expect(readFileSync(join(home.path, 'kept', path), 'utf8')).toBe('tea and cake: 7.5');
    expect(size).toBe(17);
    expect((prices as Table).column('price')).toEqual([3, 4.5]);
    expect([...(prices as Table)].map(({ item }) => item)).toEqual(['tea', 'cake']);
  });
});

describe('the manual', () => {
  const pages = ['.', 'languages'].flatMap((folder) =>
    readdirSync(join(DOCS, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => join(folder, name)),
  );

  it.each(pages)('has no dead link in %s', (page) => {
    const text = readFileSync(join(DOCS, page), 'utf8');
    for (const [, target, anchor] of text.matchAll(/\]\(([^()#:\s]*)(?:#([^()\s]*))?\)/g)) {
      const file = target === '' ? join(DOCS, page) : join(DOCS, dirname(page), target!);
      expect(existsSync(file), `${page} -> ${target}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(readFileSync(file, 'utf8'))).toContain(anchor);
    }
  });

  it('is listed whole by its index', () => {
    const index = readFileSync(join(DOCS, 'README.md'), 'utf8');
    for (const page of pages) if (page !== 'README.md') expect(index).toContain(`](${page})`);
  });
});

function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
