// Lua and Python steps, which stand still while they fetch, and the network: what was not granted is not reached.
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createEngine } from '../../src/engine.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { close, listen, respond } from './support/granted-server.ts';

const engine = createEngine();
let inner: Server;
let outer: Server;
let reached = 0;
let innerPort = 0;
let outerPort = 0;
beforeAll(async () => {
  inner = createServer((_, response) => {
    reached += 1;
    response.end('the-answer-of-the-inner-service');
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
async function run(step: StepDefinition, net: readonly string[] = ['127.0.0.1:{outer}']): Promise<Ended> {
  const ports = (text: string): string =>
    text.replaceAll('{inner}', String(innerPort)).replaceAll('{outer}', String(outerPort));
  const permissions = { net: net.map(ports) };
  const plan = await engine.define({
    steps: { step: { timeout: '20s', permissions, ...step, code: ports(String(step.code)) } },
  });
  if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join());
  const { output, failure } = (await engine.start(plan.value).finished).steps.get('step')!;
  return { output: output && Buffer.from(output).toString(), failure: failure && { ...failure } };
}

const lua = (body: string): StepDefinition => ({ language: 'lua', code: `function run()\n${body}\nend` });
const python = (body: string): StepDefinition => ({
  language: 'python',
  code: `import hwfe\ndef run():\n${body.replace(/^/gm, '    ')}`,
});
const OUTER = 'http://127.0.0.1:{outer}';

/** How each gets the text of what a URL leads to. */
const GETS: Readonly<Record<string, (url: string) => StepDefinition>> = {
  'hwfe.fetch of Lua': (url) => lua(`return hwfe.fetch('${url}').body`),
  'hwfe.fetch of Python': (url) => python(`return hwfe.fetch('${url}').text()`),
  'urllib.request': (url) => python(`import urllib.request\nreturn urllib.request.urlopen('${url}').read().decode()`),
};

describe('what was granted', () => {
  test('is fetched by Lua, with method, headers and body', async () => {
    const { output } = await run(
      lua(`
      local r = hwfe.fetch('${OUTER}/missing', { method = 'post', headers = { ['X-A'] = 'b', Host = 'evil' }, body = 'h\u00e4' })
      local said = json.decode(hwfe.fetch('${OUTER}/', { method = 'put', headers = { ['X-A'] = 'b', Host = 'evil' }, body = hwfe.bytes('\\xff') }).body)
      return { r.ok, r.status, r.status_text, r.headers['x-a'], r.headers['set-cookie'], r.body, said.method, said.headers['x-a'], said.headers.host, said.body }`),
    );
    expect(output).toBe(
      `[false,404,"Not Here","b","a=1, b=2","nothing","PUT","b","127.0.0.1:${outerPort}","${Buffer.from([255]).toString('base64')}"]`,
    );
  });

  test('is fetched by Python, with method, headers and body', async () => {
    const { output } = await run(
      python(`
r = hwfe.fetch('${OUTER}/missing')
said = hwfe.fetch('${OUTER}/', method='put', headers={'X-A': 'b', 'Host': 'evil'}, body=b'\\xff').json()
return [r.ok, r.status, r.status_text, r.headers['x-a'], [v for n, v in r.header_list if n == 'set-cookie'], r.text(), said['method'], said['headers']['x-a'], said['headers']['host'], said['body']]`),
    );
    expect(output).toBe(
      `[false,404,"Not Here","b",["a=1","b=2"],"nothing","PUT","b","127.0.0.1:${outerPort}","${Buffer.from([255]).toString('base64')}"]`,
    );
  });

  test('is opened by urllib.request and http.client, redirects, errors and bodies in pieces with them', async () => {
    const { output } = await run(
      python(`
import http.client, json, urllib.error, urllib.request
with urllib.request.urlopen('${OUTER}/?to=/there') as answer: moved = [answer.status, answer.url.endswith('/there')]
try: urllib.request.urlopen('${OUTER}/missing')
except urllib.error.HTTPError as error: missing = [error.code, error.reason, error.read().decode()]
connection = http.client.HTTPConnection('127.0.0.1', {outer})
connection.request('POST', '/', body=iter([b'one', b'two']), headers={'X-A': 'b'})
first = json.loads(connection.getresponse().read())
connection.request('HEAD', '/missing')
second = connection.getresponse()
return [moved, missing, first['method'], first['headers']['x-a'], first['body'], second.status, second.read().decode()]`),
    );
    expect(output).toBe(
      `[[200,true],[404,"Not Here","nothing"],"POST","b","${Buffer.from('onetwo').toString('base64')}",404,""]`,
    );
  });

  test.each([
    ['Lua', lua(`hwfe.fetch('${OUTER}/never')`)],
    ['Python', python(`hwfe.fetch('${OUTER}/never')`)],
  ])('is waited for no longer than the step lasts: %s', async (_language, step) => {
    expect((await run({ ...step, timeout: '900ms' })).failure).toMatchObject({ reason: 'timed-out' });
  });

  test.each([
    ['Lua', lua(`return #hwfe.fetch('${OUTER}/large').body`)],
    ['Python', python(`return len(hwfe.fetch('${OUTER}/large').bytes())`)],
  ])('is held by the limit of memory: %s', { tags: 'attack' }, async (_language, step) => {
    const { failure } = await run({ ...step, limits: { memory: '96MB' } });
    expect(failure).toMatchObject({ reason: 'limit', limit: 'memory' });
  });
});

const OTHERS = [
  'http://localhost:{inner}/',
  'http://127.0.0.1:{inner}/',
  'http://2130706433:{inner}/',
  'http://0.0.0.0:{inner}/',
  'http://[::1]:{inner}/',
  'http://[::ffff:127.0.0.1]:{inner}/',
  'http://a.localhost:{inner}/',
] as const;

describe.each(Object.entries(GETS))('by %s', (_name, get) => {
  test.each(OTHERS)('%s is not reached', { tags: 'attack' }, async (url) => {
    expect((await run(get(url))).failure).toMatchObject({ reason: 'not-granted' });
    expect(reached).toBe(0);
  });

  test.each(OTHERS)('a redirect to %s is not followed', { tags: 'attack' }, async (url) => {
    const { failure } = await run(
      get(`${OUTER}/?to=${encodeURIComponent(url).replaceAll(/%7B|%7D/g, (c) => (c === '%7B' ? '{' : '}'))}`),
    );
    expect(failure).toMatchObject({ reason: 'not-granted' });
    expect(reached).toBe(0);
  });

  test('a name that everything matches does not lead into this machine', { tags: 'attack' }, async () => {
    expect((await run(get('http://127.0.0.1:{inner}/'), ['*:{inner}'])).failure).toMatchObject({
      reason: 'not-granted',
    });
    expect(reached).toBe(0);
  });

  test('nothing is reached without permissions, and the failure says which to add', { tags: 'attack' }, async () => {
    expect((await run(get('http://127.0.0.1:{inner}/'), [])).failure).toEqual({
      reason: 'not-granted',
      message: `The step may not reach 127.0.0.1:${innerPort} as the permissions of the step do not name it`,
      grant: `permissions = { net = ["127.0.0.1:${innerPort}"] }`,
    });
    expect(reached).toBe(0);
  });

  test('it is reached where it is granted', { tags: 'control' }, async () => {
    expect((await run(get('http://127.0.0.1:{inner}/'), ['127.0.0.1:{inner}'])).output).toBe(
      '"the-answer-of-the-inner-service"',
    );
  });
});

describe('a request is not forged', () => {
  test.each([
    `hwfe.fetch('${OUTER}/', { headers = { ['a\\r\\nb'] = 'c' } })`,
    `hwfe.fetch('${OUTER}/', { headers = { a = 'b\\r\\nHost: x' } })`,
    `hwfe.fetch('${OUTER}/', { method = 'GET / HTTP/1.1\\r\\nX: y' })`,
    `hwfe.fetch('${OUTER}/', { method = 'CONNECT' })`,
    `hwfe.fetch('http://user:password@127.0.0.1:{outer}/')`,
    `hwfe.fetch('file:///etc/hostname')`,
    `hwfe.fetch('${OUTER}/', { headers = { a = 'b\\0c' } })`,
    `string.lower = function() return nil end hwfe.fetch('${OUTER}/', { headers = { ['\\n'] = 'x' } })`,
  ])('by Lua: %s', { tags: 'attack' }, async (body) => {
    expect((await run(lua(body))).failure).toMatchObject({ reason: 'threw' });
  });

  test.each([
    `hwfe.fetch('${OUTER}/', headers={'a\\r\\nb': 'c'})`,
    `hwfe.fetch('${OUTER}/', headers={'a': 'b\\r\\nHost: x'})`,
    `hwfe.fetch('${OUTER}/', method='GET / HTTP/1.1\\r\\nX: y')`,
    `hwfe.fetch('${OUTER}/', method='CONNECT')`,
    `hwfe.fetch('http://user:password@127.0.0.1:{outer}/')`,
    `hwfe.fetch('file:///etc/hostname')`,
    `import urllib.request; urllib.request.urlopen('file:///etc/hostname')`,
    `import http.client; c = http.client.HTTPConnection('127.0.0.1', {outer}); c.set_tunnel('x', 1); c.request('GET', '/')`,
  ])('by Python: %s', { tags: 'attack' }, async (body) => {
    expect((await run(python(body))).failure).toMatchObject({ reason: 'threw' });
  });

  test.each([
    `import http.client; c = http.client.HTTPConnection('127.0.0.1', {outer}); c.putrequest('GET', 'http://127.0.0.1:{inner}/', skip_host=True); c.endheaders(); c.getresponse()`,
    `import http.client; c = http.client.HTTPConnection('127.0.0.1', {outer}); c.connect(); c.sock.base = 'http://127.0.0.1:{inner}'; c.request('GET', '/'); c.getresponse()`,
    `open('/dev/hwfe-network', 'r+b', buffering=0).write(b'{"url":"http://127.0.0.1:{inner}/","method":"GET"}'); hwfe.fetch('http://127.0.0.1:{inner}/')`,
    `import _hwfe; _hwfe._web.fetch({'url': 'http://127.0.0.1:{inner}/', 'method': 'GET', 'headers': [], 'redirect': 'follow'}, b'')`,
  ])('nor another host reached that way: %s', { tags: 'attack' }, async (body) => {
    expect((await run(python(body))).failure).toMatchObject({ reason: 'not-granted' });
    expect(reached).toBe(0);
  });

  test('what is no request at all is answered', { tags: 'attack' }, async () => {
    const { output } = await run(
      python(`
answers = []
for question in (b'no JSON', b'null', b'[]', b'{"url":1}', b'{"url":"${OUTER}/","method":"GET","headers":[["a"],[1,2],"b"]}', b'\\xff' * 100):
    with open('/dev/hwfe-network', 'r+b', buffering=0) as device:
        device.write(question)
        answers.append(b'"ok"' in device.read(100000))
return answers`),
    );
    expect(output).toBe('[true,true,true,true,true,true]');
  });
});
