/** Keeps bytes once, by their SHA-256: small ones in the database, large ones deflated in files. */
import { createHash, hash as hashWhole } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { deflateRaw, deflateRawSync, inflateRaw, inflateRawSync } from 'node:zlib';
import type { Database } from './database.ts';
import type { Row, Statement } from './sqlite.ts';

/** Below this, deflating saves nothing. */
const WORTH_DEFLATING = 512;
/** From here on bytes are hashed in pieces and deflated off the main thread, into a file. */
const LARGE = 64 * 1024;
const PIECE = 4 * 1024 * 1024;
/** Higher levels save a tenth of the room and take three times as long. */
const LEVEL = 1;

let drafts = 0;

export interface Kept {
  readonly hash: Uint8Array;
  readonly size: number;
  /** How `data` holds the bytes; those of a `file` lie in the directory already. */
  readonly form: 'plain' | 'deflated' | 'file';
  readonly data: Uint8Array | null;
}

export class Contents {
  readonly #directory: string;
  readonly #transition: (name: string) => void;
  readonly #insert: Statement;
  readonly #select: Statement;
  /** An output that is handed to several steps is hashed once. */
  readonly #hashes = new WeakMap<Uint8Array, Buffer>();

  constructor(database: Database) {
    this.#directory = join(database.directory, 'values');
    this.#transition = database.transition;
    this.#insert = database.prepare('INSERT OR IGNORE INTO contents VALUES (?, ?, ?, ?)');
    this.#select = database.prepare('SELECT size, form, data FROM contents WHERE hash = ?');
  }

  /** Ready for `insert`; a promise for large bytes only. */
  prepare(bytes: Uint8Array): Kept | Promise<Kept> {
    if (bytes.length >= LARGE) return this.#prepareLarge(bytes);
    // A copy: neither SQLite takes a view on shared memory.
    const copy = Buffer.from(bytes);
    const hash = this.#hashes.get(bytes) ?? sha256(copy);
    this.#hashes.set(bytes, hash);
    const deflated = copy.length < WORTH_DEFLATING ? copy : deflateRawSync(copy, { level: LEVEL });
    return deflated.length < copy.length
      ? { hash, size: copy.length, form: 'deflated', data: deflated }
      : { hash, size: copy.length, form: 'plain', data: copy };
  }

  /** A promise for large bytes only. */
  hashOf(bytes: Uint8Array): Buffer | Promise<Buffer> {
    const known = this.#hashes.get(bytes);
    if (known !== undefined) return known;
    if (bytes.length >= LARGE) return this.#hashLarge(bytes);
    const hash = sha256(bytes);
    this.#hashes.set(bytes, hash);
    return hash;
  }

  async #hashLarge(bytes: Uint8Array): Promise<Buffer> {
    const hash = await hashInPieces(bytes);
    this.#hashes.set(bytes, hash);
    return hash;
  }

  /** The bytes have that hash. */
  know(bytes: Uint8Array, hash: Buffer): void {
    this.#hashes.set(bytes, hash);
  }

  /** Within a transaction of the caller's. */
  insert({ hash, size, form, data }: Kept): void {
    this.#insert.run(hash, size, form, data);
  }

  /** Nothing if the bytes are not there or not what they were. */
  read(hash: Uint8Array): Uint8Array | undefined {
    const [row] = this.#select.all(hash);
    return row && this.readFrom(hash, row);
  }

  /** The same, of a row of the table that was read before. */
  readFrom(hash: Uint8Array, row: Row): Uint8Array | undefined {
    const bytes = this.#bytes(hash, row['form'] as Kept['form'], row['data'] as Uint8Array | null);
    return bytes !== undefined && sha256(bytes).equals(hash) ? bytes : undefined;
  }

  #bytes(hash: Uint8Array, form: Kept['form'], data: Uint8Array | null): Uint8Array | undefined {
    try {
      if (form === 'plain') return data ?? undefined;
      return inflateRawSync(form === 'file' ? readFileSync(this.pathOf(hash)) : (data ?? new Uint8Array()));
    } catch {
      return undefined;
    }
  }

  async #prepareLarge(bytes: Uint8Array): Promise<Kept> {
    const hash = await this.hashOf(bytes);
    const path = this.pathOf(hash);
    if (!(await isWhole(path, hash))) await this.#writeFile(path, await promisify(deflateRaw)(bytes, { level: LEVEL }));
    // As young as a new one: what collects garbage leaves it alone until its row is there.
    else utimesSync(path, new Date(), new Date());
    return { hash, size: bytes.length, form: 'file', data: null };
  }

  /** Whole or not at all, and on the disk before any row speaks of it. */
  async #writeFile(path: string, bytes: Uint8Array): Promise<void> {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    // Two steps may give the same at once.
    const draft = `${path}.${process.pid}.${++drafts}.new`;
    try {
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(bytes);
        await file.datasync();
      } finally {
        await file.close();
      }
      this.#transition('value written');
      renameSync(draft, path);
      this.#transition('value in place');
    } finally {
      rmSync(draft, { force: true });
    }
  }

  pathOf(hash: Uint8Array): string {
    const name = Buffer.from(hash).toString('hex');
    return join(this.#directory, name.slice(0, 2), name.slice(2));
  }
}

/** The main thread is never held for longer than one piece takes, about 2 ms. */
async function hashInPieces(bytes: Uint8Array): Promise<Buffer> {
  const hashing = createHash('sha256');
  for (let at = 0; at < bytes.length; at += PIECE) {
    if (at > 0) await new Promise((resolve) => setImmediate(resolve));
    hashing.update(bytes.subarray(at, at + PIECE));
  }
  return hashing.digest();
}

/** A file that was damaged is written anew. */
async function isWhole(path: string, hash: Uint8Array): Promise<boolean> {
  try {
    return (await hashInPieces(await promisify(inflateRaw)(await readFile(path)))).equals(hash);
  } catch {
    return false;
  }
}

export function sha256(bytes: Uint8Array | string): Buffer {
  return hashWhole('sha256', bytes, 'buffer');
}
