/** Guest code, and Node's too: tables, which behave as lists of records and keep their columns. */

export type ColumnType = 'integer' | 'float' | 'string' | 'boolean' | 'bytes' | 'json';

/** Column by column; null is anywhere an item may be. */
export interface TableParts {
  readonly columns: readonly string[];
  readonly data: readonly (readonly unknown[])[];
  readonly types: readonly ColumnType[];
}

/** A list of records that does not change; each record is made when it is first asked for. */
export interface Table extends ReadonlyArray<Readonly<Record<string, unknown>>> {
  /** Names in order. */
  readonly columns: readonly string[];
  readonly types: readonly ColumnType[];
  /** The column itself, which is no copy. */
  column(name: string): readonly unknown[];
}

export interface Tables {
  make(parts: TableParts): Table;
  /** From a list of records or an object of columns; what lacks is null. Throws what tells a step's author what is wrong. */
  from(given: unknown): Table;
  partsOf(value: object): TableParts | undefined;
  /** The text of a table; `write` gives an item's, or nothing to give up. */
  textOf(
    parts: TableParts,
    write: (item: unknown, row: number, column: string) => string | undefined,
  ): string | undefined;
}

export function createTables(): Tables {
  const { isArray } = Array;
  const { is, freeze, fromEntries, keys, hasOwn } = Object;
  const { isSafeInteger } = Number;
  const { stringify } = JSON;
  const known = new WeakMap<object, TableParts>();

  function isColumn(value: unknown): value is ArrayLike<unknown> {
    return isArray(value) || ArrayBuffer.isView(value);
  }

  function isBytes(item: unknown): boolean {
    const tag = Object.prototype.toString.call(item);
    return tag === '[object Uint8Array]';
  }

  function fits(type: ColumnType, item: unknown): boolean {
    if (item === null || item === undefined) return true;
    switch (type) {
      case 'integer':
        return typeof item === 'bigint' || isSafeInteger(item);
      case 'float':
        return typeof item === 'number';
      case 'string':
      case 'boolean':
        return typeof item === type;
      case 'bytes':
        return isBytes(item);
      case 'json':
        return true;
    }
  }

  function typeOf(column: readonly unknown[]): ColumnType {
    if (column.every((item) => item === null || item === undefined)) return 'json';
    const types: ColumnType[] = ['integer', 'float', 'string', 'boolean', 'bytes', 'json'];
    return types.find((type) => column.every((item) => fits(type, item)))!;
  }

  function indexOf(key: string | symbol, length: number): number {
    if (typeof key !== 'string') return -1;
    const index = Number(key);
    return `${index >>> 0}` === key && index < length ? index : -1;
  }

  function make({ columns, data, types }: TableParts): Table {
    const length = data.length === 0 ? 0 : data[0]!.length;
    const rows: Record<string, unknown>[] = [];
    rows.length = length;
    const places = new Map(columns.map((name, i) => [name, i]));
    const own: Record<string, unknown> = {
      columns,
      types,
      column: (name: string) => {
        const place = places.get(name);
        if (place === undefined)
          throw new Error(`There is no column ${stringify(name)}; the table has ${stringify(columns)}`);
        return data[place];
      },
    };
    const row = (index: number): Record<string, unknown> =>
      (rows[index] ??= freeze(fromEntries(columns.map((name, i) => [name, data[i]![index]]))));
    const refuse = (): never => {
      throw new TypeError('A table does not change: copy it first, as in [...table]');
    };
    const table = new Proxy<object>(rows, {
      get: (_, key) => {
        const index = indexOf(key, length);
        if (index !== -1) return row(index);
        return typeof key === 'string' && hasOwn(own, key) ? own[key] : (Reflect.get(rows, key) as unknown);
      },
      has: (_, key) => indexOf(key, length) !== -1 || Reflect.has(rows, key) || hasOwn(own, key),
      ownKeys: () => [...Array.from(rows, (_, index) => `${index}`), 'length'],
      getOwnPropertyDescriptor: (_, key) => {
        const index = indexOf(key, length);
        if (index !== -1) row(index);
        return Reflect.getOwnPropertyDescriptor(rows, key);
      },
      set: refuse,
      defineProperty: refuse,
      deleteProperty: refuse,
      setPrototypeOf: refuse,
      preventExtensions: refuse,
    });
    known.set(table, { columns, data, types });
    return table as Table;
  }

  function fromColumns(columns: readonly string[], data: readonly unknown[][]): Table {
    const types = data.map(typeOf);
    return make({ columns: freeze([...columns]), data, types: freeze(types) });
  }

  function fromRecords(records: readonly unknown[]): Table {
    const places = new Map<string, unknown[]>();
    records.forEach((record, row) => {
      if (typeof record !== 'object' || record === null || isArray(record))
        throw new TypeError(`hwfe.table takes records, and item ${row} is none`);
      for (const name of keys(record)) {
        if (!places.has(name))
          places.set(
            name,
            Array.from(records, () => null),
          );
        places.get(name)![row] = (record as Record<string, unknown>)[name] ?? null;
      }
    });
    return fromColumns([...places.keys()], [...places.values()]);
  }

  return {
    make,
    from: (given) => {
      if (typeof given === 'object' && given !== null && known.has(given)) return given as Table;
      if (isArray(given)) return fromRecords(given);
      if (typeof given !== 'object' || given === null)
        throw new TypeError('hwfe.table takes a list of records, or an object of columns');
      const names = keys(given);
      const data = names.map((name) => {
        const column = (given as Record<string, unknown>)[name];
        if (isColumn(column)) return Array.from(column, (item) => item ?? null);
        throw new TypeError(`hwfe.table takes columns, and ${stringify(name)} is no list`);
      });
      const odd = data.findIndex(({ length }) => length !== data[0]!.length);
      if (odd !== -1)
        throw new TypeError(
          `Give all columns the same length: ${stringify(names[0])} has ${data[0]!.length} items, and ${stringify(names[odd])} has ${data[odd]!.length}`,
        );
      return fromColumns(names, data);
    },
    partsOf: (value) => known.get(value),
    textOf: ({ columns, data, types }, write) => {
      const written: string[] = [];
      const settled: string[] = [];
      for (const [place, column] of data.entries()) {
        // A step has the columns themselves, and may have put into one what its type does not allow.
        const declared = types[place]!;
        const type = column.every((item) => fits(declared, item)) ? declared : typeOf(column);
        const isFloat = type === 'float';
        const items: string[] = [];
        for (const [row, item] of column.entries()) {
          if (item === null || item === undefined) items.push('null');
          else if (isFloat && isSafeInteger(item)) items.push(is(item, -0) ? '-0.0' : `${item as number}.0`);
          else {
            const text = write(item, row, columns[place]!);
            if (text === undefined) return undefined;
            items.push(text);
          }
        }
        written.push(`[${items.join()}]`);
        settled.push(stringify(type));
      }
      const names = columns.map((name) => stringify(name)).join();
      return `{"$table":{"columns":[${names}],"data":[${written.join()}],"types":[${settled.join()}]}}`;
    },
  };
}
