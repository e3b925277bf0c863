// JavaScript steps and the network: what was not granted is not reached, by whatever name, address or redirect.
import { createServer, type Server } from 'node:http';
import { hostname } from 'node:os';
import { lookup } from 'node:dns/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { isHostPattern, isPrivate, matchesHost } from '../../runners/grants/hosts.ts';
import { createEngine } from '../../src/engine.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { close, listen, respond } from './support/granted-server.ts';

const SECRET = 'the-answer-of-the-inner-service';
const engine = createEngine();
let inner: Server;
let outer: Server;
let reached = 0;
let innerPort = 0;
let outerPort = 0;

beforeAll(async () => {
  inner = createServer((_, response) => {
    reached += 1;
    response.end(SECRET);
  });
  outer = createServer(respond);
  innerPort = await listen(inner, '::');
  outerPort = await listen(outer, '127.0.0.1');
});
beforeEach(() => {
  reached = 0;
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  for (const server of [inner, outer]) await close(server);
});

interface Ended {
  readonly output: string | undefined;
  readonly failure: Record<string, unknown> | undefined;
}

/** `{inner}` and `{outer}` in the code and the grants stand for the servers' ports. */
async function run(
  body: string,
  net: readonly string[] = ['127.0.0.1:{outer}'],
  more: StepDefinition = {},
): Promise<Ended> {
  const ports = (text: string): string =>
    text.replaceAll('{inner}', String(innerPort)).replaceAll('{outer}', String(outerPort));
  const code = `async function run() { ${ports(body)} }`;
  const step: StepDefinition = { language: 'javascript', code, timeout: '20s', permissions: { net: net.map(ports) } };
  const plan = await engine.define({ steps: { step: { ...step, ...more } } });
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join());
  const { output, failure } = (await engine.start(plan.value).finished).steps.get('step')!;
  return { output: output && Buffer.from(output).toString(), failure: failure && { ...failure } };
}

describe('what was granted', () => {
  test('is fetched, with method, headers and body', async () => {
    const { output } = await run(`
      const response = await fetch('http://127.0.0.1:{outer}/', { method: 'post', headers: { 'X-A': 'b', Host: 'evil' }, body: 'h\u00e4' })
      return [response.ok, response.status, response.headers.get('Content-Type'), await response.json()]`);
    const [ok, status, type, said] = JSON.parse(output!) as [boolean, number, string, Record<string, unknown>];
    expect([ok, status, type]).toEqual([true, 200, 'application/json']);
    expect(said).toMatchObject({
      method: 'POST',
      headers: { 'x-a': 'b', host: `127.0.0.1:${outerPort}`, 'content-type': 'text/plain;charset=UTF-8' },
      body: Buffer.from('h\u00e4').toString('base64'),
    });
  });

  test('may be several at once, beside timers', async () => {
    const { output } = await run(`
      let ticks = 0
      const timer = setInterval(() => ticks++, 1)
      const all = await Promise.all([1, 2, 3].map((n) => fetch('http://127.0.0.1:{outer}/?n=' + n).then((r) => r.bytes())))
      await new Promise((done) => setTimeout(done, 20))
      clearInterval(timer)
      return [all.length, all.every((bytes) => bytes.length > 10), ticks > 1]`);
    expect(output).toBe('[3,true,true]');
  });

  test('may answer with an error, which is an answer', async () => {
    const { output } = await run(`
      const response = await fetch('http://127.0.0.1:{outer}/missing')
      return [response.ok, response.status, response.statusText, [...response.headers].filter(([name]) => name === 'x-a'), response.headers.getSetCookie(), await response.text()]`);
    expect(output).toBe('[false,404,"Not Here",[["x-a","b"]],["a=1","b=2"],"nothing"]');
  });

  test('comes with its own bytes, and none of the memory beside them', async () => {
    const { output } = await run(`
      const response = await fetch('http://127.0.0.1:{outer}/missing')
      const buffer = await response.arrayBuffer()
      return [buffer.byteLength, new Uint8Array(buffer)]`);
    expect(output).toBe(`[7,{"$bytes":"${Buffer.from('nothing').toString('base64')}"}]`);
  });

  test('redirects where that is granted too, and tells other places no credentials', async () => {
    const { output } = await run(
      `
      const headers = { authorization: 'secret', 'x-kept': '1' }
      const same = await fetch('http://127.0.0.1:{outer}/?to=/there', { headers, method: 'POST', body: 'x' })
      const other = await fetch('http://127.0.0.1:{outer}/?to=http://localhost:{outer}/there', { headers })
      const [a, b] = [await same.json(), await other.json()]
      return [same.redirected, a.method, a.headers.authorization, other.url.endsWith('/there'), b.headers.authorization ?? null, b.headers['x-kept']]`,
      ['127.0.0.1:{outer}', 'localhost:{outer}'],
    );
    expect(output).toBe('[true,"GET","secret",true,null,"1"]');
  });

  test('is waited for no longer than the step lasts', async () => {
    const { failure } = await run(`await fetch('http://127.0.0.1:{outer}/never')`, undefined, { timeout: '300ms' });
    expect(failure).toMatchObject({ reason: 'timed-out' });
    expect((await run(`fetch('http://127.0.0.1:{outer}/never'); return 1`)).output).toBe('1');
  });

  test('is held by the limit of memory', { tags: 'attack' }, async () => {
    const { failure } = await run(`return (await fetch('http://127.0.0.1:{outer}/large')).status`, undefined, {
      limits: { memory: '48MB' },
    });
    expect(failure).toMatchObject({ reason: 'limit', limit: 'memory' });
  });
});

const OTHER_NAMES = [
  'http://localhost:{inner}/',
  'http://127.0.0.1:{inner}/',
  'http://127.1:{inner}/',
  'http://0x7f.0.0.1:{inner}/',
  'http://2130706433:{inner}/',
  'http://0177.0.0.1:{inner}/',
  'http://0.0.0.0:{inner}/',
  'http://[::1]:{inner}/',
  'http://[::ffff:127.0.0.1]:{inner}/',
  'http://[0:0:0:0:0:ffff:7f00:1]:{inner}/',
  'http://localhost.:{inner}/',
  'http://LOCALHOST:{inner}/',
  'http://a.localhost:{inner}/',
] as const;

describe('what was not granted', () => {
  test('fails with the permission to add', async () => {
    expect((await run(`await fetch('http://127.0.0.1:{inner}/')`)).failure).toEqual({
      reason: 'not-granted',
      message: `The step may not reach 127.0.0.1:${innerPort} as the permissions of the step do not name it`,
      grant: `permissions = { net = ["127.0.0.1:${innerPort}"] }`,
    });
    const { failure } = await run(`await fetch('https://example.org/')`);
    expect(failure).toMatchObject({ reason: 'not-granted', grant: 'permissions = { net = ["example.org:443"] }' });
  });

  test.each([[[]], [undefined]])('is not there where no host is granted: %j', { tags: 'attack' }, async (net) => {
    const permissions = { permissions: net === undefined ? {} : { net } };
    expect((await run(`return [typeof fetch, typeof Headers, typeof Response]`, [], permissions)).output).toBe(
      '["undefined","undefined","undefined"]',
    );
    expect((await run(`await fetch('http://127.0.0.1:{inner}/')`, [], permissions)).failure).toMatchObject({
      reason: 'not-granted',
      message: 'The step has no fetch, as no permissions name a host that it may reach',
    });
    expect(reached).toBe(0);
  });

  test.each(OTHER_NAMES)('%s is not reached', { tags: 'attack' }, async (url) => {
    const body = `return (await fetch('${url}')).text()`;
    expect((await run(body)).failure).toMatchObject({ reason: 'not-granted' });
    expect(reached).toBe(0);
  });

  test.each(OTHER_NAMES)('%s is not reached by what allows every name', { tags: 'attack' }, async (url) => {
    const isSaid = /localhost/i.test(url);
    const body = `return (await fetch('${url}')).text()`;
    const { failure } = await run(body, ['*:{inner}']);
    // Whoever says localhost means this machine.
    if (!isSaid) expect(failure).toMatchObject({ reason: 'not-granted' });
    if (!isSaid) expect(reached).toBe(0);
  });

  test.each(OTHER_NAMES)('a redirect to %s is not followed', { tags: 'attack' }, async (url) => {
    const body = `return (await fetch('http://127.0.0.1:{outer}/?to=' + encodeURIComponent('${url}'))).text()`;
    expect((await run(body)).failure).toMatchObject({ reason: 'not-granted' });
    expect(reached).toBe(0);
  });

  test.each([301, 303, 307, 308])(
    'a redirect with the status %i is not followed',
    { tags: 'attack' },
    async (status) => {
      const to = `encodeURIComponent('http://127.0.0.1:{inner}/')`;
      const url = `'http://127.0.0.1:{outer}/?status=${status}&to=' + ${to}`;
      expect((await run(`await fetch(${url}, { method: 'POST', body: 'x' })`)).failure).toMatchObject({
        reason: 'not-granted',
      });
      expect(reached).toBe(0);
    },
  );

  test('a name that leads into a private network is not reached', { tags: 'attack' }, async () => {
    const name = hostname();
    const addresses = await lookup(name, { all: true }).catch(() => []);
    expect(addresses.every(({ address }) => isPrivate(address))).toBe(true);
    const { failure } = await run(`return (await fetch('http://${name}:{inner}/')).text()`, [`${name}:{inner}`]);
    expect(failure).toBeDefined();
    if (addresses.length > 0) expect(failure).toMatchObject({ reason: 'not-granted' });
    expect(reached).toBe(0);
  });

  test.each([
    'file:///etc/hostname',
    'data:text/plain,x',
    'ftp://127.0.0.1:{outer}/',
    'http://user:password@127.0.0.1:{outer}/',
    'no url',
    'javascript:1',
  ])('%s is no place to fetch from', { tags: 'attack' }, async (url) => {
    expect((await run(`return (await fetch('${url}')).text()`)).failure).toMatchObject({ reason: 'threw' });
  });

  test.each([
    `await fetch('http://127.0.0.1:{outer}/', { headers: { 'a\\r\\nb': 'c' } })`,
    `await fetch('http://127.0.0.1:{outer}/', { headers: { a: 'b\\r\\nHost: x' } })`,
    `await fetch('http://127.0.0.1:{outer}/', { method: 'GET / HTTP/1.1\\r\\nX: y' })`,
    `await fetch('http://127.0.0.1:{outer}/', { method: 'CONNECT' })`,
  ])('a request is not forged: %s', { tags: 'attack' }, async (body) => {
    expect((await run(body)).failure).toMatchObject({ reason: 'threw' });
  });

  test('a step may get over it, and is told no more than that', { tags: 'attack' }, async () => {
    const { output } = await run(
      `try { await fetch('http://127.0.0.1:{outer}/?to=http://localhost:{inner}/') } catch (error) { return error.message }`,
    );
    expect(output).toBe(`"localhost:${innerPort} is not granted to be reached"`);
  });

  test('a step with neither fetch under way nor a timer still ends', async () => {
    expect((await run('await new Promise(() => {})')).failure).toMatchObject({ reason: 'threw' });
  });
});

test.each(OTHER_NAMES)('without what stops it, %s is reached', { tags: 'control' }, async (url) => {
  const response = await fetch(url.replace('{inner}', String(innerPort))).catch(() => undefined);
  // Where a machine has no such name, or no such family of addresses, there is nothing to reach.
  if (response !== undefined) expect(await response.text()).toBe(SECRET);
  else expect(url).toMatch(/\.localhost|localhost\.:|::|0\.0\.0\.0/);
});

test.each([
  ['10.1.2.3', true],
  ['172.31.0.1', true],
  ['172.32.0.1', false],
  ['192.168.0.1', true],
  ['169.254.169.254', true],
  ['100.64.0.1', true],
  ['224.0.0.1', true],
  ['255.255.255.255', true],
  ['8.8.8.8', false],
  ['::', true],
  ['::1', true],
  ['fe80::1', true],
  ['fd00::1', true],
  ['::ffff:8.8.8.8', true],
  ['64:ff9b::7f00:1', true],
  ['2002:7f00:1::', true],
  ['2001:4860:4860::8888', false],
  ['no address', true],
])('%s is private: %s', (address, answer) => {
  expect(isPrivate(address)).toBe(answer);
});

test.each([
  ['api.example.com:443', 'api.example.com', 443, true],
  ['api.example.com:443', 'api.example.com', 80, false],
  ['API.example.com', 'api.example.com', 80, true],
  ['api.example.com', 'api.example.com', 8080, false],
  ['*.example.com', 'a.b.example.com', 443, true],
  ['*.example.com', 'example.com', 443, false],
  ['*.example.com', 'badexample.com', 443, false],
  ['example.com', 'example.com.evil.org', 443, false],
  ['[::1]:80', '::1', 80, true],
  ['*', 'anything', 443, true],
  ['*:8080', 'anything', 8080, true],
])('%s and %s:%i: %s', (pattern, host, port, answer) => {
  expect(isHostPattern(pattern)).toBe(true);
  expect(matchesHost(pattern, host, port)).toBe(answer);
});

test.each(['', 'https://a', 'a/b', 'a:0', 'a:65536', 'a:b', 'a b', '**', 'a.*', '*a', '-a', '[::1', 'a:1:2'])(
  '%j is no pattern of a host',
  (pattern) => expect(isHostPattern(pattern)).toBe(false),
);
