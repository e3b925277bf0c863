/** Every diagnostic code is documented, every documented code is real, and the example messages are what is really said. */
import { chmodSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { EXPRESSION_CODES } from '../../src/expressions/codes.ts';
import { PARSE_CODES, SUITE_CODES } from '../../src/parse/codes.ts';
import { PLAN_CODES } from '../../src/plan/codes.ts';
import { diagnosticsOf, folder, readFile } from './files.ts';
import { SAMPLES } from './samples.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/diagnostics.md'), 'utf8');
const OURS: readonly string[] = [...PARSE_CODES, ...EXPRESSION_CODES, ...PLAN_CODES];

/** Codes by heading, each with its first quoted message. */
function documented(): ReadonlyMap<string, string | undefined> {
  const sections = PAGE.split(/^### `/m).slice(1);
  return new Map(sections.map((section) => [section.split('`', 1)[0]!, /^> (.+)$/m.exec(section)?.[1]]));
}

/** Codes that the other rooms write into their diagnostics. */
function elsewhere(): readonly string[] {
  const files = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  const others = files.filter((file) => file.endsWith('.ts') && !/^(parse|plan|model|expressions)\//.test(file));
  return others.flatMap((file) => {
    const text = readFileSync(join(ROOT, 'src', file), 'utf8');
    return [...text.matchAll(/\bcode: '([a-z-]+)', severity|\bcode: '([a-z-]+)',\s*severity/g)].map(
      ([, inline, broken]) => (inline ?? broken)!,
    );
  });
}

test('every code is documented and every documented code is real', () => {
  expect([...documented().keys()].sort()).toEqual([...new Set([...OURS, ...SUITE_CODES, ...elsewhere()])].sort());
});

test('every code of a workflow file has a sample that shows it', () => {
  expect([...Object.keys(SAMPLES), 'unreadable-file'].sort()).toEqual([...OURS].sort());
});

test.for(Object.entries(SAMPLES))('the example message of %s is what is said', async ([code, sample]) => {
  const cwd = folder({
    ...sample.files,
    ...(sample.lua !== undefined && { 'flow.lua': sample.lua }),
    ...(sample.toml !== undefined && { 'flow.toml': sample.toml }),
  });
  const path = sample.path ?? (sample.lua === undefined ? 'flow.toml' : 'flow.lua');
  const found = diagnosticsOf(await readFile(cwd, path)).filter((diagnostic) => diagnostic.code === code);
  expect(found.map(({ message }) => message)).toContain(documented().get(code));
});

test('a file that may not be read is told so', async () => {
  const cwd = folder({ 'secret.lua': 'workflow = {}' });
  chmodSync(join(cwd, 'secret.lua'), 0);
  const [diagnostic] = diagnosticsOf(await readFile(cwd, 'secret.lua'));
  // Root reads everything.
  expect(diagnostic!.code).toBe(process.getuid?.() === 0 ? 'empty-steps' : 'unreadable-file');
});
