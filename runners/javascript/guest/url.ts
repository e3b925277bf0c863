/** Guest code: `URL` and `URLSearchParams`, backed by the host's parser. */
import type { Bridge } from './bridge.ts';

/** What the host tells of a URL. */
export interface UrlParts {
  readonly href: string;
  readonly origin: string;
  readonly protocol: string;
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly pathname: string;
  readonly search: string;
  readonly hash: string;
}

export function installUrl(bridge: Bridge): void {
  const { stringify, parse } = JSON;
  const ask = <T>(what: 'url' | 'url-set' | 'params' | 'params-text', args: unknown[]): T =>
    parse(bridge.ask(what, stringify(args))) as T;
  // oxlint-disable-next-line typescript/no-base-to-string -- any object may be given, and its own toString is what counts
  const text = (value: unknown): string => String(value);
  type Pairs = [string, string][];

  let paramsOf: (search: string, changed: () => void) => URLSearchParams;
  let replaceParams: (params: URLSearchParams, search: string) => void;
  let read: (url: URL, part: keyof UrlParts) => string;
  let write: (url: URL, part: keyof UrlParts, value: unknown) => void;

  class URLSearchParams {
    #pairs: Pairs;
    /** Tells the URL that owns it. */
    #changed: () => void = () => {};

    constructor(init: unknown = '') {
      if (typeof init === 'object' && init !== null) {
        const entries = Symbol.iterator in init ? [...(init as Iterable<[unknown, unknown]>)] : Object.entries(init);
        this.#pairs = entries.map(([name, value]) => [text(name), text(value)]);
      } else {
        this.#pairs = ask<Pairs>('params', [text(init)]);
      }
    }
    static {
      paramsOf = (search, changed) => {
        const params = new URLSearchParams(search);
        params.#changed = changed;
        return params;
      };
      replaceParams = (params, search) => {
        params.#pairs = ask<Pairs>('params', [search]);
      };
    }
    get size(): number {
      return this.#pairs.length;
    }
    #set(pairs: Pairs): void {
      this.#pairs = pairs;
      this.#changed();
    }
    append(name: unknown, value: unknown): void {
      this.#set([...this.#pairs, [text(name), text(value)]]);
    }
    delete(name: unknown, value?: unknown): void {
      this.#set(
        this.#pairs.filter(([key, each]) => key !== text(name) || (value !== undefined && each !== text(value))),
      );
    }
    get(name: unknown): string | null {
      return this.#pairs.find(([key]) => key === text(name))?.[1] ?? null;
    }
    getAll(name: unknown): string[] {
      return this.#pairs.filter(([key]) => key === text(name)).map(([, value]) => value);
    }
    has(name: unknown, value?: unknown): boolean {
      return this.#pairs.some(([key, each]) => key === text(name) && (value === undefined || each === text(value)));
    }
    set(name: unknown, value: unknown): void {
      const at = this.#pairs.findIndex(([key]) => key === text(name));
      if (at === -1) return this.append(name, value);
      this.#set(
        this.#pairs
          .filter(([key], i) => i <= at || key !== text(name))
          .map((pair, i) => (i === at ? [pair[0], text(value)] : pair)),
      );
    }
    sort(): void {
      this.#set(this.#pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
    }
    forEach(call: (value: string, name: string, params: URLSearchParams) => void): void {
      for (const [name, value] of this.#pairs) call(value, name, this);
    }
    *entries(): Generator<[string, string]> {
      for (const [name, value] of this.#pairs) yield [name, value];
    }
    *keys(): Generator<string> {
      for (const [name] of this.#pairs) yield name;
    }
    *values(): Generator<string> {
      for (const [, value] of this.#pairs) yield value;
    }
    [Symbol.iterator](): Generator<[string, string]> {
      return this.entries();
    }
    toString(): string {
      return ask<string>('params-text', [this.#pairs]);
    }
  }

  class URL {
    #parts: UrlParts;
    readonly #params: URLSearchParams;

    constructor(href: unknown, base?: unknown) {
      const parts = URL.#parse(href, base);
      if (parts === null) throw Object.assign(new TypeError('Invalid URL'), { input: text(href) });
      this.#parts = parts;
      this.#params = paramsOf(parts.search, () => this.#change('search', this.#params.toString()));
    }
    static #parse(href: unknown, base: unknown): UrlParts | null {
      return ask<UrlParts | null>('url', base === undefined ? [text(href)] : [text(href), text(base)]);
    }
    static canParse(href: unknown, base?: unknown): boolean {
      return URL.#parse(href, base) !== null;
    }
    static parse(href: unknown, base?: unknown): URL | null {
      return URL.canParse(href, base) ? new URL(href, base) : null;
    }
    static {
      read = (url, part) => url.#parts[part];
      write = (url, part, value) => {
        url.#change(part, text(value));
        if (part === 'search' || part === 'href') replaceParams(url.#params, url.#parts.search);
      };
    }
    #change(part: string, value: string): void {
      const parts = ask<UrlParts | null>('url-set', [this.#parts.href, part, value]);
      if (parts === null) throw new TypeError('Invalid URL');
      this.#parts = parts;
    }
    get searchParams(): URLSearchParams {
      return this.#params;
    }
    toString(): string {
      return this.#parts.href;
    }
    toJSON(): string {
      return this.#parts.href;
    }
  }

  const parts = [
    'href',
    'protocol',
    'username',
    'password',
    'host',
    'hostname',
    'port',
    'pathname',
    'search',
    'hash',
  ] as const;
  for (const part of [...parts, 'origin'] as const) {
    Object.defineProperty(URL.prototype, part, {
      get(this: URL) {
        return read(this, part);
      },
      ...(part !== 'origin' && {
        set(this: URL, value: unknown) {
          write(this, part, value);
        },
      }),
      enumerable: true,
      configurable: true,
    });
  }
  Object.defineProperty(globalThis, 'URL', { value: URL, writable: true, configurable: true });
  Object.defineProperty(globalThis, 'URLSearchParams', { value: URLSearchParams, writable: true, configurable: true });
}
