/** A request as it is sent, and the next one where it is sent on. */
import type { FetchRequest } from './fetch.ts';

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

/** What is said to the step. */
export class Refused extends Error {}

export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: Uint8Array;
}

/** Throws `Refused` for what is no URL of http or https. */
export function firstHop({ url, method, headers }: FetchRequest, body: Uint8Array): Hop {
  return { url: urlOf(url), method: methodOf(method), headers: headersOf(headers), body };
}

/** As browsers do it: a POST becomes a GET, and what was meant for one place is not told to another. */
export function redirected({ url, method, headers, body }: Hop, status: number, location: string): Hop {
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

/** A name, or an address without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

export function portOf({ port, protocol }: URL): number {
  return Number(port) || (protocol === 'https:' ? 443 : 80);
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

/** CONNECT would make a tunnel of it. */
function methodOf(method: string): string {
  if (/^[A-Z]{1,20}$/.test(method) && method !== 'CONNECT' && method !== 'TRACE') return method;
  throw new Refused(`${JSON.stringify(method.slice(0, 20))} is no method that fetch has`);
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
