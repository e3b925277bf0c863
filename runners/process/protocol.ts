/** The frames that threads and the spawner exchange over its socket. */
import type { Spent } from '../contract.ts';
import type { WatchedLimit, WatchedLimits } from './watch.ts';

/** What a thread asks for. */
export interface SpawnRequest {
  /** The program and its arguments; the program is looked up in `env.PATH`. */
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment; the spawner adds only its marker. */
  readonly env: Readonly<Record<string, string>>;
  /** What its processes may use together; they are watched only where there is one. */
  readonly limits?: WatchedLimits;
  /** Bytes of each stream that are of use: the rest is read and counted, and not handed on. */
  readonly wanted?: Readonly<Partial<Record<'stdout' | 'stderr', number>>>;
  /** The program is bubblewrap: asked to end, it would take the step with it at once, so that only what it started is asked. */
  readonly sandboxed?: true;
}

/** How a child ended. `failed` is the system's error code (`ENOENT`, `E2BIG`) of a child that never started. */
export type Ending =
  | ({ readonly kind: 'exited'; readonly status: number } & Account)
  | ({ readonly kind: 'killed'; readonly signal: string } & Account)
  | { readonly kind: 'failed'; readonly code: string };

/** What the processes of a child used, and the limit for which they were ended, if they were. */
interface Account {
  readonly spent?: Spent;
  readonly over?: WatchedLimit;
  /** Bytes that were read beyond what was wanted. */
  readonly unwanted?: Readonly<Partial<Record<'stdout' | 'stderr', number>>>;
}

/** `spawn` (a SpawnRequest), `stop` (milliseconds of grace) go to the spawner; the rest comes back. */
export type FrameKind = 'spawn' | 'stop' | 'stdout' | 'stderr' | 'ending';
const KINDS: readonly FrameKind[] = ['spawn', 'stop', 'stdout', 'stderr', 'ending'];
/** Payload length and child number as 32-bit little-endian integers around one byte of kind. */
const HEADER = 9;

export function frameHeader(kind: FrameKind, child: number, length: number): Buffer {
  const header = Buffer.allocUnsafe(HEADER);
  writeHeader(header, kind, child, length);
  return header;
}

export function frame(kind: FrameKind, child: number, message: unknown): Buffer {
  const text = JSON.stringify(message);
  const length = Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(HEADER + length);
  writeHeader(bytes, kind, child, length);
  bytes.write(text, HEADER);
  return bytes;
}

function writeHeader(bytes: Buffer, kind: FrameKind, child: number, length: number): void {
  bytes.writeUInt32LE(length, 0);
  bytes.writeUInt8(KINDS.indexOf(kind), 4);
  bytes.writeUInt32LE(child, 5);
}

/** Gives a function that takes the socket's chunks as they come and calls `take` once per whole frame. */
export function frameReader(take: (kind: FrameKind, child: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  let held = 0;
  let wanted = HEADER;
  return (chunk) => {
    pending.push(chunk);
    held += chunk.length;
    if (held < wanted) return;
    let rest = pending.length === 1 ? chunk : Buffer.concat(pending, held);
    wanted = HEADER;
    while (rest.length >= HEADER) {
      const end = HEADER + rest.readUInt32LE(0);
      if (rest.length < end) {
        wanted = end;
        break;
      }
      const kind = KINDS[rest.readUInt8(4)];
      if (kind === undefined) throw new Error('Internal error: the spawner and its thread speak different protocols');
      take(kind, rest.readUInt32LE(5), rest.subarray(HEADER, end));
      rest = rest.subarray(end);
    }
    pending = rest.length > 0 ? [rest] : [];
    held = rest.length;
  };
}
