/** Guest code: values → what `console.log` shows, in the manner of Node's. */

/** Arguments as one text: `%s %d %i %f %j %o %O %c %%` in a leading string are filled in, the rest follows after spaces. */
export type Format = (args: readonly unknown[]) => string;

export function createFormat(): Format {
  const DEPTH = 2;
  const ITEMS = 100;
  const WIDTH = 72;
  const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

  function quoted(text: string): string {
    const quote = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('`') ? '`' : "'";
    const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
    return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped.replaceAll(quote, `\\${quote}`)) + quote;
  }

  function primitive(value: unknown): string {
    if (typeof value === 'string') return quoted(value);
    if (typeof value === 'bigint') return `${value}n`;
    if (Object.is(value, -0)) return '-0';
    return String(value);
  }

  function nameOf(value: object): string {
    const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
    if (prototype === null) return '[Object: null prototype]';
    const name = prototype.constructor?.name;
    return typeof name === 'string' && name !== '' ? name : 'Object';
  }

  function joined(open: string, parts: readonly string[], close: string): string {
    if (parts.length === 0) return `${open}${close}`;
    const line = `${open} ${parts.join(', ')} ${close}`;
    if (line.length <= WIDTH && !line.includes('\n')) return line;
    return `${open}\n${parts.map((part) => `  ${part.replaceAll('\n', '\n  ')}`).join(',\n')}\n${close}`;
  }

  function members(value: object, depth: number, seen: readonly object[], skip: (key: string) => boolean): string[] {
    return Reflect.ownKeys(value)
      .filter(
        (key) => Object.getOwnPropertyDescriptor(value, key)?.enumerable && !(typeof key === 'string' && skip(key)),
      )
      .map((key) => {
        const label = typeof key === 'symbol' ? `[${String(key)}]` : IDENTIFIER.test(key) ? key : quoted(key);
        const descriptor = Object.getOwnPropertyDescriptor(value, key)!;
        if (descriptor.get !== undefined) return `${label}: [${descriptor.set ? 'Getter/Setter' : 'Getter'}]`;
        return `${label}: ${inspect(descriptor.value, depth + 1, seen)}`;
      });
  }

  function few(count: number, items: readonly string[]): readonly string[] {
    const more = count - ITEMS;
    return more > 0 ? [...items, `... ${more} more item${more === 1 ? '' : 's'}`] : items;
  }

  function arrayItems(value: readonly unknown[], nested: (each: unknown) => string): string[] {
    const items: string[] = [];
    for (let i = 0, holes = 0; i < value.length && i < ITEMS; i++) {
      if (i in value) {
        items.push(nested(value[i]));
        continue;
      }
      holes += 1;
      if (i + 1 < value.length && !(i + 1 in value)) continue;
      items.push(`<${holes} empty item${holes === 1 ? '' : 's'}>`);
      holes = 0;
    }
    return items;
  }

  function inspect(value: unknown, depth: number, parents: readonly object[]): string {
    if (typeof value === 'function') {
      const isClass = Function.prototype.toString.call(value).startsWith('class');
      const name = value.name === '' ? '(anonymous)' : value.name;
      return isClass ? `[class ${name}]` : value.name === '' ? '[Function (anonymous)]' : `[Function: ${name}]`;
    }
    if (typeof value !== 'object' || value === null) return primitive(value);
    if (parents.includes(value)) return '[Circular *1]';
    const name = nameOf(value);
    if (value instanceof Error) return errorText(value, depth, parents);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
    if (value instanceof RegExp) return String(value);
    if (value instanceof Promise) return 'Promise {}';
    if (value instanceof Number || value instanceof String || value instanceof Boolean)
      return `[${name}: ${primitive(value.valueOf())}]`;
    if (depth > DEPTH)
      return Array.isArray(value) ? '[Array]' : `[${name === '[Object: null prototype]' ? 'Object' : name}]`;
    const seen = [...parents, value];
    const nested = (each: unknown): string => inspect(each, depth + 1, seen);
    if (Array.isArray(value)) {
      const items = arrayItems(value, nested);
      const rest = members(value, depth, seen, (key) => /^\d+$/.test(key));
      return joined(name === 'Array' ? '[' : `${name}(${value.length}) [`, [...few(value.length, items), ...rest], ']');
    }
    if (ArrayBuffer.isView(value) && Symbol.iterator in value) {
      const numbers = [...(value as Iterable<number | bigint>)];
      return joined(`${name}(${numbers.length}) [`, few(numbers.length, numbers.slice(0, ITEMS).map(nested)), ']');
    }
    if (value instanceof ArrayBuffer) return `ArrayBuffer { byteLength: ${value.byteLength} }`;
    if (value instanceof Map) {
      const entries = [...value].slice(0, ITEMS).map(([key, each]) => `${nested(key)} => ${nested(each)}`);
      return joined(`Map(${value.size}) {`, few(value.size, entries), '}');
    }
    if (value instanceof Set)
      return joined(`Set(${value.size}) {`, few(value.size, [...value].slice(0, ITEMS).map(nested)), '}');
    const shown = members(value, depth, seen, () => false);
    return joined(name === 'Object' ? '{' : `${name} {`, shown, '}');
  }

  function errorText(error: Error, depth: number, parents: readonly object[]): string {
    const head = error.message === '' ? error.name : `${error.name}: ${error.message}`;
    const stack = typeof error.stack === 'string' && error.stack !== '' ? `\n${error.stack.trimEnd()}` : '';
    const rest = members(error, depth, [...parents, error], (key) => key === 'stack' || key === 'message');
    const cause =
      error.cause === undefined ? '' : `\n  [cause]: ${inspect(error.cause, depth + 1, [...parents, error])}`;
    return `${head}${stack}${cause}${rest.length === 0 ? '' : ` ${joined('{', rest, '}')}`}`;
  }

  // oxlint-disable-next-line typescript/no-base-to-string -- an object's own toString is what Node shows too
  const text = (value: unknown): string => String(value);
  const show = (value: unknown): string => (typeof value === 'string' ? value : inspect(value, 0, []));

  const FILLED: Record<string, (value: unknown) => string> = {
    s: (value) =>
      typeof value === 'object' || typeof value === 'function'
        ? show(value)
        : typeof value === 'bigint'
          ? `${value}n`
          : text(value),
    d: (value) => (typeof value === 'bigint' ? `${value}n` : typeof value === 'object' ? 'NaN' : String(Number(value))),
    i: (value) =>
      typeof value === 'bigint'
        ? `${value}n`
        : typeof value === 'object'
          ? 'NaN'
          : String(Number.parseInt(text(value), 10)),
    f: (value) => String(Number.parseFloat(text(value))),
    j: (value) => JSON.stringify(value) ?? 'undefined',
    o: (value) => inspect(value, 0, []),
    O: (value) => inspect(value, 0, []),
    c: () => '',
  };

  return (args) => {
    const [first, ...rest] = args;
    if (typeof first !== 'string' || rest.length === 0) return args.map(show).join(' ');
    const text = first.replaceAll(/%([sdifjoOc%])/g, (whole, letter: string) => {
      if (letter === '%') return '%';
      return rest.length === 0 ? whole : FILLED[letter]!(rest.shift());
    });
    return [text, ...rest.map(show)].join(' ');
  };
}
