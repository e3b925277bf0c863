/** What a request of a step and its answer look like, wherever they are made and read. */

export interface FetchRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly redirect: 'follow' | 'error' | 'manual';
  /** For all of it, to the end of the answer. */
  readonly timeoutMs?: number;
}

/** All of an answer but its body. */
export interface FetchHead {
  readonly ok: true;
  readonly status: number;
  readonly statusText: string;
  /** Of the last request. */
  readonly url: string;
  readonly redirected: boolean;
  /** Names in small letters, in the order in which they came. */
  readonly headers: readonly (readonly [string, string])[];
}

export interface FetchFailure {
  readonly ok: false;
  readonly message: string;
  /** The system's word for it, or `timeout`; absent where it was refused. */
  readonly code?: string;
}

export type FetchAnswer = (FetchHead & { readonly body: Uint8Array }) | FetchFailure;

/** A step may ask for anything. */
export function requestOf(given: unknown): FetchRequest {
  const { url, method, headers, redirect, timeoutMs } = Object(given) as Record<keyof FetchRequest, unknown>;
  const pairs = Array.isArray(headers) ? headers.filter((pair): pair is unknown[] => Array.isArray(pair)) : [];
  return {
    url: String(url),
    method: String(method),
    headers: pairs.map(([name, value]) => [String(name), String(value)] as const),
    redirect: redirect === 'error' || redirect === 'manual' ? redirect : 'follow',
    ...(typeof timeoutMs === 'number' && timeoutMs > 0 && { timeoutMs }),
  };
}
