/** A positioned TOML syntax tree becomes located values. */
import type { AST } from 'toml-eslint-parser';
import type { Span } from '../../model/source.ts';
import type { DocumentValue, Entry, TableValue, TextValue } from '../document.ts';
import type { Lookup } from './values.ts';

type Path = readonly (string | number)[];
type OpenTable = TableValue & { readonly entries: Map<string, Entry> };
type OpenList = { readonly kind: 'list'; readonly span: Span; readonly items: DocumentValue[] };

export function buildTable(program: AST.TOMLProgram, text: string, lookup: Lookup): TableValue {
  const root = openTable({ start: 0, end: 0 });
  for (const node of program.body[0].body) {
    if (node.type === 'TOMLKeyValue') addPair(root, node, []);
    else {
      const table = enter(root, node);
      for (const pair of node.body) addPair(table, pair, node.resolvedKey);
    }
  }
  return root;

  function enter(from: OpenTable, { key, kind, range }: AST.TOMLTable): OpenTable {
    const last = key.keys.at(-1)!;
    const parent = descend(from, key.keys.slice(0, -1));
    if (kind === 'standard') return descend(parent, [last]);
    const table = openTable(spanOf({ range }));
    const present = parent.entries.get(nameOf(last))?.value;
    if (present?.kind === 'list') (present as OpenList).items.push(table);
    else {
      const list: OpenList = { kind: 'list', span: spanOf({ range }), items: [table] };
      parent.entries.set(nameOf(last), { keySpan: spanOf(last), value: list });
    }
    return table;
  }

  function addPair(table: OpenTable, { key, value }: AST.TOMLKeyValue, path: Path): void {
    const last = key.keys.at(-1)!;
    const parent = descend(table, key.keys.slice(0, -1));
    const read = readValue(value, [...path, ...key.keys.map(nameOf)]);
    parent.entries.set(nameOf(last), { keySpan: spanOf(last), value: read });
  }

  function readValue(node: AST.TOMLContentNode, path: Path): DocumentValue {
    const span = spanOf(node);
    if (node.type === 'TOMLArray') {
      return { kind: 'list', span, items: node.elements.map((element, index) => readValue(element, [...path, index])) };
    }
    if (node.type === 'TOMLInlineTable') {
      const table = openTable(span);
      for (const pair of node.body) addPair(table, pair, path);
      return table;
    }
    const value = lookup(path);
    switch (node.kind) {
      case 'string':
        return readString(node, typeof value === 'string' ? value : node.value, text);
      case 'boolean':
        return { kind: 'boolean', span, value: typeof value === 'boolean' ? value : node.value };
      case 'integer':
        if (BigInt.asIntN(64, node.bigint) !== node.bigint) return { kind: 'odd', span, what: 'huge-integer' };
        return { kind: 'number', span, value: exact(isNumber(value) ? value : node.bigint) };
      case 'float': {
        const float = typeof value === 'number' ? value : node.value;
        return Number.isFinite(float)
          ? { kind: 'number', span, value: float }
          : { kind: 'odd', span, what: 'not-a-number' };
      }
      default:
        return { kind: 'odd', span, what: 'date' };
    }
  }
}

/** Makes the tables on the way that are not there; of a list of tables, the last is meant. */
function descend(from: OpenTable, keys: readonly AST.TOMLKey['keys'][number][]): OpenTable {
  let table = from;
  for (const key of keys) {
    const present = table.entries.get(nameOf(key))?.value;
    const inside = present?.kind === 'list' ? present.items.at(-1) : present;
    if (inside?.kind === 'table') table = inside as OpenTable;
    else {
      const made = openTable(spanOf(key));
      table.entries.set(nameOf(key), { keySpan: spanOf(key), value: made });
      table = made;
    }
  }
  return table;
}

function readString(node: AST.TOMLStringValue, value: string, text: string): TextValue {
  const span = spanOf(node);
  const raw = text.slice(span.start, span.end);
  const opening = node.multiline ? /^(?:"""|''')(?:\r?\n)?/.exec(raw)![0].length : 1;
  const body = raw.slice(opening, raw.length - (node.multiline ? 3 : 1));
  const isFolded = node.style === 'basic' && /\\[ \t]*\r?\n/.test(body);
  const verbatim = !isFolded && body.split('\n').length === value.split('\n').length;
  return { kind: 'text', span, value: value.replaceAll('\r\n', '\n'), start: span.start + opening, verbatim };
}

export function nameOf(key: AST.TOMLBare | AST.TOMLQuoted): string {
  return key.type === 'TOMLBare' ? key.name : key.value;
}

export function spanOf({ range: [start, end] }: { readonly range: readonly [number, number] }): Span {
  return { start, end };
}

function openTable(span: Span): OpenTable {
  return { kind: 'table', span, entries: new Map() };
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || Number.isSafeInteger(value);
}

function exact(value: number | bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
