/** One run as a file that another history can take in. */
import { gunzipSync, gzipSync, inflateRawSync } from 'node:zlib';
import { fail, ok, type Result } from '../model/result.ts';
import type { Contents, Kept } from './contents.ts';
import { sha256 } from './contents.ts';
import type { Database } from './database.ts';
import { thisProcess } from './owner.ts';
import type { Row, SqlValue } from './sqlite.ts';

/** Gzip of JSON Lines: this header, the run, its events, its steps, what was said to it, and every content that these name. */
const HEADER = { hwfe: 'run', version: 1 };
/** A larger file is not taken in. */
const MOST_BYTES = 2 ** 30;

const RUN = [
  'id',
  'workflow',
  'file',
  'path',
  'cwd',
  'options',
  'definition',
  'steps',
  'status',
  'stopped',
  'started_at',
  'duration_ms',
  'counts',
  'version',
  'tags',
] as const;
const EVENT = ['seq', 'at', 'kind', 'step', 'body'] as const;
const STEP = ['step', 'status', 'started_at', 'duration_ms', 'output', 'size', 'cached_from'] as const;

const LETTER = ['id', 'kind', 'name', 'ask', 'at', 'said_by', 'body'] as const;

type Line =
  | { readonly run: SqlValue[] }
  | { readonly event: SqlValue[] }
  | { readonly step: SqlValue[] }
  | { readonly letter: SqlValue[] }
  | { readonly content: string };

/** What is damaged is left out. */
export function exportRun(database: Database, contents: Contents, id: string): Uint8Array {
  const run = database.prepare(`SELECT key, ${RUN.join(', ')} FROM runs WHERE id = ?`).all(id)[0]!;
  const events = database.prepare(`SELECT ${EVENT.join(', ')} FROM events WHERE run = ? ORDER BY seq`).all(run['key']!);
  const steps = database.prepare(`SELECT ${STEP.join(', ')} FROM steps WHERE run = ?`).all(run['key']!);
  const hashes = new Map<string, Uint8Array>();
  const items = database.prepare('SELECT value FROM items WHERE run = ?').all(run['key']!);
  for (const hash of [run['definition'], ...steps.map(({ output }) => output), ...items.map(({ value }) => value)]) {
    if (hash instanceof Uint8Array) hashes.set(Buffer.from(hash).toString('hex'), hash);
  }
  const lines: string[] = [JSON.stringify(HEADER), JSON.stringify({ run: RUN.map((name) => jsonOf(run[name]!)) })];
  for (const event of events) {
    const body = event['body']!;
    const text = body instanceof Uint8Array ? inflateRawSync(body).toString() : body;
    lines.push(JSON.stringify({ event: EVENT.map((name) => (name === 'body' ? text : jsonOf(event[name]!))) }));
  }
  for (const step of steps) lines.push(JSON.stringify({ step: STEP.map((name) => jsonOf(step[name]!)) }));
  for (const letter of database.prepare(`SELECT ${LETTER.join(', ')} FROM inbox WHERE run = ? ORDER BY id`).all(id))
    lines.push(JSON.stringify({ letter: LETTER.map((name) => letter[name]!) }));
  for (const hash of hashes.values()) {
    const bytes = contents.read(hash);
    if (bytes !== undefined) lines.push(JSON.stringify({ content: Buffer.from(bytes).toString('base64') }));
  }
  return gzipSync(`${lines.join('\n')}\n`);
}

/** Gives the run's id. The error is a sentence; nothing is taken in then. */
export async function importRun(
  database: Database,
  contents: Contents,
  file: Uint8Array,
): Promise<Result<string, string>> {
  const lines = read(file);
  if (lines === undefined) return fail('It is no run that hwfe has exported, or it is damaged');
  let run: SqlValue[] | undefined;
  const events: SqlValue[][] = [];
  const steps: SqlValue[][] = [];
  const letters: SqlValue[][] = [];
  const kept = new Map<string, Kept>();
  for (const line of lines) {
    if ('run' in line) run = line.run.map(sqlOf);
    else if ('event' in line) events.push(line.event.map(sqlOf));
    else if ('step' in line) steps.push(line.step.map(sqlOf));
    else if ('letter' in line) letters.push(line.letter.map(sqlOf));
    else {
      const bytes = Buffer.from(line.content, 'base64');
      kept.set(sha256(bytes).toString('hex'), await contents.prepare(bytes));
    }
  }
  if (run === undefined || !isWhole(run, events, steps) || !letters.every(isLetter))
    return fail('It is no run that hwfe has exported, or it is damaged');
  const id = String(run[0]);
  if (!kept.has(Buffer.from(run[6] as Uint8Array).toString('hex'))) return fail('It lacks what the run was to do');
  return database.write(() => {
    if (database.prepare('SELECT 1 FROM runs WHERE id = ?').all(id).length > 0)
      return fail(`Run "${id}" is here already`);
    for (const one of kept.values()) contents.insert(one);
    // One that never settled has no process here, so it shows as interrupted.
    const names = [...RUN, 'pid', 'process', 'machine'];
    const insert = database.prepare(
      `INSERT INTO runs (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`,
    );
    insert.run(...run, 0, 'imported', thisProcess().machine);
    const key = database.prepare('SELECT key FROM runs WHERE id = ?').all(id)[0]!['key']!;
    const numbers = addLetters(database, id, letters);
    const addEvent = database.prepare(`INSERT INTO events (run, ${EVENT.join(', ')}) VALUES (?, ?, ?, ?, ?, ?)`);
    const addItems = database.prepare('INSERT INTO items VALUES (?, ?, ?, ?)');
    for (const event of events) {
      addEvent.run(key, ...withLetter(event, numbers));
      const value = valueNamedBy(event);
      if (value !== undefined) addItems.run(key, event[0]!, event[3]!, value);
    }
    const addStep = database.prepare(`INSERT INTO steps (run, ${STEP.join(', ')}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
    for (const step of steps) addStep.run(key, ...step);
    return ok(id);
  });
}

/** Gives the numbers that they have here, by those that they had. */
function addLetters(database: Database, run: string, letters: readonly SqlValue[][]): ReadonlyMap<SqlValue, SqlValue> {
  const numbers = new Map<SqlValue, SqlValue>();
  if (letters.length === 0) return numbers;
  const add = database.prepare(
    'INSERT INTO inbox (run, kind, name, ask, at, said_by, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const last = database.prepare('SELECT max(id) AS id FROM inbox');
  for (const [number, ...said] of letters) {
    add.run(run, ...said);
    numbers.set(number!, last.all()[0]!['id']!);
  }
  return numbers;
}

/** What ended the waiting of a step is a letter of this history. */
function withLetter(event: SqlValue[], numbers: ReadonlyMap<SqlValue, SqlValue>): SqlValue[] {
  const [seq, at, kind, step, body] = event;
  if (kind !== 'step-answered' || numbers.size === 0) return event;
  const said = JSON.parse(String(body)) as { readonly answered?: { readonly letter?: SqlValue } };
  const number = numbers.get(said.answered?.letter ?? null);
  if (number === undefined) return event;
  return [seq!, at!, kind, step!, JSON.stringify({ ...said, answered: { ...said.answered, letter: number } })];
}

function isLetter([number, kind, name, ask, at, by, body, ...more]: SqlValue[]): boolean {
  const texts = [name, ask, by, body].every((value) => typeof value === 'string');
  if (typeof number !== 'number' || !texts || typeof at !== 'number' || more.length > 0) return false;
  try {
    const said = JSON.parse(String(body)) as unknown;
    return kind === 'signal' || (kind === 'answer' && isAnswer(said));
  } catch {
    return false;
  }
}

function isAnswer(said: unknown): boolean {
  if (typeof said !== 'object' || said === null || !('how' in said)) return false;
  if (said.how === 'rejected') return 'reason' in said && typeof said.reason === 'string';
  return said.how === 'approved' && 'values' in said;
}

/** The hash of what an event about items names. */
function valueNamedBy([, , kind, step, body]: SqlValue[]): Buffer | undefined {
  if ((kind !== 'step-split' && kind !== 'step-items') || typeof step !== 'string') return undefined;
  const { items, outputs } = JSON.parse(String(body)) as { items?: { hash?: unknown }; outputs?: { hash?: unknown } };
  const hash = (items ?? outputs)?.hash;
  return typeof hash === 'string' && /^[0-9a-f]{64}$/.test(hash) ? Buffer.from(hash, 'hex') : undefined;
}

function read(file: Uint8Array): Line[] | undefined {
  try {
    const [header, ...lines] = gunzipSync(file, { maxOutputLength: MOST_BYTES }).toString().trimEnd().split('\n');
    if (header !== JSON.stringify(HEADER)) return undefined;
    return lines.map((line) => JSON.parse(line) as Line);
  } catch {
    return undefined;
  }
}

/** Whoever made the file may have meant harm: what is read back later is of the kind that it will be taken for. */
function isWhole(run: SqlValue[], events: readonly SqlValue[][], steps: readonly SqlValue[][]): boolean {
  const text = (value: SqlValue | undefined): boolean => typeof value === 'string';
  const json = (value: SqlValue | undefined): boolean => {
    try {
      return typeof value === 'string' && typeof JSON.parse(value) === 'object';
    } catch {
      return false;
    }
  };
  const at = (values: SqlValue[], names: readonly string[], name: string): SqlValue | undefined =>
    values[names.indexOf(name)];
  const number = (value: SqlValue | undefined): boolean => typeof value === 'number';
  return (
    run.length === RUN.length &&
    /^\d{8}-\d{6}-[0-9a-f]{8}$/.test(String(run[0])) &&
    ['workflow', 'file', 'path', 'cwd', 'version'].every((name) => text(at(run, RUN, name))) &&
    ['running', 'parked', 'succeeded', 'failed', 'cancelled'].includes(String(at(run, RUN, 'status'))) &&
    ['steps', 'started_at'].every((name) => number(at(run, RUN, name))) &&
    json(at(run, RUN, 'options')) &&
    (at(run, RUN, 'counts') === null || json(at(run, RUN, 'counts'))) &&
    at(run, RUN, 'definition') instanceof Uint8Array &&
    events.every(
      (event) =>
        event.length === EVENT.length && number(event[0]) && number(event[1]) && text(event[2]) && json(event[4]),
    ) &&
    steps.every(
      (step) =>
        step.length === STEP.length &&
        text(step[0]) &&
        text(step[1]) &&
        (step[4] === null || step[4] instanceof Uint8Array),
    )
  );
}

/** Hashes as `{"hex":"…"}`. */
function jsonOf(value: Row[string]): unknown {
  return value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value;
}

function sqlOf(value: unknown): SqlValue {
  if (typeof value === 'object' && value !== null && 'hex' in value) return Buffer.from(String(value.hex), 'hex');
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}
