/** Reads a Lua file that is plain data straight from its syntax tree, since starting an interpreter takes longer than all else. */
import { DEEPEST, type DocumentValue, type Entry } from '../document.ts';
import type { BinaryExpression, Expression, Statement, TableConstructor, TableField } from './ast.ts';
import { literalText, locateText, type Syntax } from './syntax.ts';

/** What the file hands over: what it returns, else its global; nil is no value. */
export interface Given {
  readonly value: DocumentValue | undefined;
  /** Some table has a key twice. */
  readonly doubled: boolean;
}

type Value = DocumentValue | 'nil';

/** Nothing if the file computes, so that an interpreter must read it. */
export function readPlain({ chunk, places }: Syntax, global = 'workflow'): Given | undefined {
  const locals = new Map<string, Value>();
  const globals = new Map<string, Value>();
  let doubled = false;
  for (const statement of chunk.body) {
    if (statement.type === 'ReturnStatement') {
      const [returned] = statement.arguments;
      const value = returned === undefined ? 'nil' : read(returned, 0);
      if (value === undefined || statement.arguments.length > 1) return undefined;
      return value !== 'nil' && isTable(value) ? { value, doubled } : given();
    }
    if (!run(statement)) return undefined;
  }
  return given();

  function given(): Given {
    const workflow = globals.get(global);
    return { value: workflow === 'nil' ? undefined : workflow, doubled };
  }

  function run(statement: Statement): boolean {
    if (statement.type !== 'LocalStatement' && statement.type !== 'AssignmentStatement') return false;
    const [variable] = statement.variables;
    const [init] = statement.init;
    const single = statement.variables.length === 1 && statement.init.length === 1;
    if (!single || init === undefined || variable?.type !== 'Identifier') return false;
    const value = read(init, 0);
    if (value === undefined) return false;
    const isLocal = statement.type === 'LocalStatement' || locals.has(variable.name);
    (isLocal ? locals : globals).set(variable.name, value);
    return true;
  }

  function read(expression: Expression, depth: number): Value | undefined {
    switch (expression.type) {
      case 'StringLiteral': {
        const text = literalText(expression);
        if (text === undefined) return { kind: 'odd', span: places.spanOf(expression), what: 'bad-text' };
        return locateText(expression, text, places);
      }
      case 'NumericLiteral':
        return { kind: 'number', span: places.spanOf(expression), value: numberOf(expression.value, expression.raw) };
      case 'BooleanLiteral':
        return { kind: 'boolean', span: places.spanOf(expression), value: expression.value };
      case 'NilLiteral':
        return 'nil';
      case 'Identifier':
        return locals.get(expression.name) ?? globals.get(expression.name);
      case 'UnaryExpression': {
        const { argument } = expression;
        if (expression.operator !== '-' || argument.type !== 'NumericLiteral') return undefined;
        const value = numberOf(argument.value, argument.raw);
        // -0 is the integer 0 to Lua, unless it is written as a float.
        return { kind: 'number', span: places.spanOf(expression), value: value === 0 ? 0 : -value };
      }
      case 'BinaryExpression':
        return expression.operator === '..' ? join(expression, depth) : undefined;
      case 'TableConstructorExpression':
        return depth < DEEPEST ? table(expression, depth) : undefined;
      default:
        return undefined;
    }
  }

  /** `..` binds to the right, so a long chain is walked without recursion. */
  function join(chain: BinaryExpression, depth: number): Value | undefined {
    const parts: string[] = [];
    let rest: Expression = chain;
    let start: number | undefined;
    for (; rest.type === 'BinaryExpression' && rest.operator === '..'; rest = rest.right) {
      if (!add(rest.left)) return undefined;
    }
    if (!add(rest) || start === undefined) return undefined;
    return { kind: 'text', span: places.spanOf(chain), value: parts.join(''), start, verbatim: false };

    function add(part: Expression): boolean {
      if (part.type === 'BinaryExpression' && part.operator === '..' && depth >= DEEPEST) return false;
      const value = read(part, depth + 1);
      if (value === undefined || value === 'nil' || value.kind !== 'text') return false;
      start ??= value.start;
      parts.push(value.value);
      return true;
    }
  }

  function table(constructor: TableConstructor, depth: number): Value | undefined {
    const span = places.spanOf(constructor);
    const items: DocumentValue[] = [];
    const entries = new Map<string, Entry>();
    for (const field of constructor.fields) {
      const value = read(field.value, depth + 1);
      if (value === undefined) return undefined;
      if (field.type === 'TableValue') {
        if (value === 'nil') return undefined;
        items.push(value);
        continue;
      }
      const key = keyOf(field);
      if (key === undefined) return undefined;
      doubled ||= entries.has(key);
      if (value === 'nil') entries.delete(key);
      else entries.set(key, { keySpan: places.spanOf(field.key), value });
    }
    if (items.length === 0) return { kind: 'table', span, entries, isEmptyLua: entries.size === 0 };
    return entries.size === 0 ? { kind: 'list', span, items } : undefined;
  }
}

function isTable(value: DocumentValue): boolean {
  return value.kind === 'table' || value.kind === 'list';
}

/** The text of a literal key. */
export function keyOf(field: TableField): string | undefined {
  if (field.type === 'TableKeyString') return field.key.name;
  return field.type === 'TableKey' && field.key.type === 'StringLiteral' ? literalText(field.key) : undefined;
}

/** Integers are exact: Lua's have 64 bits, and larger ones are floats. */
function numberOf(value: number, raw: string): number | bigint {
  if (Number.isSafeInteger(value) || !/^\d+$/.test(raw)) return value;
  const exact = BigInt(raw);
  return BigInt.asIntN(64, exact) === exact ? exact : value;
}
