/** Gives places to the values that an evaluated Lua file handed over, as its text shows them. */
import type { Span } from '../../model/source.ts';
import type { DocumentValue, Entry, TextValue } from '../document.ts';
import type { Expression, TableConstructor } from './ast.ts';
import type { Landmarks } from './landmarks.ts';
import { keyOf } from './plain.ts';
import { literalText, locateText } from './syntax.ts';
import type { WireValue } from './wire.ts';

/** Tables that are used many times over are written out as often; this bounds it. */
const MOST_VALUES = 500_000;

export function locateValue(value: WireValue, landmarks: Landmarks): DocumentValue {
  const { places } = landmarks.syntax;
  const { root, syntax } = landmarks;
  let values = 0;
  return locate(value, root, root === undefined ? { start: 0, end: syntax.file.text.length } : places.spanOf(root));

  /** `around` is the smallest known place that the value belongs to. */
  function locate(wire: WireValue, hint: Expression | undefined, around: Span): DocumentValue {
    const shown = landmarks.resolve(hint);
    const span = shown === undefined ? around : places.spanOf(shown);
    values += 1;
    if (values > MOST_VALUES) return { kind: 'odd', span, what: 'too-many' };
    if (typeof wire === 'string') return locateString(wire, shown, span);
    if (typeof wire === 'number') return { kind: 'number', span, value: wire };
    if (typeof wire === 'boolean') return { kind: 'boolean', span, value: wire };
    const constructor = shown?.type === 'TableConstructorExpression' ? shown : undefined;
    if (wire instanceof Map) {
      return { kind: 'table', span, entries: locateEntries(wire, constructor, span), isEmptyLua: wire.size === 0 };
    }
    if (!Array.isArray(wire)) return { kind: 'odd', span, what: wire.odd };
    const shownItems = constructor?.fields.filter(({ type }) => type === 'TableValue') ?? [];
    return { kind: 'list', span, items: wire.map((item, index) => locate(item, shownItems[index]?.value, span)) };
  }

  function locateEntries(
    wire: ReadonlyMap<string, WireValue>,
    constructor: TableConstructor | undefined,
    span: Span,
  ): ReadonlyMap<string, Entry> {
    const shown = new Map<string, { keySpan: Span; value: Expression | undefined }>();
    for (const field of constructor?.fields ?? []) {
      const key = keyOf(field);
      if (key !== undefined && field.type !== 'TableValue') {
        shown.set(key, { keySpan: places.spanOf(field.key), value: field.value });
      }
    }
    const entries = new Map<string, Entry>();
    for (const [key, value] of wire) {
      const place = shown.get(key) ?? landmarks.key(key, span, value);
      const around = place?.keySpan ?? span;
      entries.set(key, { keySpan: around, value: locate(value, place?.value, around) });
    }
    return entries;
  }

  function locateString(value: string, shown: Expression | undefined, span: Span): TextValue {
    if (shown?.type === 'StringLiteral' && literalText(shown) === value) return locateText(shown, value, places);
    if (shown?.type === 'BinaryExpression') {
      return { kind: 'text', span, value, start: startOf(shown), verbatim: false };
    }
    const literal = landmarks.text(value, span);
    if (literal !== undefined) return locateText(literal, value, places);
    return { kind: 'text', span, value, start: span.start, verbatim: false };
  }

  /** Of the first literal in a chain of joined texts. */
  function startOf(expression: Expression): number {
    let first: Expression = expression;
    for (let steps = 0; steps < 100 && (first.type === 'BinaryExpression' || first.type === 'Identifier'); steps++) {
      first = first.type === 'BinaryExpression' ? first.left : (landmarks.resolve(first) ?? first);
    }
    return first.type === 'StringLiteral' ? locateText(first, '', places).start : places.spanOf(expression).start;
  }
}
