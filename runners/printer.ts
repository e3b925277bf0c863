/** What a step prints, on its way to the host: split into lines, sent at once while they are few, in batches when they are many. */
import type { PrintedLine } from './contract.ts';

/** A line longer than this, in UTF-16 units, goes out in pieces. */
const LONGEST_LINE = 64 * 1024;
/** So many messages may go at once; after that one every `REFILL_MS`. */
const BURST = 16;
const REFILL_MS = 20;

export class Printer {
  /** Messages sent so far. */
  batches = 0;
  /** Bytes that were printed beyond the limit. */
  leftOut = 0;
  readonly #send: (lines: readonly PrintedLine[]) => void;
  readonly #partial = { stdout: '', stderr: '' };
  #lines: PrintedLine[] = [];
  #tokens = BURST;
  #refilledAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #room: number;
  readonly #atOnce: boolean;

  /** Takes the first `limit` bytes, and counts what comes after them. `atOnce` never waits for more, in a thread whose timers may not come. */
  constructor(
    send: (lines: readonly PrintedLine[]) => void,
    limit: number = Number.POSITIVE_INFINITY,
    { atOnce = false }: { readonly atOnce?: boolean } = {},
  ) {
    this.#send = send;
    this.#atOnce = atOnce;
    this.#room = limit;
  }

  print(stream: 'stdout' | 'stderr', text: string): void {
    const fitting = this.#fitting(text);
    if (fitting !== '') this.#take(stream, fitting);
  }

  leaveOut(bytes: number): void {
    this.leftOut += bytes;
  }

  /** As much of the text as there is room for, without half a character at its end. */
  #fitting(text: string): string {
    const bytes = Buffer.byteLength(text);
    if (bytes <= this.#room) {
      this.#room -= bytes;
      return text;
    }
    const fitting =
      this.#room <= 0
        ? ''
        : new TextDecoder().decode(Buffer.from(text.slice(0, this.#room)).subarray(0, this.#room), { stream: true });
    this.leftOut += bytes - Buffer.byteLength(fitting);
    this.#room = 0;
    return fitting;
  }

  #take(stream: 'stdout' | 'stderr', text: string): void {
    const pieces = (this.#partial[stream] + text).split('\n');
    let rest = pieces.pop()!;
    for (const piece of pieces) this.#add(stream, piece.endsWith('\r') ? piece.slice(0, -1) : piece);
    while (rest.length >= LONGEST_LINE) {
      this.#add(stream, rest.slice(0, LONGEST_LINE));
      rest = rest.slice(LONGEST_LINE);
    }
    this.#partial[stream] = rest;
    if (this.#lines.length > 0) this.#sendOrWait();
  }

  /** Ends half lines and gives back what was not sent yet. */
  finish(): readonly PrintedLine[] {
    clearTimeout(this.#timer);
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#partial[stream] !== '') this.#add(stream, this.#partial[stream]);
      this.#partial[stream] = '';
    }
    const lines = this.#lines;
    this.#lines = [];
    return lines;
  }

  #add(stream: 'stdout' | 'stderr', line: string): void {
    for (let at = 0; at === 0 || at < line.length; at += LONGEST_LINE) {
      this.#lines.push({ stream, text: line.slice(at, at + LONGEST_LINE) });
    }
  }

  #sendOrWait(): void {
    const now = performance.now();
    const refill = Math.floor((now - this.#refilledAt) / REFILL_MS);
    if (refill > 0) {
      this.#tokens = Math.min(BURST, this.#tokens + refill);
      this.#refilledAt = now;
    }
    if (this.#tokens > 0 || this.#atOnce) this.#flush();
    else this.#timer ??= setTimeout(() => this.#flush(), REFILL_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#lines.length === 0) return;
    this.#tokens = Math.max(0, this.#tokens - 1);
    this.batches += 1;
    this.#send(this.#lines);
    this.#lines = [];
  }
}
