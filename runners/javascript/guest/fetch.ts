/** Guest code: `fetch`, with the headers and responses that it deals in. */
import type { FetchFailure, FetchHead } from '../../grants/fetch.ts';
import type { Bridge } from './bridge.ts';

export interface Fetching {
  /** The head of an answer has come, as JSON of an `AnswerHead`; its body is asked for. */
  answered(head: string): void;
}

/** What the host tells of an answer before its body. */
export type AnswerHead = { readonly id: number } & ((FetchHead & { readonly size: number }) | FetchFailure);

export function installFetch(bridge: Bridge): Fetching {
  const { parse, stringify } = JSON;
  const waiting = new Map<number, { resolve(response: unknown): void; reject(error: unknown): void }>();
  let last = 0;

  class Headers {
    readonly #entries: [string, string][] = [];

    constructor(init?: unknown) {
      if (init === undefined || init === null) return;
      const entries =
        init instanceof Headers
          ? [...init]
          : Array.isArray(init)
            ? (init as [string, string][])
            : Object.entries(init as Record<string, string>);
      for (const [name, value] of entries) this.append(name, value);
    }

    append(name: string, value: unknown): void {
      const key = `${name}`.toLowerCase();
      const text = `${value as string}`.trim();
      if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key)) throw new TypeError(`${stringify(name)} is no name of a header`);
      if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text))
        throw new TypeError(`The header ${stringify(name)} has a character that no header can have`);
      this.#entries.push([key, text]);
    }

    delete(name: string): void {
      const kept = this.#entries.filter(([key]) => key !== name.toLowerCase());
      this.#entries.splice(0, this.#entries.length, ...kept);
    }

    get(name: string): string | null {
      const values = this.#entries.filter(([key]) => key === name.toLowerCase()).map(([, value]) => value);
      return values.length === 0 ? null : values.join(', ');
    }

    getSetCookie(): string[] {
      return this.#entries.filter(([key]) => key === 'set-cookie').map(([, value]) => value);
    }

    has(name: string): boolean {
      return this.get(name) !== null;
    }

    set(name: string, value: unknown): void {
      this.delete(name);
      this.append(name, value);
    }

    *[Symbol.iterator](): Generator<[string, string]> {
      for (const key of [...new Set(this.#entries.map(([name]) => name))].sort()) yield [key, this.get(key)!];
    }

    entries(): Generator<[string, string]> {
      return this[Symbol.iterator]();
    }

    forEach(visit: (value: string, name: string) => void): void {
      for (const [name, value] of this) visit(value, name);
    }
  }

  class Response {
    readonly status: number;
    readonly statusText: string;
    readonly url: string;
    readonly redirected: boolean;
    readonly headers: Headers;
    readonly ok: boolean;
    bodyUsed = false;
    readonly #body: ArrayBuffer;

    constructor(head: FetchHead, body: ArrayBuffer) {
      this.status = head.status;
      this.statusText = head.statusText;
      this.url = head.url;
      this.redirected = head.redirected;
      this.headers = new Headers(head.headers);
      this.ok = head.status >= 200 && head.status < 300;
      this.#body = body;
    }

    async arrayBuffer(): Promise<ArrayBuffer> {
      if (this.bodyUsed) throw new TypeError('The body of the response was read before');
      this.bodyUsed = true;
      return this.#body;
    }

    async bytes(): Promise<Uint8Array> {
      return new Uint8Array(await this.arrayBuffer());
    }

    async text(): Promise<string> {
      return parse(bridge.decodeText(await this.arrayBuffer(), 'utf-8', false, false)) as string;
    }

    async json(): Promise<unknown> {
      return parse(await this.text());
    }
  }

  function bodyOf(body: unknown): { buffer: ArrayBuffer; type?: string } {
    if (body === undefined || body === null) return { buffer: new ArrayBuffer(0) };
    if (body instanceof ArrayBuffer) return { buffer: body };
    if (ArrayBuffer.isView(body)) {
      const { buffer, byteOffset, byteLength } = body;
      return { buffer: buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer };
    }
    const isForm = body instanceof URLSearchParams;
    const type = isForm ? 'application/x-www-form-urlencoded;charset=UTF-8' : 'text/plain;charset=UTF-8';
    return { buffer: bridge.encodeText(stringify(`${body as string}`.toWellFormed())), type };
  }

  function fetch(input: unknown, init: Record<string, unknown> = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const { buffer, type } = bodyOf(init['body']);
      const headers = new Headers(init['headers']);
      if (type !== undefined && !headers.has('content-type')) headers.set('content-type', type);
      const method = `${(init['method'] as string | undefined) ?? 'GET'}`.toUpperCase();
      if (!/^[A-Z]+$/.test(method) || method === 'CONNECT' || method === 'TRACE')
        throw new TypeError(`${stringify(method)} is no method that fetch has`);
      const redirect = (init['redirect'] as string | undefined) ?? 'follow';
      const request = { url: `${input as string}`.toWellFormed(), method, headers: [...headers], redirect };
      last += 1;
      waiting.set(last, { resolve, reject });
      bridge.fetch(last, stringify(request), buffer);
    });
  }

  const globals = { fetch, Headers, Response };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }

  return {
    answered: (text) => {
      const head = parse(text) as AnswerHead;
      const waiter = waiting.get(head.id);
      waiting.delete(head.id);
      if (waiter === undefined) return;
      try {
        if (!head.ok) throw new TypeError(head.message);
        // What the host hands over needs room, and only here its lack is an error of the step.
        new ArrayBuffer(head.size);
        waiter.resolve(new Response(head, bridge.fetched(head.id)));
      } catch (error) {
        waiter.reject(error);
      }
    },
  };
}
