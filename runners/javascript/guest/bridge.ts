/** What the host gives the guest: the few calls that cross, with strings as JSON because they end at NUL otherwise. */

import type { KindsHost } from './kinds.ts';
import type { Inside } from './parts.ts';

export interface Bridge extends KindsHost {
  /** `text` is a JSON string. */
  print(stream: 'stdout' | 'stderr', text: string): void;
  /** Arguments and result are JSON; `null` when the host refuses. */
  ask(what: Question, args: string): string;
  randomBytes(count: number): ArrayBuffer;
  /** Milliseconds since 1970, with fractions, also where the step may not ask for them. */
  now(): number;
  /** Begins a request, JSON of a `FetchRequest`; its answer comes by `id`. */
  fetch(id: number, request: string, body: ArrayBuffer): void;
  /** The body of an answer whose head has come. */
  fetched(id: number): ArrayBuffer;
  /** The code of a part, as a function to be called once. */
  part(name: string): (bridge: Bridge, inside: Inside) => unknown;
  /** Of the shared memory: an act, then JSON strings of a key, of the JSON of a value, and of what is expected; gives JSON of a `MemoryWord`. */
  memory(act: string, key: string, value: string, expected: string): string;
}

export type Question = 'atob' | 'btoa' | 'url' | 'url-set' | 'params' | 'params-text' | 'encoding';
