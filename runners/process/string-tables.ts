/** Lays strings out in memory as C functions take them: each ends with a zero byte, and a table of their addresses ends with a zero address. */
import type { CLibrary } from './c-library.ts';

/** Where a list of strings lies. */
export interface StringTable {
  readonly address: number;
  /** Address of its first string. */
  readonly first: number;
}

export interface StringTables {
  /** Good until the next call. Nothing when a string has a zero byte in it, or there is none in a list. */
  write(lists: readonly (readonly string[])[]): readonly StringTable[] | undefined;
}

const POINTER = 8;
/** Of a pointer, which is all of it: no address of a process has more. */
const ADDRESS = 6;
const FIRST_SIZE = 16 * 1024;

export function stringTables(library: Pick<CLibrary, 'allocate'>): StringTables {
  let memory = library.allocate(FIRST_SIZE);

  return {
    write(lists) {
      const strings = lists.flat();
      const text = `${strings.join('\0')}\0`;
      const pointers = POINTER * (strings.length + lists.length);
      const needed = pointers + Buffer.byteLength(text);
      if (needed > memory.bytes.length) memory = library.allocate(2 * needed);
      const { bytes, address } = memory;
      bytes.fill(0, 0, pointers);
      const end = pointers + bytes.write(text, pointers);
      const tables: StringTable[] = [];
      let [slot, at] = [0, pointers];
      for (const list of lists) {
        tables.push({ address: address + slot, first: address + at });
        for (const _ of list) {
          bytes.writeUIntLE(address + at, slot, ADDRESS);
          slot += POINTER;
          at = bytes.indexOf(0, at) + 1;
        }
        slot += POINTER;
      }
      const isWhole = at === end && lists.every((list) => list.length > 0);
      return isWhole ? tables : undefined;
    },
  };
}
