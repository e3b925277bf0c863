// `http`: requests as the file says them, sent again where that may help, with answers in the form that was asked for.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { HttpDefinition } from '../../../src/parse/actions/action-definition.ts';
import { close, listen } from '../../security/support/granted-server.ts';
import { type Ended, rig } from './rig.ts';

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void;

const it = rig({ env: { TOKEN: 't0p-s3cret' } });
let server: Server;
let base = '';
let grant = '';
let requests: { method: string; url: string; headers: Record<string, unknown>; body: string; at: number }[] = [];
let answers: Answer[] = [];

const echo: Answer = (_, response) => response.setHeader('content-type', 'application/json').end('{"ok":true}');
const status =
  (code: number, headers: Record<string, string> = {}, text = ''): Answer =>
  (_, response) =>
    response.writeHead(code, headers).end(text);

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString('latin1');
    });
    request.on('end', () => {
      requests.push({ method: request.method!, url: request.url!, headers: request.headers, body, at: Date.now() });
      (answers.shift() ?? echo)(request, response, body);
    });
  });
  const port = await listen(server, '127.0.0.1');
  base = `http://127.0.0.1:${port}`;
  grant = `127.0.0.1:${port}`;
});
beforeEach(() => {
  requests = [];
  answers = [];
});
afterAll(async () => {
  await it[Symbol.asyncDispose]();
  await close(server);
});

function http(fields: Partial<HttpDefinition>, more: object = {}): Promise<Ended> {
  return it.step({ http: { url: base, ...fields }, permissions: { net: grant, write: 'out/' }, ...more });
}

describe('a request', () => {
  test('is a GET, and hands on status, headers, body and where it came from', async () => {
    const { output } = await http({ url: `${base}/a?b=1` });
    expect(output).toMatchObject({ status: 200, url: `${base}/a?b=1`, body: { ok: true } });
    expect((output as { headers: object }).headers).toMatchObject({ 'content-type': 'application/json' });
    expect(requests).toMatchObject([{ method: 'GET', url: '/a?b=1' }]);
  });

  test('has values quoted in its URL, in its query, and in a form', async () => {
    const nasty = 'a/../b?c=d&e #%ä';
    await it.run(
      {
        inputs: { nasty: {}, base: {} },
        permissions: { net: grant },
        steps: {
          s: {
            http: {
              url: '{{ inputs.base }}/u/{{ inputs.nasty }}/x?y={{ inputs.nasty }}',
              query: { z: '{{ inputs.nasty }}', list: [1, 'b'] },
              form: { f: '{{ inputs.nasty }}' },
            },
          },
        },
      },
      { nasty, base },
    );
    const url = new URL(requests[0]!.url, base);
    expect(url.pathname).toBe(`/u/${encodeURIComponent(nasty)}/x`);
    expect([...url.searchParams]).toEqual([
      ['y', nasty],
      ['list', '1'],
      ['list', 'b'],
      ['z', nasty],
    ]);
    expect([...new URLSearchParams(requests[0]!.body)]).toEqual([['f', nasty]]);
    expect(requests[0]!.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  test('sends JSON with the types of its values, and is a POST then', async () => {
    await http({ json: { n: 9007199254740993n, t: 'a', deep: [true, null] } });
    expect(requests).toMatchObject([
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"deep":[true,null],"n":9007199254740993,"t":"a"}',
      },
    ]);
  });

  test('sends a text or bytes as they are, with another content type where a header says so', async () => {
    await http({ body: 'hä', method: 'PUT', headers: { 'Content-Type': 'text/x', 'x-n': 5 } });
    expect(requests[0]).toMatchObject({ method: 'PUT', headers: { 'content-type': 'text/x', 'x-n': '5' } });
    expect(Buffer.from(requests[0]!.body, 'latin1').toString()).toBe('hä');
    await it.run({
      permissions: { net: grant },
      steps: {
        bytes: { language: 'javascript', code: 'function run() { return new Uint8Array([1, 255]) }' },
        s: { http: { url: base, body: '{{ steps.bytes.output }}' } },
      },
    });
    expect(requests[1]).toMatchObject({ body: '\u0001ÿ', headers: { 'content-type': 'application/octet-stream' } });
  });

  test('names a secret that its step lists, which shows nowhere', async () => {
    answers = [status(403, {}, 'the token t0p-s3cret is wrong')];
    const { failure } = await http({ headers: { authorization: 'Bearer {{ env.TOKEN }}' } }, { secrets: 'TOKEN' });
    expect(failure).toMatchObject({ reason: 'action' });
    expect(requests[0]!.headers['authorization']).toBe('Bearer t0p-s3cret');
    expect(failure).toMatchObject({ reason: 'action', status: 403 });
    expect(JSON.stringify(failure)).not.toContain('s3cret');
  });
});

describe('an answer', () => {
  test.each([
    ['application/json; charset=utf-8', '{"a":5.0,"n":9007199254740993}', '{"a":5.0,"n":9007199254740993}'],
    ['application/problem+json', '[]', '[]'],
    ['text/plain', '{"a":1}', '"{\\"a\\":1}"'],
    ['application/octet-stream', 'ab', '{"$bytes":"YWI="}'],
    ['text/plain; charset=iso-8859-1', Buffer.from([0xe4]), '"ä"'],
  ])('of %s is what that says', async (type, body, text) => {
    answers = [(_, response) => response.setHeader('content-type', type).end(body)];
    const { text: all } = await http({});
    expect(all).toContain(`"body":${text},"headers":`);
  });

  test('is what the file says instead', async () => {
    answers = [status(200, { 'content-type': 'text/plain' }, '{"a":[1]}')];
    expect((await http({ response: 'json' })).output).toMatchObject({ body: { a: [1] } });
    answers = [status(200, { 'content-type': 'application/json' }, '{"a":')];
    expect((await http({})).failure).toMatchObject({ message: expect.stringContaining('is no JSON: ') as string });
  });

  test('is written to a granted path, or becomes a file of the run', async () => {
    answers = [status(200, {}, 'one'), status(200, {}, 'two')];
    const { output } = await http({ path: 'out/deep/x.txt' });
    expect(output).toMatchObject({ body: { path: 'out/deep/x.txt', size: 3 } });
    expect(readFileSync(join(it.directory, 'out/deep/x.txt'), 'utf8')).toBe('one');
    const run = await it.run({
      permissions: { net: grant },
      steps: {
        s: { http: { url: base, response: 'file' } },
        read: {
          language: 'javascript',
          depends_on: 's',
          code: 'async function run({ s }) { return await s.body.text() }',
        },
      },
    });
    expect(run.get('s')!.output).toMatchObject({ body: { $file: 's-1.response', size: 3 } });
    expect(run.get('read')!.output).toBe('two');
  });

  test('of another status than was expected fails the step, with what the server said', async () => {
    answers = [status(404, {}, 'no such user'), status(404), status(302, { location: '/' })];
    expect((await http({})).failure).toEqual({
      reason: 'action',
      status: 404,
      message: `GET ${base} answered 404 Not Found: no such user`,
      position: { file: 'workflow', line: 1 },
    });
    expect((await http({ expect: [200, 404] })).output).toMatchObject({ status: 404, body: '' });
    expect((await http({ redirects: false, expect: '3xx' })).output).toMatchObject({ status: 302 });
  });
});

describe('what failed', () => {
  test('is sent again after as long as the server asks for', async () => {
    answers = [status(429, { 'retry-after': '1' }), status(503)];
    const { output, lines } = await http({});
    expect(output).toMatchObject({ status: 200 });
    expect(requests).toHaveLength(3);
    expect(requests[1]!.at - requests[0]!.at).toBeGreaterThanOrEqual(990);
    expect(lines).toEqual([
      'answered 429 Too Many Requests; sent again in 1.0 s',
      'answered 503 Service Unavailable; sent again in 1.0 s',
    ]);
  });

  test('is not, where the server asks for too long, where it was a POST, or where it would fail alike', async () => {
    answers = [status(429, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() })];
    expect((await http({ longest_wait: '1s' })).failure).toMatchObject({ status: 429 });
    answers = [status(500)];
    expect((await http({ method: 'POST' })).failure).toMatchObject({ status: 500 });
    answers = [status(400)];
    expect((await http({ retries: 3 })).failure).toMatchObject({ status: 400 });
    expect(requests).toHaveLength(3);
  });

  test('for lack of time says so, and the server sees the end of it at once', async () => {
    let isGone: Promise<unknown> | undefined;
    answers = [
      (request) => {
        isGone = new Promise((done) => request.socket.on('close', done));
      },
    ];
    const { failure } = await http({ timeout: '100ms', retries: 0 });
    expect(failure).toMatchObject({ reason: 'action', message: `"${base}" gave no answer within 0.1 s` });
    await isGone;
  });

  test('ends with its step at once', async () => {
    let isGone: Promise<unknown> | undefined;
    answers = [
      (request) => {
        isGone = new Promise((done) => request.socket.on('close', done));
      },
    ];
    const before = Date.now();
    expect((await http({}, { timeout: '200ms' })).failure).toMatchObject({ reason: 'timed-out' });
    await isGone;
    expect(Date.now() - before).toBeLessThan(3000);
  });

  test('can be told apart by its status in `retry_if`', async () => {
    answers = [status(409), status(409)];
    await http({ method: 'POST' }, { retries: 1, retry_if: 'error.status == 409' });
    expect(requests).toHaveLength(2);
    await http({ method: 'POST' }, { retries: 1, retry_if: 'error.status == 500' });
    expect(requests).toHaveLength(3);
  });

  test('for a field that its template made wrong says what it takes', async () => {
    const run = await it.run({
      permissions: { net: grant },
      steps: {
        a: { transform: "{'x': [1]}" },
        s: { http: { url: base, headers: '{{ steps.a.output.x }}' } },
        t: { http: { url: base, retries: '{{ steps.a.output }}' } },
        u: { http: { url: '{{ steps.a.output.x }}' } },
      },
    });
    expect(run.get('s')!.failure).toMatchObject({
      message: '"headers" of http is [1]; it takes a table of names and values',
    });
    expect(run.get('t')!.failure).toMatchObject({
      message: '"retries" of http is {"x":[1]}; it takes a whole number from 0 to 100',
    });
    expect(run.get('u')!.failure).toMatchObject({ message: '"url" of http is [1]; it takes a text' });
  });
});
