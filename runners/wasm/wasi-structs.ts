/** What WASI answers about files, as it lies in a module's memory. */
import type { Entry } from '../grants/granted-tree.ts';

/** The module's memory, as it is at the moment of the call. */
export interface GuestMemory {
  view(): DataView;
  bytes(pointer: number, length: number): Uint8Array;
  /** The pieces that an array of vectors names. */
  vectors(pointer: number, count: number): Uint8Array[];
}

export interface Name {
  readonly name: string;
  readonly kind: Entry['kind'];
}

const TYPE = { directory: 3, file: 4 } as const;
const ALL_RIGHTS = (1n << 30n) - 1n;
const DIRENT_BYTES = 24;

export function writeDescription(memory: GuestMemory, at: number, kind: Entry['kind'], flags: number): void {
  memory.bytes(at, 24).fill(0);
  const view = memory.view();
  const start = at >>> 0;
  view.setUint8(start, TYPE[kind]);
  view.setUint16(start + 2, flags, true);
  view.setBigUint64(start + 8, ALL_RIGHTS, true);
  view.setBigUint64(start + 16, ALL_RIGHTS, true);
}

export function writeStat(memory: GuestMemory, at: number, { kind, size, changedAt }: Entry): void {
  memory.bytes(at, 64).fill(0);
  const view = memory.view();
  const start = at >>> 0;
  const time = BigInt(Math.round(changedAt * 1000)) * 1000n;
  view.setUint8(start + 16, TYPE[kind]);
  view.setBigUint64(start + 24, 1n, true);
  view.setBigUint64(start + 32, BigInt(size), true);
  for (const offset of [40, 48, 56]) view.setBigUint64(start + offset, time, true);
}

export function writePrestat(memory: GuestMemory, at: number, name: string): void {
  memory.bytes(at, 8).fill(0);
  memory.view().setUint32((at >>> 0) + 4, Buffer.byteLength(name), true);
}

export function writeCount(memory: GuestMemory, at: number, count: number): void {
  memory.view().setUint32(at >>> 0, count, true);
}

export function writeOffset(memory: GuestMemory, at: number, offset: number): void {
  memory.view().setBigUint64(at >>> 0, BigInt(offset), true);
}

/** From the entry with the number `cookie` on; the last one is cut where the room ends, by which a module sees that there is more. */
export function writeEntries(target: Uint8Array, names: readonly Name[], cookie: number): number {
  let used = 0;
  for (const [index, { name, kind }] of names.entries()) {
    if (index < cookie || used >= target.length) continue;
    const bytes = Buffer.from(name);
    const entry = Buffer.alloc(DIRENT_BYTES + bytes.length);
    entry.writeBigUInt64LE(BigInt(index + 1), 0);
    entry.writeUInt32LE(bytes.length, 16);
    entry.writeUInt8(TYPE[kind], 20);
    bytes.copy(entry, DIRENT_BYTES);
    const part = entry.subarray(0, target.length - used);
    target.set(part, used);
    used += part.length;
  }
  return used;
}
