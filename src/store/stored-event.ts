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

/** Nothing where the row is no event, as in a file that is damaged or that was made to do harm. */
export function eventOf(row: Row, run: string): PastEvent | undefined {
  const fields = fieldsOf(row['body']);
  if (fields === undefined) return undefined;
  const step = row['step'] === null ? {} : { step: row['step'] };
  const event: Fields = { ...step, ...fields, kind: row['kind'], at: row['at'], run };
  if (typeof event['outputs'] === 'string') event['outputs'] = own(Buffer.from(event['outputs']));
  if (event['kind'] === 'memory-changed') {
    if (!isList(event['changes'], isStoredChange)) return undefined;
    event['changes'] = event['changes'].map(asBytes);
  }
  return isPastEvent(event) ? event : undefined;
}

type Fields = Record<string, unknown>;

function fieldsOf(body: SqlValue | undefined): Fields | undefined {
  try {
    const text = body instanceof Uint8Array ? inflateRawSync(body).toString() : body;
    const fields = typeof text === 'string' ? (JSON.parse(text) as unknown) : undefined;
    return isTable(fields) ? fields : undefined;
  } catch {
    return undefined;
  }
}

/** What a field holds that every event of its kind has. */
type Holds = 'text' | 'number' | 'list' | 'table' | 'bytes';

type RequiredOf<E> = { [F in keyof E]-?: object extends Pick<E, F> ? never : F }[keyof E];

const RUN_BEGINS = {
  workflow: 'text',
  file: 'text',
  mode: 'text',
  failureMode: 'text',
  cap: 'number',
  levels: 'list',
  by: 'table',
} as const;

const HOLDS: {
  readonly [E in PastEvent as E['kind']]: { readonly [F in Exclude<RequiredOf<E>, 'kind' | 'at' | 'run'>]: Holds };
} = {
  'run-started': RUN_BEGINS,
  'run-resumed': { ...RUN_BEGINS, kept: 'list' },
  'level-started': { level: 'number', steps: 'list' },
  'step-started': { step: 'text', language: 'text', attempt: 'number' },
  'step-pending': { step: 'text', pending: 'table', ask: 'text' },
  'step-answered': { step: 'text', answered: 'table' },
  'step-printed': { step: 'text', lines: 'list' },
  'step-warned': { step: 'text', message: 'text' },
  'step-retrying': { step: 'text', attempt: 'number', failure: 'table', delayMs: 'number' },
  'step-split': { step: 'text', count: 'number', items: 'table' },
  'step-items': { step: 'text' },
  'step-looping': { step: 'text', turn: 'number', delayMs: 'number' },
  'step-succeeded': { step: 'text', attempt: 'number', output: 'table', durationMs: 'number', usage: 'table' },
  'step-failed': { step: 'text', attempt: 'number', failure: 'table', durationMs: 'number', usage: 'table' },
  'step-cancelled': { step: 'text', attempt: 'number', durationMs: 'number' },
  'step-skipped': { step: 'text', because: 'table' },
  'lock-awaited': { lock: 'text' },
  'lock-taken': { lock: 'text', waitedMs: 'number' },
  'cap-changed': { cap: 'number', because: 'text' },
  'memory-changed': { changes: 'list' },
  'run-returned': { outputs: 'bytes' },
  'run-stopping': { reason: 'text' },
  'run-parked': { waiting: 'list', durationMs: 'number' },
  'run-settled': { status: 'text', durationMs: 'number' },
};

function isPastEvent(event: Fields): event is PastEvent & Fields {
  const { kind, at } = event;
  if (typeof kind !== 'string' || typeof at !== 'number' || !Object.hasOwn(HOLDS, kind)) return false;
  return Object.entries<Holds>(HOLDS[kind as PastEvent['kind']]).every(([field, holds]) => isA(holds, event[field]));
}

function isA(holds: Holds, value: unknown): boolean {
  switch (holds) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'list':
      return Array.isArray(value);
    case 'table':
      return isTable(value);
    case 'bytes':
      return value instanceof Uint8Array;
  }
}

function isTable(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isList<T>(value: unknown, isOne: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.every(isOne);
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

function isStoredChange(value: unknown): value is StoredChange {
  if (!isTable(value) || typeof value['key'] !== 'string') return false;
  return value['act'] === 'delete' || typeof value['value'] === 'string';
}

function asText(change: MemoryChange): StoredChange {
  return change.act === 'delete' ? change : { ...change, value: Buffer.from(change.value).toString() };
}

function asBytes(change: StoredChange): object {
  return change.value === undefined ? change : { ...change, value: own(Buffer.from(change.value)) };
}

const NOTHING = new Uint8Array();
