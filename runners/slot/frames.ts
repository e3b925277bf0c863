/** The frames that the engine and a slot exchange: a length, a kind, a payload. */

/** `setup` (a ThreadSetup) and `assignment` go to the slot, in V8's own encoding; the rest comes back and is read with distrust. */
export type FrameKind = 'setup' | 'assignment' | 'ready' | 'started' | 'printed' | 'report';
const KINDS: readonly FrameKind[] = ['setup', 'assignment', 'ready', 'started', 'printed', 'report'];
/** Payload length as a 32-bit little-endian integer, then the kind. */
const HEADER = 5;

/** The payload is the parts one after another. */
export function frame(kind: FrameKind, ...parts: readonly Uint8Array[]): Uint8Array[] {
  const header = Buffer.allocUnsafe(HEADER);
  header.writeUInt32LE(
    parts.reduce((sum, part) => sum + part.length, 0),
    0,
  );
  header.writeUInt8(KINDS.indexOf(kind), 4);
  return [header, ...parts];
}

/** What a reader does with the chunks that come. */
export interface FrameTaker {
  readonly take: (kind: FrameKind, payload: Buffer) => void;
  /** Called once, with what is wrong; nothing is taken after that. */
  readonly refuse: (message: string) => void;
  /** Bytes that a payload may have now. */
  readonly most: () => number;
}

export function frameReader({ take, refuse, most }: FrameTaker): (chunk: Buffer) => void {
  let pending: Buffer[] = [];
  let held = 0;
  let wanted = HEADER;
  let refused = false;
  return (chunk) => {
    if (refused) return;
    pending.push(chunk);
    held += chunk.length;
    if (held < wanted) return;
    let rest = pending.length === 1 ? chunk : Buffer.concat(pending, held);
    wanted = HEADER;
    while (rest.length >= HEADER) {
      const length = rest.readUInt32LE(0);
      const kind = KINDS[rest.readUInt8(4)];
      if (kind === undefined || length > most()) {
        refused = true;
        pending = [];
        refuse(kind === undefined ? 'it sent what is no message' : `it sent a message of ${length} bytes`);
        return;
      }
      if (rest.length < HEADER + length) {
        wanted = HEADER + length;
        break;
      }
      take(kind, rest.subarray(HEADER, HEADER + length));
      rest = rest.subarray(HEADER + length);
    }
    pending = rest.length > 0 ? [rest] : [];
    held = rest.length;
  };
}

/** A report's payload: the length of its JSON, the JSON, the output's text. */
export function reportParts(report: object, output: Uint8Array): Uint8Array[] {
  const text = Buffer.from(JSON.stringify(report));
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32LE(text.length, 0);
  return [length, text, output];
}

/** Nothing when the payload is no report. */
export function splitReport(payload: Buffer): { readonly text: Buffer; readonly output: Buffer } | undefined {
  if (payload.length < 4) return undefined;
  const end = 4 + payload.readUInt32LE(0);
  return end > payload.length ? undefined : { text: payload.subarray(4, end), output: payload.subarray(end) };
}
