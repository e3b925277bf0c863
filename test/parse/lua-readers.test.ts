/** The reader without an interpreter and the one with it agree on everything that is plain data. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DocumentValue } from '../../src/parse/document.ts';
import { readPlain } from '../../src/parse/lua/plain.ts';
import { readByEvaluation } from '../../src/parse/lua/read.ts';
import { parseLua } from '../../src/parse/lua/syntax.ts';

const word = fc.stringMatching(/^[a-z]{2,8}$/).filter((text) => !KEYWORDS.has(text));
const KEYWORDS = new Set(
  'and break do else elseif end false for function goto if in local nil not or repeat return then true until while'.split(
    ' ',
  ),
);
/** No control characters: fengari takes some keys with them for one another. */
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((raw) => raw.replaceAll(/\p{Cc}/gu, '·'));

function quoted(value: string): string {
  return `"${value.replaceAll(/["\\]/g, (character) => `\\${character}`)}"`;
}

const literal = fc.oneof(
  text.map(quoted),
  text.filter((raw) => !raw.includes(']')).map((raw) => `[==[\n${raw}\r\nmore]==]`),
  fc.tuple(text, text).map(([a, b]) => `${quoted(a)} .. ${quoted(b)}`),
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: 1e-6, max: 1e6 }).map(String),
  fc.boolean().map(String),
);

const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    literal,
    fc.array(tie('expression'), { maxLength: 4 }).map((items) => `{ ${items.join(', ')} }`),
    fc
      .uniqueArray(fc.tuple(fc.oneof(word, text), tie('expression')), { selector: ([key]) => key, maxLength: 4 })
      .map((entries) => `{ ${entries.map(([key, value]) => `${keyText(key)} = ${value};`).join(' ')} }`),
  ),
}));

function keyText(key: string): string {
  return /^[a-z]{2,8}$/.test(key) && !KEYWORDS.has(key) ? key : `[${quoted(key)}]`;
}

const table = fc
  .uniqueArray(fc.tuple(word, expression), { selector: ([key]) => key, minLength: 1, maxLength: 5 })
  .map((entries) => `{ ${entries.map(([key, value]) => `${key} = ${value}`).join(', ')} }`);

const source = fc
  .tuple(fc.uniqueArray(fc.tuple(word, expression), { selector: ([name]) => name, maxLength: 2 }), table, fc.boolean())
  .map(([locals, value, returns]) => {
    const names = locals.map(([name]) => name);
    const used = names.map((name) => `${name}_used = ${name}`).join(', ');
    const whole = used === '' ? value : value.replace('{ ', `{ ${used}, `);
    const declared = locals.map(([name, init]) => `local ${name} = ${init}\n`).join('');
    return `${declared}${returns ? 'return' : 'workflow ='} ${whole}\n`;
  });

test('both readers give the same document, places included', async () => {
  await fc.assert(
    fc.asyncProperty(source, async (program) => {
      const syntax = parseLua({ path: 'test.lua', text: program });
      if (!syntax.ok) throw new Error(`${syntax.error.message}\n${program}`);
      const plain = readPlain(syntax.value);
      expect(plain, program).toBeDefined();
      const evaluated = await readByEvaluation(syntax.value, '/nowhere');
      expect(evaluated.mistakes).toEqual([]);
      expect(comparable(evaluated.value!)).toEqual(comparable(plain!.value!));
    }),
    { numRuns: 40 },
  );
}, 120_000);

/** Maps as lists, so that the order of keys counts. */
function comparable(value: DocumentValue): unknown {
  if (value.kind === 'list') return { ...value, items: value.items.map(comparable) };
  if (value.kind !== 'table') return value;
  return { ...value, entries: [...value.entries].map(([key, entry]) => [key, entry.keySpan, comparable(entry.value)]) };
}
