/** Where in a Lua file keys, texts and variables stand, for values that the file computed. */
import type { Span } from '../../model/source.ts';
import { type Expression, type StringLiteral, walk } from './ast.ts';
import { keyOf } from './plain.ts';
import { literalText, type Syntax } from './syntax.ts';
import type { WireValue } from './wire.ts';

export interface KeyPlace {
  readonly keySpan: Span;
  readonly value: Expression | undefined;
}

export class Landmarks {
  readonly syntax: Syntax;
  readonly #keys = new Map<string, KeyPlace[]>();
  readonly #texts = new Map<string, StringLiteral[]>();
  readonly #variables = new Map<string, Expression[]>();
  #returned: Expression | undefined;

  constructor(syntax: Syntax) {
    this.syntax = syntax;
    walk(syntax.chunk, (node) => {
      if (node.type === 'StringLiteral') {
        const text = literalText(node);
        if (text !== undefined) addTo(this.#texts, text, node);
      } else if (node.type === 'TableKeyString' || node.type === 'TableKey') {
        this.#addKey(keyOf(node), node.key, node.value);
      } else if (node.type === 'AssignmentStatement' || node.type === 'LocalStatement') {
        node.variables.forEach((variable, position) => this.#addTarget(variable, node.init[position]));
      }
    });
    const last = syntax.chunk.body.at(-1);
    this.#returned = last?.type === 'ReturnStatement' ? last.arguments[0] : undefined;
  }

  /** The expression that the file hands over. */
  get root(): Expression | undefined {
    return this.#returned ?? this.#variables.get('workflow')?.at(-1);
  }

  /** Follows a variable to what it was last set to before it is used. */
  resolve(expression: Expression | undefined): Expression | undefined {
    if (expression?.type !== 'Identifier') return expression;
    const set = this.#variables.get(expression.name) ?? [];
    return set.findLast(({ range }) => range[1] <= expression.range[0]) ?? set.at(-1) ?? expression;
  }

  /** The key of that name within `span`, else the nearest one, if what stands there may have become `value`. */
  key(name: string, span: Span, value: WireValue): KeyPlace | undefined {
    const place = closest(this.#keys.get(name) ?? [], span, ({ keySpan }) => keySpan);
    return place !== undefined && mayBe(this.resolve(place.value), value) ? place : undefined;
  }

  /** A literal with exactly this text, within `span` or else the nearest one. */
  text(text: string, span: Span): StringLiteral | undefined {
    return closest(this.#texts.get(text) ?? [], span, (literal) => this.syntax.places.spanOf(literal));
  }

  #addKey(name: string | undefined, key: Expression, value: Expression | undefined): void {
    if (name !== undefined) addTo(this.#keys, name, { keySpan: this.syntax.places.spanOf(key), value });
  }

  #addTarget(target: Expression, value: Expression | undefined): void {
    if (target.type === 'Identifier' && value !== undefined) addTo(this.#variables, target.name, value);
    if (target.type === 'MemberExpression') this.#addKey(target.identifier.name, target.identifier, value);
    if (target.type === 'IndexExpression' && target.index.type === 'StringLiteral') {
      this.#addKey(literalText(target.index), target.index, value);
    }
  }
}

/** Only a literal tells for sure that it is another value. */
function mayBe(expression: Expression | undefined, value: WireValue): boolean {
  switch (expression?.type) {
    case 'StringLiteral':
      return literalText(expression) === value;
    case 'NumericLiteral':
    case 'BooleanLiteral':
      return expression.value === value;
    case 'TableConstructorExpression':
      return typeof value === 'object';
    default:
      return true;
  }
}

function addTo<T>(map: Map<string, T[]>, key: string, value: T): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}

/** `candidates` stand in file order, so the nearest is beside where `span` would be inserted. */
function closest<T>(candidates: readonly T[], span: Span, spanOf: (candidate: T) => Span): T | undefined {
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spanOf(candidates[middle]!).start < span.start) low = middle + 1;
    else high = middle;
  }
  const after = candidates[low];
  const before = candidates[low - 1];
  if (after === undefined || before === undefined) return after ?? before;
  const within = spanOf(after).end <= span.end;
  return within || spanOf(after).start - span.start < span.start - spanOf(before).start ? after : before;
}
