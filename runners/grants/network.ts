/** Requests of an embedded step to hosts that it was granted: every redirect and every address is looked at before anything is sent. */
import type { LookupAddress } from 'node:dns';
import type { IncomingMessage, RequestOptions } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Grants, LimitName, Limits } from '../contract.ts';
import { OVER_LIMIT } from '../kinds/run-files.ts';
import { EMBEDDED_MEMORY, size as sizeText } from '../limits.ts';
import type { Denial } from './denial.ts';
import { familyOf, isLoopback, isPrivate, matchesHost } from './hosts.ts';

export interface FetchRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly redirect: 'follow' | 'error' | 'manual';
}

export type FetchAnswer =
  | {
      readonly ok: true;
      readonly status: number;
      readonly statusText: string;
      /** Of the last request. */
      readonly url: string;
      readonly redirected: boolean;
      readonly headers: readonly (readonly [string, string])[];
      readonly body: Uint8Array;
    }
  | { readonly ok: false; readonly message: string };

const MOST_AT_ONCE = 64;
const MOST_REDIRECTS = 20;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** Set by the connection, or a way around the checks. */
const OURS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'upgrade',
  'expect',
  'te',
  'trailer',
  'keep-alive',
  'proxy-connection',
  'accept-encoding',
]);

class Refused extends Error {}

interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Uint8Array;
}

export class Network {
  /** The last act that was denied, whether or not the step noticed. */
  denied: Denial | undefined;
  /** Which limit the step ran into, whether or not it noticed. */
  exceeded: Extract<LimitName, 'memory'> | undefined;
  readonly #layers: readonly { readonly from: 'step' | 'workflow'; readonly net: readonly string[] }[];
  readonly #most: number;
  readonly #closing = new AbortController();
  readonly #pending = new Set<Promise<FetchAnswer>>();
  readonly #answers = new Map<number, FetchAnswer>();
  #held = 0;

  /** Without grants, nothing is granted. */
  constructor(grants: Grants | undefined, limits: Pick<Limits, 'memory'>) {
    this.#layers = (grants?.layers ?? []).map(({ from, net = [] }) => ({ from, net }));
    this.#most = limits.memory ?? EMBEDDED_MEMORY;
  }

  /** Whether any host was granted. */
  get isOpen(): boolean {
    return this.#layers.length > 0 && this.#layers.every(({ net }) => net.length > 0);
  }

  /** Whether an answer is there or on its way. */
  get busy(): boolean {
    return this.#pending.size > 0 || this.#answers.size > 0;
  }

  /** Begins a request, whose answer is taken by its `id`. */
  start(id: number, request: FetchRequest, body: Uint8Array): void {
    if (this.#pending.size >= MOST_AT_ONCE) {
      this.#answers.set(id, { ok: false, message: `Wait for some of the ${MOST_AT_ONCE} requests that are under way` });
      return;
    }
    const done = this.#fetch(request, body);
    this.#pending.add(done);
    void this.#keep(id, done);
  }

  async #keep(id: number, done: Promise<FetchAnswer>): Promise<void> {
    this.#answers.set(id, await done);
    this.#pending.delete(done);
  }

  /** Resolves when there is an answer to take. */
  async next(): Promise<void> {
    while (this.#answers.size === 0 && this.#pending.size > 0) await Promise.race(this.#pending);
  }

  /** All that have come, by their ids. */
  take(): Map<number, FetchAnswer> {
    const answers = new Map(this.#answers);
    this.#answers.clear();
    return answers;
  }

  /** Ends what is under way. */
  close(): void {
    this.#closing.abort();
  }

  async #fetch(request: FetchRequest, body: Uint8Array): Promise<FetchAnswer> {
    try {
      return await this.#follow(request, body);
    } catch (error) {
      if (error instanceof Refused) return { ok: false, message: error.message };
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'it failed';
      return { ok: false, message: `${JSON.stringify(request.url.slice(0, 200))} cannot be fetched: ${code}` };
    }
  }

  async #follow(request: FetchRequest, body: Uint8Array): Promise<FetchAnswer> {
    let hop: Hop = {
      url: urlOf(request.url),
      method: request.method,
      headers: headersOf(request.headers),
      body,
    };
    for (let redirects = 0; ; redirects++) {
      const response = await this.#send(hop);
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

  async #send({ url, method, headers, body }: Hop): Promise<IncomingMessage> {
    const host = hostOf(url);
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    this.#check(host, port);
    // For an address there is no look-up.
    if (familyOf(host) !== 0) this.#checkAddress(host, host, port);
    const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
    const options: RequestOptions = {
      method,
      headers: { ...headers, ...(body.length > 0 && { 'content-length': String(body.length) }) },
      agent: false,
      signal: this.#closing.signal,
      lookup: this.#lookup(host, port),
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

  /** What a name leads to is looked at where it is looked up, so that it cannot lead elsewhere a moment later. */
  #lookup(host: string, port: number): LookupFunction {
    const { lookup } = process.getBuiltinModule('node:dns');
    return (name, options, callback) => {
      lookup(name, { ...options, all: true }, (error, addresses) => {
        const refusal = error ?? this.#refusalOf(addresses, host, port);
        const [first] = addresses ?? [];
        if (refusal !== undefined) callback(refusal, []);
        else if (options.all === true) callback(null, addresses);
        else callback(null, first?.address ?? '', first?.family ?? 4);
      });
    };
  }

  #refusalOf(addresses: readonly LookupAddress[], host: string, port: number): Error | undefined {
    try {
      for (const { address } of addresses) this.#checkAddress(address, host, port);
      return undefined;
    } catch (refusal) {
      return refusal as Error;
    }
  }

  #check(host: string, port: number): void {
    const against = this.#layers.find(({ net }) => !net.some((pattern) => matchesHost(pattern, host, port)));
    if (this.#layers.length > 0 && against === undefined) return;
    const place = placeOf(host, port);
    this.#deny(place, `${place} is not granted to be reached`, '', against?.from ?? 'step');
  }

  /** A name that leads into a private network needs that address granted too; `localhost` says what it is. */
  #checkAddress(address: string, host: string, port: number): void {
    if (!isPrivate(address)) return;
    if (isLoopback(address) && (host === 'localhost' || host.endsWith('.localhost'))) return;
    const against = this.#layers.find(
      ({ net }) => !net.some((pattern) => !pattern.startsWith('*') && matchesHost(pattern, address, port)),
    );
    if (against === undefined) return;
    const place = placeOf(address, port);
    const leads = address === host ? '' : `, where ${host} leads, in a private network,`;
    this.#deny(place, `${host}:${port} leads into a private network, which is not granted`, leads, against.from);
  }

  #deny(place: string, told: string, leads: string, whose: 'step' | 'workflow'): never {
    this.denied = {
      told,
      message: `The step may not reach ${place}${leads} as the permissions of the ${whose} do not name it`,
      grant: `permissions = { net = [${JSON.stringify(place)}] }`,
    };
    throw new Refused(told);
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

function placeOf(host: string, port: number): string {
  return `${familyOf(host) === 6 ? `[${host}]` : host}:${port}`;
}

function urlOf(text: string, base?: string): URL {
  if (!URL.canParse(text, base)) throw new Refused(`${JSON.stringify(text.slice(0, 200))} is no URL`);
  const url = new URL(text, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new Refused(`${JSON.stringify(text.slice(0, 200))} is not of http or https`);
  if (url.username !== '' || url.password !== '')
    throw new Refused('Put the name and the password into a header: a URL with them is not fetched');
  return url;
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

function headersOf(given: FetchRequest['headers']): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = Object.create(null) as Record<string, string>;
  for (const [name, value] of given) {
    if (OURS.has(name.toLowerCase())) continue;
    const before = headers[name.toLowerCase()];
    headers[name.toLowerCase()] = before === undefined ? value : [before, value].flat();
  }
  return headers;
}

/** As browsers do it: a POST becomes a GET, and what was meant for one place is not told to another. */
function redirected({ url, method, headers, body }: Hop, status: number, location: string): Hop {
  const next = urlOf(location, url.href);
  const isGet = (status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST');
  const dropped = new Set([
    ...(isGet ? ['content-type', 'content-language', 'content-encoding', 'content-location'] : []),
    ...(next.origin === url.origin ? [] : ['authorization', 'cookie', 'proxy-authorization']),
  ]);
  return {
    url: next,
    method: isGet ? 'GET' : method,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name))),
    body: isGet ? new Uint8Array() : body,
  };
}
