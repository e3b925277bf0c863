/** `notify`: tells people, by a webhook or by mail. */
import type { FetchRequest } from '../grants/fetch.ts';
import { type Act, failed, given } from './act.ts';
import { textOf } from './exact.ts';
import { excerptOf, send } from './http.ts';
import { headersOf } from './request.ts';

const TIMEOUT_MS = 30_000;
const LONGEST_WAIT_MS = 60_000;

export const act: Act = async (fields, tools) => {
  if (!fields.has('webhook')) return (await import('./mail.ts')).sendMail(fields, tools);
  const url = fields.needText('webhook');
  const json = fields.raw('json');
  const body = json === undefined ? JSON.stringify({ text: fields.needText('text') }) : textOf(json);
  const request: FetchRequest = {
    url,
    method: 'POST',
    headers: headersOf(fields.pairs('headers'), 'application/json'),
    redirect: 'follow',
    timeoutMs: fields.count('timeout', Number.MAX_SAFE_INTEGER) ?? TIMEOUT_MS,
  };
  const patience = { retries: fields.count('retries', 100) ?? 2, longestWaitMs: LONGEST_WAIT_MS };
  const answer = await send(request, Buffer.from(body), patience, tools);
  const { status, statusText } = answer;
  if (status >= 200 && status <= 299) return given({ status });
  throw failed(`The webhook answered ${status} ${statusText}${excerptOf(answer)}`, { status });
};
