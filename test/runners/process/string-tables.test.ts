// Strings for C functions, read back as a C function reads them.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Memory } from '../../../runners/process/c-library.ts';
import { stringTables } from '../../../runners/process/string-tables.ts';

/** Where each memory begins is of no meaning here, but has to be in every address. */
const BASE = 0x7f00_1234_5000;
let memory: Memory;
const library = { allocate: (size: number) => (memory = { bytes: Buffer.alloc(size), address: BASE }) };

function stringAt(address: number): string {
  const from = address - BASE;
  return memory.bytes.toString('utf8', from, memory.bytes.indexOf(0, from));
}

function tableAt(address: number): string[] {
  const strings: string[] = [];
  for (let at = address - BASE; ; at += 8) {
    const pointer = Number(memory.bytes.readBigUInt64LE(at));
    if (pointer === 0) return strings;
    strings.push(stringAt(pointer));
  }
}

const text = fc.string({ unit: 'binary', maxLength: 200 }).map((some) => some.replaceAll('\0', '').toWellFormed());

it('every list is found whole behind its address, however long what was written before', () => {
  const tables = stringTables(library);
  const list = fc.array(text, { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(fc.array(list, { minLength: 1, maxLength: 4 }), (lists) => {
      const written = tables.write(lists)!;
      expect(written.map(({ address }) => tableAt(address))).toEqual(lists);
      expect(written.map(({ first }) => stringAt(first))).toEqual(lists.map(([first]) => first));
    }),
  );
});

it.each([
  ['a string with a zero byte', [['a', 'b\0c']]],
  ['an empty list', [['a'], []]],
])('%s is not written', (_, lists) => {
  expect(stringTables(library).write(lists)).toBeUndefined();
});

it('what does not fit gets room', () => {
  const long = 'ä'.repeat(1_000_000);
  const [table] = stringTables(library).write([['short', long]])!;
  expect(tableAt(table!.address)).toEqual(['short', long]);
});
