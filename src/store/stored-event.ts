/** An event as a row, and back. */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { own } from '../../runners/value.ts';
import type { KeptValue, Starter } from '../model/history.ts';
import type { RunEvent } from '../model/event.ts';
import type { MemoryChange } from '../model/shared-memory.ts';
import type { Row, SqlValue } from './sqlite.ts';

/** Longer bodies are deflated. */
const LONG = 4096;

/** The field that is a name for bytes, where it is not `output`. */
const VALUES: { readonly [K in RunEvent['kind']]?: string } = { 'step-split': 'items', 'step-items': 'outputs' };

/** An event as it is read back: a step's output is a name for bytes, and whoever started the run is known. */
export type PastEvent = RunEvent extends infer E
  ? E extends { kind: 'step-succeeded' }
    ? Omit<E, 'output'> & { readonly output: KeptValue }
    : E extends { kind: 'step-split' }
      ? Omit<E, 'items'> & { readonly items: KeptValue }
      : E extends { kind: 'step-items' }
        ? Omit<E, 'outputs'> & { readonly outputs?: KeptValue }
        : E extends { kind: 'run-started' | 'run-resumed' }
          ? E & { readonly by: Starter }
          : E
  : never;

/** The columns `at`, `kind`, `step`, `body`. */
export function rowOf(
  event: RunEvent,
  output: KeptValue | undefined,
  by: Starter | undefined,
): [number, string, string | null, SqlValue] {
  const {
    at,
    kind,
    run: _,
    step = null,
    ...body
  } = event as RunEvent & { step?: string; output?: unknown; by?: Starter };
  if (output !== undefined) Object.assign(body, { [VALUES[kind] ?? 'output']: output });
  if (by !== undefined) body.by = by;
  if (event.kind === 'run-returned') Object.assign(body, { outputs: Buffer.from(event.outputs).toString() });
  if (event.kind === 'memory-changed') Object.assign(body, { changes: event.changes.map(asText) });
  const text = JSON.stringify(body);
  return [at, kind, step, text.length > LONG ? deflateRawSync(text, { level: 1 }) : text];
}

export function eventOf(row: Row, run: string): PastEvent {
  const body = row['body']!;
  const text = typeof body === 'string' ? body : inflateRawSync(body as Uint8Array).toString();
  const step = row['step'] === null ? {} : { step: row['step'] };
  const fields = JSON.parse(text) as { outputs?: unknown; changes?: unknown };
  if (typeof fields.outputs === 'string') fields.outputs = own(Buffer.from(fields.outputs));
  if (row['kind'] === 'memory-changed') fields.changes = (fields.changes as StoredChange[]).map(asBytes);
  return { kind: row['kind'], at: row['at'], run, ...step, ...fields } as unknown as PastEvent;
}

/** For whoever folds or shows events and has no use for the bytes. */
export function withoutBytes(event: PastEvent): RunEvent {
  switch (event.kind) {
    case 'step-succeeded':
      return { ...event, output: NOTHING };
    case 'step-split':
      return { ...event, items: NOTHING };
    case 'step-items': {
      const { outputs: _, ...rest } = event;
      return rest;
    }
    default:
      return event;
  }
}

type StoredChange = { readonly act: string; readonly key: string; readonly value?: string };

function asText(change: MemoryChange): StoredChange {
  return change.act === 'delete' ? change : { ...change, value: Buffer.from(change.value).toString() };
}

function asBytes(change: StoredChange): object {
  return change.value === undefined ? change : { ...change, value: own(Buffer.from(change.value)) };
}

const NOTHING = new Uint8Array();
