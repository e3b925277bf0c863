/** The signatures of a module's exported functions, read from its bytes because the WebAssembly API does not tell them. */

export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'other';

export interface Signature {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

const SECTION = { type: 1, import: 2, function: 3, export: 7 } as const;
const KIND = { function: 0, table: 1, memory: 2, global: 3, tag: 4 } as const;
const VALUE_TYPES: Readonly<Record<number, ValueType>> = { 0x7f: 'i32', 0x7e: 'i64', 0x7d: 'f32', 0x7c: 'f64' };
/** `(ref null ht)` and `(ref ht)`: a heap type follows. */
const REFERENCES = [0x63, 0x64];

/** By export name. The bytes must be a valid module; functions whose types go beyond WebAssembly 2.0 are left out. */
export function exportedSignatures(bytes: Uint8Array): ReadonlyMap<string, Signature> {
  const reader = new Reader(bytes);
  let types: readonly Signature[] = [];
  let functions: readonly number[] = [];
  const signatures = new Map<string, Signature>();
  reader.at = 8;
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const size = reader.unsigned();
    const end = reader.at + size;
    if (id === SECTION.type) {
      const read = reader.types();
      if (read === undefined) return signatures;
      types = read;
    } else if (id === SECTION.import) {
      functions = reader.importedFunctions();
    } else if (id === SECTION.function) {
      // Imported functions are numbered first, and their section comes first.
      functions = functions.concat(reader.list(() => reader.unsigned()));
    } else if (id === SECTION.export) {
      for (const [name, index] of reader.exportedFunctions()) {
        const signature = types[functions[index] ?? -1];
        if (signature !== undefined) signatures.set(name, signature);
      }
    }
    reader.at = end;
  }
  return signatures;
}

class Reader {
  at = 0;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes[this.at++]!;
  }

  /** LEB128. */
  unsigned(): number {
    let value = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      shift += 7;
    } while (byte >= 0x80);
    return value;
  }

  list<T>(item: () => T): T[] {
    return Array.from({ length: this.unsigned() }, item);
  }

  name(): string {
    const length = this.unsigned();
    this.at += length;
    return Buffer.from(this.#bytes.subarray(this.at - length, this.at)).toString('utf8');
  }

  valueType(): ValueType {
    const code = this.byte();
    if (REFERENCES.includes(code)) this.unsigned();
    return VALUE_TYPES[code] ?? 'other';
  }

  /** Nothing when there are other types than those of functions. */
  types(): Signature[] | undefined {
    const signatures: Signature[] = [];
    for (let left = this.unsigned(); left > 0; left--) {
      if (this.byte() !== 0x60) return undefined;
      signatures.push({ params: this.list(() => this.valueType()), results: this.list(() => this.valueType()) });
    }
    return signatures;
  }

  /** Type indices, in order. */
  importedFunctions(): number[] {
    const functions: number[] = [];
    for (let left = this.unsigned(); left > 0; left--) {
      this.name();
      this.name();
      const kind = this.byte();
      if (kind === KIND.function) functions.push(this.unsigned());
      else this.#skipImport(kind);
    }
    return functions;
  }

  exportedFunctions(): [string, number][] {
    return this.list(() => ({ name: this.name(), kind: this.byte(), index: this.unsigned() }))
      .filter(({ kind }) => kind === KIND.function)
      .map(({ name, index }) => [name, index]);
  }

  #skipImport(kind: number): void {
    if (kind === KIND.table || kind === KIND.global) this.valueType();
    if (kind === KIND.global || kind === KIND.tag) this.byte();
    if (kind === KIND.tag) this.unsigned();
    if (kind !== KIND.table && kind !== KIND.memory) return;
    const hasMaximum = (this.byte() & 1) === 1;
    this.unsigned();
    if (hasMaximum) this.unsigned();
  }
}
