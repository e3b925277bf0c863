/** `http`: a request to a granted host, sent again where that may help, and its answer as a value. */
import { notGranted } from '../grants/denial.ts';
import type { FetchAnswer, FetchHead, FetchRequest } from '../grants/fetch.ts';
import { networkFor } from '../grants/granted-to.ts';
import { OVER_LIMIT } from '../kinds/run-files.ts';
import { overLimit } from '../limits.ts';
import { type Act, ActionFailure, failed, given, type Tools } from './act.ts';
import type { Fields } from './fields.ts';
import { bodyOf, headersOf } from './request.ts';
import { decodedText, handedOn } from './response.ts';
import { delayBefore } from './retry-after.ts';

const DEFAULT_TIMEOUT_MS = 30_000;
const LONGEST_WAIT_MS = 60_000;

export type Answer = FetchHead & { readonly body: Uint8Array };

export const act: Act = async (fields, tools) => {
  const body = bodyOf(fields, tools);
  const method = (fields.text('method') ?? (body.bytes === undefined ? 'GET' : 'POST')).toUpperCase();
  const request: FetchRequest = {
    url: urlOf(fields),
    method,
    headers: headersOf(fields.pairs('headers'), body.type),
    redirect: fields.flag('redirects', true) ? 'follow' : 'manual',
    timeoutMs: fields.count('timeout', Number.MAX_SAFE_INTEGER) ?? DEFAULT_TIMEOUT_MS,
  };
  const retries = fields.count('retries', 100) ?? (method === 'GET' || method === 'HEAD' ? 2 : 0);
  const longestWaitMs = fields.count('longest_wait', Number.MAX_SAFE_INTEGER) ?? LONGEST_WAIT_MS;
  const answer = await send(request, body.bytes ?? NOTHING, { retries, longestWaitMs }, tools);
  const wanted = fields.value('expect');
  if (!isExpected(answer.status, Array.isArray(wanted) ? (wanted as string[]) : ['2xx'])) {
    throw failed(`${method} ${request.url} answered ${statusOf(answer)}${excerptOf(answer)}`, {
      status: answer.status,
    });
  }
  return given(handedOn(answer, fields, tools));
};

const NOTHING = new Uint8Array();

function urlOf(fields: Fields): string {
  const text = fields.needText('url');
  const query = fields.pairs('query');
  if (query.length === 0) return text;
  if (!URL.canParse(text)) throw failed(`"url" of http is ${JSON.stringify(text.slice(0, 200))}, which is no URL`);
  const url = new URL(text);
  for (const [name, value] of query) url.searchParams.append(name, value);
  return url.href;
}

export interface Patience {
  /** Further requests after the first. */
  readonly retries: number;
  /** Between two of them. */
  readonly longestWaitMs: number;
}

/** An answer of any status; `before` is waited for ahead of each request. Throws `ActionFailure` where none came. */
export async function send(
  request: FetchRequest,
  body: Uint8Array,
  { retries, longestWaitMs }: Patience,
  tools: Tools,
  before?: () => Promise<void>,
): Promise<Answer> {
  for (let sent = 1; ; sent++) {
    await before?.();
    const answer = await once(request, body, tools);
    const delayMs = sent > retries ? undefined : delayBefore(answer, sent, Date.now());
    if (delayMs !== undefined && delayMs <= longestWaitMs) {
      const what = answer.ok ? `answered ${statusOf(answer)}` : answer.message;
      tools.context.print('stderr', `${what}; sent again in ${(delayMs / 1000).toFixed(1)} s\n`);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      continue;
    }
    if (answer.ok) return answer;
    throw failed(answer.message);
  }
}

async function once(request: FetchRequest, body: Uint8Array, { job, setup }: Tools): Promise<FetchAnswer> {
  const network = networkFor(job, setup);
  const answer = await network.fetch(request, body);
  if (answer.ok) return answer;
  const denied = notGranted(network.denied, answer.message);
  if (denied !== undefined) throw new ActionFailure(denied);
  if (network.exceeded !== undefined && answer.message.includes(OVER_LIMIT))
    throw new ActionFailure(overLimit(network.exceeded, job.limits));
  return answer;
}

function isExpected(status: number, wanted: readonly string[]): boolean {
  return wanted.some((word) => (word.endsWith('xx') ? String(status)[0] === word[0] : String(status) === word));
}

function statusOf({ status, statusText }: FetchHead): string {
  return `${status} ${statusText}`.trim();
}

const LONGEST_EXCERPT = 500;

/** What the server says of it is most of what one needs to know. */
export function excerptOf(answer: Answer): string {
  const text = decodedText(answer).trim().replaceAll(/\s+/g, ' ');
  if (text === '') return '';
  return `: ${text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT)}…` : text}`;
}
