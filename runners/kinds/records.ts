/** Tables in canonical text → lists of records, for whoever reads the text itself. */
import type { EncodedValue } from '../contract.ts';
import { compareKeys } from '../value/keys.ts';
import { own } from '../value/own.ts';
import { endOfString, endOfValue, view } from './scan.ts';
import { isTable } from './table-shape.ts';

const TABLE = Buffer.from('{"$table":{"columns":[');

/** Canonical again; the very same bytes where there is no table. */
export function withRecords(text: EncodedValue): EncodedValue {
  const bytes = view(text);
  return bytes.includes(TABLE) ? own(Buffer.from(rewritten(bytes), 'latin1')) : text;
}

/** One character for each byte, which keeps every byte as it is. */
function rewritten(bytes: Buffer): string {
  let out = '';
  let copied = 0;
  for (let at = bytes.indexOf(TABLE); at !== -1; ) {
    let next = at + TABLE.length;
    if (isTable(bytes, next)) {
      out += bytes.toString('latin1', copied, at) + records(bytes, next);
      next = endOfValue(bytes, at);
      copied = next;
    }
    at = bytes.indexOf(TABLE, next);
  }
  return out + bytes.toString('latin1', copied);
}

/** `at` is behind `{"$table":{"columns":[`. */
function records(bytes: Buffer, at: number): string {
  const [names, namesEnd] = items(bytes, at, endOfString);
  const [columns] = items(bytes, namesEnd + ',"data":['.length, endOfValue);
  const order = names
    .map(([start, end], place) => ({
      place,
      key: bytes.toString('latin1', start, end),
      name: nameAt(bytes, start, end),
    }))
    .sort((a, b) => compareKeys(a.name, b.name));
  const cells = columns.map(([start]) => items(bytes, start + 1, endOfValue)[0]);
  const length = cells[0]?.length ?? 0;
  const rows: string[] = [];
  for (let row = 0; row < length; row++) {
    const members = order.map(({ place, key }) => {
      const [start, end] = cells[place]![row]!;
      return `${key}:${rewritten(bytes.subarray(start, end))}`;
    });
    rows.push(`{${members.join()}}`);
  }
  return `[${rows.join()}]`;
}

type Span = readonly [start: number, end: number];

/** What stands in a list whose bracket opened before `start`, and the place behind its end. */
function items(bytes: Buffer, start: number, end: (bytes: Buffer, at: number) => number): [Span[], number] {
  const found: Span[] = [];
  let at = start;
  while (bytes[at] !== 0x5d) {
    const stop = end(bytes, at);
    found.push([at, stop]);
    at = bytes[stop] === 0x2c ? stop + 1 : stop;
  }
  return [found, at + 1];
}

function nameAt(bytes: Buffer, start: number, end: number): string {
  return JSON.parse(bytes.toString('utf8', start, end)) as string;
}
