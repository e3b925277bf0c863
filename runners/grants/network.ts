/** Requests of an embedded step to hosts that it was granted: every redirect and every address is looked at before anything is sent. */
import type { IncomingMessage, RequestOptions } from 'node:http';
import type { Grants, LimitName, Limits } from '../contract.ts';
import { OVER_LIMIT } from '../kinds/run-files.ts';
import { EMBEDDED_MEMORY, size as sizeText } from '../limits.ts';
import { checkedLookup } from './checked-lookup.ts';
import type { Denial } from './denial.ts';
import type { FetchAnswer, FetchRequest } from './fetch.ts';
import { firstHop, type Hop, hostOf, portOf, redirected, Refused } from './hops.ts';
import { familyOf } from './hosts.ts';
import { Reach } from './reach.ts';

const MOST_REDIRECTS = 20;
/** Node's timers end at once beyond it. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export class Network {
  /** Which limit the step ran into, whether or not it noticed. */
  exceeded: Extract<LimitName, 'memory'> | undefined;
  readonly #reach: Reach;
  readonly #most: number;
  /** Made for the first request: most steps have none, and it costs as much as the rest of what a short step needs here. */
  #closing: AbortController | undefined;
  #isClosed = false;
  #held = 0;

  /** Without grants, nothing is granted. */
  constructor(grants: Grants | undefined, limits: Pick<Limits, 'memory'>) {
    this.#reach = new Reach(grants);
    this.#most = limits.memory ?? EMBEDDED_MEMORY;
  }

  /** Whether any host was granted. */
  get isOpen(): boolean {
    return this.#reach.isOpen;
  }

  /** The last act that was denied, whether or not the step noticed. */
  get denied(): Denial | undefined {
    return this.#reach.denied;
  }

  /** Ends what is under way. */
  close(): void {
    this.#isClosed = true;
    this.#closing?.abort();
  }

  #signal(): AbortSignal {
    if (this.#isClosed) return AbortSignal.abort();
    this.#closing ??= new AbortController();
    return this.#closing.signal;
  }

  /** Never rejects. */
  async fetch(request: FetchRequest, body: Uint8Array): Promise<FetchAnswer> {
    const { timeoutMs } = request;
    const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(Math.min(timeoutMs, LONGEST_TIMER_MS));
    const signal = timeout === undefined ? this.#signal() : AbortSignal.any([this.#signal(), timeout]);
    const wanted = JSON.stringify(request.url.slice(0, 200));
    try {
      return await this.#follow(request, body, signal);
    } catch (error) {
      if (error instanceof Refused) return { ok: false, message: error.message };
      if (timeout?.aborted === true)
        return { ok: false, message: `${wanted} gave no answer within ${timeoutMs! / 1000} s`, code: 'timeout' };
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'it failed';
      return { ok: false, message: `${wanted} cannot be fetched: ${code}`, code };
    }
  }

  async #follow(request: FetchRequest, body: Uint8Array, signal: AbortSignal): Promise<FetchAnswer> {
    let hop = firstHop(request, body);
    for (let redirects = 0; ; redirects++) {
      const response = await this.#send(hop, signal);
      const status = response.statusCode ?? 0;
      const { location } = response.headers;
      if (!REDIRECTS.has(status) || location === undefined || request.redirect === 'manual')
        return this.#answer(hop.url, redirects > 0, response);
      response.destroy();
      if (request.redirect === 'error') throw new Refused(`${JSON.stringify(hop.url.href)} redirects to another place`);
      if (redirects >= MOST_REDIRECTS) throw new Refused(`${JSON.stringify(request.url)} redirects without end`);
      hop = redirected(hop, status, location);
    }
  }

  async #send({ url, method, headers, body }: Hop, signal: AbortSignal): Promise<IncomingMessage> {
    const host = hostOf(url);
    const port = portOf(url);
    this.#reach.check(host, port);
    // For an address there is no look-up.
    if (familyOf(host) !== 0) this.#reach.checkAddress(host, host, port);
    const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
    const options: RequestOptions = {
      method,
      headers: { ...headers, ...(body.length > 0 && { 'content-length': String(body.length) }) },
      agent: false,
      signal,
      lookup: checkedLookup(this.#reach, host, port),
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(url, options, resolve);
      outgoing.on('error', reject);
      outgoing.on('upgrade', (_response, socket) => {
        socket.destroy();
        reject(new Refused(`${JSON.stringify(url.href)} answers with another protocol`));
      });
      outgoing.end(body);
    });
  }

  async #answer(url: URL, isRedirected: boolean, response: IncomingMessage): Promise<FetchAnswer> {
    const chunks: Buffer[] = [];
    let length = 0;
    try {
      for await (const chunk of response as AsyncIterable<Buffer>) {
        length += chunk.length;
        this.#held += chunk.length;
        if (this.#held > this.#most) {
          this.exceeded = 'memory';
          throw new Refused(`${JSON.stringify(url.href)} has ${sizeText(length)} and more${OVER_LIMIT}memory`);
        }
        chunks.push(chunk);
      }
    } finally {
      this.#held -= length;
      response.destroy();
    }
    const { rawHeaders, statusCode = 0, statusMessage = '' } = response;
    const headers = rawHeaders.flatMap((name, i) =>
      i % 2 === 0 ? [[name.toLowerCase(), rawHeaders[i + 1]!] as const] : [],
    );
    return {
      ok: true,
      status: statusCode,
      statusText: statusMessage,
      url: url.href,
      redirected: isRedirected,
      headers,
      body: Buffer.concat(chunks),
    };
  }
}
