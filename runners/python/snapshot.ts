/** Memory snapshots of a booted interpreter on disk: written at once or not at all, and never trusted unchecked. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';

/** Behind the snapshot's bytes stand this word, their length and their checksum, each of 4 bytes. */
const MAGIC = 0x48574645;
const TRAILER = 12;
/** Half-written files of a killed process are removed after so long. */
const STALE_MS = 3_600_000;
/** And snapshots of other versions, once nobody has used them for so long. */
const FORGOTTEN_MS = 30 * 24 * STALE_MS;
/** So exactly is noted when one was used last. */
const NOTED_MS = 24 * STALE_MS;

/** A snapshot fits one build of Pyodide, one standard library, one set of our sources, one Node major. */
export function snapshotPath(cacheDir: string, ...fits: readonly (string | number)[]): string {
  const major = process.versions.node.split('.')[0];
  const key = createHash('sha256')
    .update(JSON.stringify([major, process.arch, ...fits]))
    .digest('hex')
    .slice(0, 16);
  return join(cacheDir, 'python', `node${major}-${key}.snapshot`);
}

/** The snapshot's bytes; nothing when there is none, or it is cut short or altered. */
export async function readSnapshot(path: string): Promise<Uint8Array | undefined> {
  const file = await readFile(path).catch(() => undefined);
  if (file === undefined || file.length < TRAILER) return undefined;
  const length = file.length - TRAILER;
  const bytes = file.subarray(0, length);
  const intact =
    file.readUInt32LE(length) === MAGIC &&
    file.readUInt32LE(length + 4) === length &&
    file.readUInt32LE(length + 8) === crc32(bytes);
  if (intact) noteUse(path);
  return intact ? bytes : undefined;
}

/** Without it, a file system that does not note when files are read would let the snapshot look forgotten. */
function noteUse(path: string): void {
  try {
    const now = new Date();
    if (now.getTime() - statSync(path).mtimeMs > NOTED_MS) utimesSync(path, now, now);
  } catch {
    // It is somebody else's, or has just gone.
  }
}

/** False when the directory cannot be written, which costs the next start some time and nothing else. */
export function writeSnapshot(path: string, bytes: Uint8Array): boolean {
  const trailer = Buffer.alloc(TRAILER);
  trailer.writeUInt32LE(MAGIC, 0);
  trailer.writeUInt32LE(bytes.length, 4);
  trailer.writeUInt32LE(crc32(bytes), 8);
  const temporary = `${path}.${process.pid}-${Math.random().toString(36).slice(2)}`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    removeStale(path);
    writeFileSync(temporary, bytes, { mode: 0o600, flag: 'wx' });
    writeFileSync(temporary, trailer, { flag: 'a' });
    renameSync(temporary, path);
    return true;
  } catch {
    removeIfThere(temporary);
    return false;
  }
}

/** A directory that cannot be written may not let anything be removed either. */
export function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

function removeStale(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    const isHalf = name.startsWith(`${basename(path)}.`);
    const isOther = name.endsWith('.snapshot') && name !== basename(path);
    if (!isHalf && !isOther) continue;
    const file = join(dirname(path), name);
    const { mtimeMs } = statSync(file, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (Date.now() - mtimeMs > (isHalf ? STALE_MS : FORGOTTEN_MS)) rmSync(file, { force: true });
  }
}
