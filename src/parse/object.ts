/** A document from a JavaScript object, with its JSON form as the text that diagnostics point into. */
import type { SourceFile, Span } from '../model/source.ts';
import { DEEPEST, type Document, type DocumentValue, type Entry, type Oddity, type TableValue } from './document.ts';
import { mistake } from './mistakes.ts';

const PATH = 'workflow';
const NOWHERE: Span = { start: 0, end: 0 };

/**
 * Never throws, whatever the object holds; properties that are `undefined` count as absent. Without places the text is
 * empty and nothing has a span of its own, which takes a third of the memory.
 */
export function documentFromObject(definition: unknown, withPlaces: boolean): Document {
  const writer = new Writer(withPlaces);
  const root = writer.write(definition, 0);
  const file: SourceFile = { path: PATH, text: writer.text };
  if (root.kind === 'table') return { file, root, mistakes: [], isObject: true };
  const message = 'Pass the workflow as an object with "steps"';
  const empty: TableValue = { kind: 'table', span: root.span, entries: new Map() };
  return { file, root: empty, mistakes: [mistake(file, 'no-workflow', root.span, message)] };
}

/** Writes JSON and notes where each value begins and ends. */
class Writer {
  readonly #open = new Set<object>();
  readonly #withPlaces: boolean;
  #text = '';

  constructor(withPlaces: boolean) {
    this.#withPlaces = withPlaces;
  }

  get text(): string {
    return this.#text;
  }

  write(value: unknown, depth: number): DocumentValue {
    const start = this.#text.length;
    switch (typeof value) {
      case 'string': {
        const json = JSON.stringify(value);
        this.#put(json);
        const span = this.#spanFrom(start);
        if (!value.isWellFormed()) return { kind: 'odd', span, what: 'bad-text' };
        return { kind: 'text', span, value, start, verbatim: !json.includes('\\') };
      }
      case 'number':
      case 'bigint': {
        this.#put(String(value));
        const span = this.#spanFrom(start);
        if (typeof value === 'bigint' && BigInt.asIntN(64, value) !== value)
          return { kind: 'odd', span, what: 'huge-integer' };
        if (typeof value === 'number' && !Number.isFinite(value)) return { kind: 'odd', span, what: 'not-a-number' };
        return { kind: 'number', span, value };
      }
      case 'boolean':
        this.#put(String(value));
        return { kind: 'boolean', span: this.#spanFrom(start), value };
      case 'object':
        return value === null ? this.#odd('null', 'null') : this.#container(value, depth);
      case 'function':
        return this.#odd('function', '"[function]"');
      default:
        return this.#odd('userdata', `"[${typeof value}]"`);
    }
  }

  #container(value: object, depth: number): DocumentValue {
    if (this.#open.has(value)) return this.#odd('cycle', '"[circular]"');
    if (depth >= DEEPEST) return this.#odd('too-deep', '"[too deep]"');
    if (value instanceof Date) return this.#odd('date', '"[date]"');
    this.#open.add(value);
    const written = Array.isArray(value) ? this.#list(value, depth) : this.#table(value, depth);
    this.#open.delete(value);
    return written;
  }

  #list(value: readonly unknown[], depth: number): DocumentValue {
    const start = this.#text.length;
    const items: DocumentValue[] = [];
    this.#put('[');
    for (const item of value) {
      if (items.length > 0) this.#put(', ');
      items.push(this.write(item, depth + 1));
    }
    this.#put(']');
    return { kind: 'list', span: this.#spanFrom(start), items };
  }

  #table(value: object, depth: number): DocumentValue {
    const start = this.#text.length;
    const entries = new Map<string, Entry>();
    const indent = `\n${'  '.repeat(depth + 1)}`;
    this.#put('{');
    for (const [key, property] of Object.entries(value)) {
      if (property === undefined) continue;
      this.#put(entries.size > 0 ? `,${indent}` : indent);
      const keyStart = this.#text.length;
      this.#put(JSON.stringify(key));
      const keySpan = this.#spanFrom(keyStart);
      this.#put(': ');
      entries.set(key, { keySpan, value: this.write(property, depth + 1) });
    }
    this.#put(entries.size > 0 ? `\n${'  '.repeat(depth)}}` : '}');
    return { kind: 'table', span: this.#spanFrom(start), entries };
  }

  #odd(what: Oddity, json: string): DocumentValue {
    const start = this.#text.length;
    this.#put(json);
    return { kind: 'odd', span: this.#spanFrom(start), what };
  }

  #put(text: string): void {
    if (this.#withPlaces) this.#text += text;
  }

  #spanFrom(start: number): Span {
    return this.#withPlaces ? { start, end: this.#text.length } : NOWHERE;
  }
}
