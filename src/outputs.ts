/** What a run gave, as JavaScript values. */
import { createTables, decodeKinds, type JsonValue, type Table } from '../runners/value.ts';
import type { RunRecord } from './model/record.ts';

/** A file that a step handed on, in the run's directory: only a run with a `workdir` of its own leaves it there. */
export class OutputFile {
  /** Relative to the run's directory. */
  readonly path: string;
  /** Hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;

  constructor(path: string, sha256: string, size: number) {
    this.path = path;
    this.sha256 = sha256;
    this.size = size;
  }
}

/** Besides JSON: bytes, files, and tables, which are arrays of records with `column(name)`, `columns` and `types`. */
export type OutputValue =
  | JsonValue
  | Uint8Array
  | OutputFile
  | Table
  | readonly OutputValue[]
  | { readonly [key: string]: OutputValue };

/** The outputs of all steps that succeeded, by name in plan order. Integers beyond ±(2^53−1) are BigInts, objects have no prototype. */
export function outputsOf(record: RunRecord): Map<string, OutputValue> {
  const tables = createTables();
  const outputs = new Map<string, OutputValue>();
  for (const step of record.steps.values()) {
    if (step.output === undefined) continue;
    const value = decodeKinds(step.output, {
      bytes: (base64) => Uint8Array.from(Buffer.from(base64, 'base64')),
      file: ({ path, sha256, size }) => new OutputFile(path, sha256, size),
      table: (parts) => tables.make(parts),
    });
    outputs.set(step.name, value as OutputValue);
  }
  return outputs;
}
