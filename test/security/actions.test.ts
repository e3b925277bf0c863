// Steps that do actions: what a value of a step before holds stays a value, and nothing is reached that was not granted.
import dns from 'node:dns';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { load } from '../../runners/action/index.ts';
import type { ActionName, Job, Outcome, Services } from '../../runners/contract.ts';
import type { FileDefinition, HttpDefinition } from '../../src/parse/actions/action-definition.ts';
import { type Ended, rig } from '../runners/action/rig.ts';
import { close, listen, respond } from './support/granted-server.ts';

const SECRET = 'the-answer-of-the-inner-service';
const it = rig({ env: { TOKEN: 'the-token' } });
let inner: Server;
let outer: Server;
let innerPort = 0;
let outerPort = 0;
let reached: IncomingMessage[] = [];
let asked: IncomingMessage[] = [];

beforeAll(async () => {
  inner = createServer((request, response) => {
    reached.push(request);
    response.end(SECRET);
  });
  outer = createServer((request, response) => {
    asked.push(request);
    respond(request, response);
  });
  innerPort = await listen(inner, '127.0.0.1');
  outerPort = await listen(outer, '127.0.0.1');
  mkdirSync(join(it.directory, 'd'));
  mkdirSync(join(it.directory, 'out'));
  writeFileSync(join(it.directory, 'secret'), SECRET);
  symlinkSync(join(it.directory, 'secret'), join(it.directory, 'd/link'));
  symlinkSync(it.directory, join(it.directory, 'd/up'));
  linkSync(join(it.directory, 'secret'), join(it.directory, 'd/second'));
});
beforeEach(() => {
  reached = [];
  asked = [];
});
afterAll(async () => {
  await it[Symbol.asyncDispose]();
  for (const server of [inner, outer]) await close(server);
});

const ports = (text: string): string =>
  text.replaceAll('{inner}', String(innerPort)).replaceAll('{outer}', String(outerPort));

/** `evil` is what a step before gives. */
async function http(
  fields: HttpDefinition,
  evil: string,
  net: readonly string[] = ['127.0.0.1:{outer}'],
): Promise<Ended> {
  const run = await it.run({
    permissions: { net: net.map(ports), read: 'd/' },
    steps: {
      evil: { language: 'javascript', code: `function run() { return ${JSON.stringify(ports(evil))} }` },
      step: { http: JSON.parse(ports(JSON.stringify(fields))) as HttpDefinition, timeout: '20s' },
    },
  });
  return run.get('step')!;
}

const PLACES = [
  'http://127.0.0.1:{inner}/',
  'http://localhost:{inner}/',
  'http://0x7f.1:{inner}/',
  'http://[::ffff:127.0.0.1]:{inner}/',
  'http://169.254.169.254/latest/meta-data/',
  'http://metadata.google.internal/',
  'file:///etc/hostname',
] as const;

describe('a request', () => {
  test.each(PLACES)('whose URL is %s is not sent', { tags: 'attack' }, async (url) => {
    const { failure } = await http({ url: '{{ steps.evil.output }}', retries: 0 }, url);
    expect(failure).toMatchObject({ reason: url.startsWith('file') ? 'action' : 'not-granted' });
    expect(reached).toHaveLength(0);
  });

  test.each(PLACES)('is not sent on to %s', { tags: 'attack' }, async (url) => {
    const { failure } = await http({ url: 'http://127.0.0.1:{outer}/', query: { to: '{{ steps.evil.output }}' } }, url);
    expect(failure).toMatchObject({ reason: url.startsWith('file') ? 'action' : 'not-granted' });
    expect(reached).toHaveLength(0);
  });

  test('is not sent on to 169.254.169.254 by what allows every name', { tags: 'attack' }, async () => {
    const url = 'http://127.0.0.1:{outer}/?to=http://169.254.169.254/';
    const { failure } = await http({ url }, '', ['127.0.0.1:{outer}', '*']);
    expect(failure).toMatchObject({ reason: 'not-granted', grant: 'permissions = { net = ["169.254.169.254:80"] }' });
  });

  test.each(['@127.0.0.1:{inner}/', '.evil.example/', ':{inner}@127.0.0.1/', '/../../x', '#', '\\@127.0.0.1:{inner}'])(
    'has %s of a value in its URL as a value',
    { tags: 'attack' },
    async (evil) => {
      await http({ url: 'http://127.0.0.1:{outer}/users/{{ steps.evil.output }}/mail' }, evil);
      expect(asked.map(({ url }) => url)).toEqual([`/users/${encodeURIComponent(ports(evil))}/mail`]);
      expect(reached).toHaveLength(0);
    },
  );

  test.each(['@127.0.0.1:{inner}', ':{inner}', '.evil.example', '/x', '?', '\\'])(
    'goes to no other host for %s in its name',
    { tags: 'attack' },
    async (evil) => {
      const { failure } = await http({ url: 'http://127.0.0.1{{ steps.evil.output }}:{outer}/', retries: 0 }, evil);
      expect(failure).toBeDefined();
      expect([...reached, ...asked]).toHaveLength(0);
    },
  );

  test.each(['..', '.'])('goes to no other path for %s', { tags: 'attack' }, async (evil) => {
    const { failure } = await http({ url: 'http://127.0.0.1:{outer}/users/{{ steps.evil.output }}/mail' }, evil);
    expect(failure).toMatchObject({ reason: 'expression' });
    expect(asked).toHaveLength(0);
  });

  test.each(['a\r\nX-Evil: 1', 'a\nX-Evil: 1', 'a\rb', 'a\0b', 'a\u010a'])(
    'has no second header by %j in one',
    { tags: 'attack' },
    async (evil) => {
      const { failure } = await http(
        { url: 'http://127.0.0.1:{outer}/', headers: { 'x-a': '{{ steps.evil.output }}' } },
        evil,
      );
      expect(failure).toMatchObject({ reason: 'action' });
      expect(asked).toHaveLength(0);
    },
  );

  test.each(['x-a\r\nX-Evil', 'x a', 'x:a', ''])('has no header called %j', { tags: 'attack' }, async (evil) => {
    const { failure } = await http(
      { url: 'http://127.0.0.1:{outer}/', headers: '{{ {steps.evil.output: "1"} }}' },
      evil,
    );
    expect(failure).toMatchObject({ reason: 'action' });
    expect(asked).toHaveLength(0);
  });

  test.each(['host', 'Content-Length', 'transfer-encoding'])(
    'cannot say %s itself',
    { tags: 'attack' },
    async (evil) => {
      await http({ url: 'http://127.0.0.1:{outer}/', headers: '{{ {steps.evil.output: "9"} }}', body: 'abc' }, evil);
      expect(asked[0]!.headers).toMatchObject({ host: `127.0.0.1:${outerPort}`, 'content-length': '3' });
    },
  );

  test.each(['CONNECT', 'TRACE', 'GET / HTTP/1.1\r\nX: y', 'POST\r\n'])(
    'has no method %j',
    { tags: 'attack' },
    async (evil) => {
      const { failure } = await http({ url: 'http://127.0.0.1:{outer}/', method: '{{ steps.evil.output }}' }, evil);
      expect(failure).toMatchObject({ reason: 'action' });
      expect(asked).toHaveLength(0);
    },
  );

  test('tells another place no secret', { tags: 'attack' }, async () => {
    const net = [ports('127.0.0.1:{outer}'), ports('localhost:{inner}')];
    const url = ports('http://127.0.0.1:{outer}/?to=http://localhost:{inner}/');
    await it.step({
      http: { url, headers: { authorization: 'Bearer {{ env.TOKEN }}' } },
      secrets: 'TOKEN',
      permissions: { net },
    });
    expect(asked[0]!.headers.authorization).toBe('Bearer the-token');
    expect(reached[0]!.headers.authorization).toBeUndefined();
  });

  test('finds no secret by a template in a value', { tags: 'attack' }, async () => {
    await http({ url: 'http://127.0.0.1:{outer}/', json: '{{ steps.evil.output }}' }, '{{ env.TOKEN }} ${env.TOKEN}');
    expect(asked).toHaveLength(1);
    const { output } = await http(
      { url: 'http://127.0.0.1:{outer}/', body: '{{ steps.evil.output }}' },
      '{{ env.TOKEN }}',
    );
    const { body } = (output as { body: { body: string } }).body;
    expect(Buffer.from(body, 'base64').toString()).toBe('{{ env.TOKEN }}');
  });

  test('is held by the limit of memory', { tags: 'attack' }, async () => {
    const { failure } = await it.step({
      http: { url: ports('http://127.0.0.1:{outer}/large') },
      permissions: { net: ports('127.0.0.1:{outer}') },
      limits: { memory: '48MB' },
    });
    expect(failure).toMatchObject({ reason: 'limit', limit: 'memory' });
  });
});

describe('a name', () => {
  const lookup = dns.lookup;
  afterAll(() => {
    dns.lookup = lookup;
  });

  /** Every name leads there, as its owner may say at any time. */
  function answering(addresses: readonly string[]): void {
    const all = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    dns.lookup = ((_: string, options: { all?: boolean }, callback: (...given: unknown[]) => void) =>
      process.nextTick(() =>
        options.all === true ? callback(null, all) : callback(null, all[0]!.address, all[0]!.family),
      )) as never;
  }

  async function perform(
    action: ActionName,
    fields: Readonly<Record<string, unknown>>,
    net: readonly string[],
    services?: Services,
  ): Promise<Outcome> {
    const runner = await load({
      language: 'action',
      runtime: 'embedded',
      cacheDir: '',
      wasi: false,
      ownsProcess: false,
    });
    const job = {
      step: 's',
      script: { kind: 'action', action, origin: { file: 'w', line: 1, verbatim: true }, services },
      inputs: new Map(Object.entries(fields).map(([name, value]) => [name, Buffer.from(JSON.stringify(value))])),
      env: { KEY: 'the-key' },
      limits: { output: 1e6 },
      grants: { directory: '/', layers: [{ from: 'step', read: [], write: [], net }] },
    } as unknown as Job;
    return runner.run(job, { print() {}, stopped: new AbortController().signal });
  }

  const ask = (url: string, net: readonly string[]): Promise<Outcome> =>
    perform('http', { url, retries: 0, timeout: 2000 }, net);

  test.each([
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['10.0.0.1'],
    ['::1'],
    ['::ffff:127.0.0.1'],
    ['93.184.216.34', '127.0.0.1'],
  ])('that leads to %s is not reached', { tags: 'attack' }, async (...addresses) => {
    answering(addresses);
    for (const net of [[`rebound.example:${innerPort}`], [`*:${innerPort}`]]) {
      const outcome = await ask(`http://rebound.example:${innerPort}/`, net);
      expect(outcome).toMatchObject({ ok: false, failure: { reason: 'not-granted' } });
    }
    expect(reached).toHaveLength(0);
  });

  test('of a mail server that leads into a private network is not reached', { tags: 'attack' }, async () => {
    answering(['127.0.0.1']);
    const mail = { host: 'mail.example', port: innerPort, isSecure: false, from: 'a@example.com' };
    const fields = { mail: 'b@example.com', text: 'x' };
    const outcome = await perform('notify', fields, [`mail.example:${innerPort}`, '*'], { llm: {}, mail });
    expect(outcome).toMatchObject({ ok: false, failure: { reason: 'not-granted' } });
    expect(reached).toHaveLength(0);
  });

  test.each(['openai', 'anthropic'] as const)(
    'to which a model of %s sends on gets no key, and no question',
    { tags: 'attack' },
    async (provider) => {
      dns.lookup = lookup;
      const to = encodeURIComponent(`http://127.0.0.1:${innerPort}/`);
      const baseUrl = `http://127.0.0.1:${outerPort}/?status=307&to=${to}&x=`;
      const services = { llm: { '': { provider, baseUrl, model: 'm', apiKey: 'KEY' } } };
      const net = [`127.0.0.1:${outerPort}`, `127.0.0.1:${innerPort}`];
      expect(await perform('llm', { prompt: 'x' }, net, services)).toMatchObject({ ok: false });
      expect(asked).toHaveLength(1);
      expect(reached).toHaveLength(0);
    },
  );

  test('is reached there where that address is granted too', async () => {
    answering(['127.0.0.1']);
    const net = [`rebound.example:${innerPort}`, `127.0.0.1:${innerPort}`];
    expect(await ask(`http://rebound.example:${innerPort}/`, net)).toMatchObject({ ok: true });
    expect(reached).toHaveLength(1);
  });

  test('without what stops it is reached', { tags: 'control' }, async () => {
    answering(['127.0.0.1']);
    const text = await new Promise<string>((done, fail) => {
      get(`http://rebound.example:${innerPort}/`, (response) => {
        response.setEncoding('utf8').on('data', done);
      }).on('error', fail);
    });
    expect(text).toBe(SECRET);
  });
});

const TO_SECRET = [
  '../secret',
  'd/../secret',
  'd/link',
  'd/up/secret',
  'd/./up/d/link',
  'secret',
  'd/\0/../secret',
] as const;
const GRANTED = { permissions: { read: 'd/', write: ['d/', 'out/'] } };

/** With the path as a value of a step before. */
async function file(of: (path: string) => FileDefinition, path: string): Promise<Ended> {
  const run = await it.run({
    ...GRANTED,
    steps: {
      evil: { language: 'javascript', code: `function run() { return ${JSON.stringify(path)} }` },
      step: { file: of('{{ steps.evil.output }}') },
    },
  });
  return run.get('step')!;
}

describe('a path', () => {
  test.each(TO_SECRET)('%j is not read, copied or moved', { tags: 'attack' }, async (path) => {
    const place = path.startsWith('..') ? `d/${path}` : path;
    for (const of of [
      (from: string) => ({ read: from, format: 'text' as const }),
      (from: string) => ({ copy: from, to: 'out/copy' }),
      (from: string) => ({ move: from, to: 'd/moved' }),
    ]) {
      const { text, failure } = await file(of, place);
      expect(failure).toBeDefined();
      expect(text ?? '').not.toContain(SECRET);
    }
    expect(readdirSync(join(it.directory, 'out'))).toEqual([]);
    expect(readFileSync(join(it.directory, 'secret'), 'utf8')).toBe(SECRET);
  });

  test.each([...TO_SECRET.filter((path) => path !== 'd/link'), 'd/second'])(
    '%j is not written, appended to or deleted',
    { tags: 'attack' },
    async (path) => {
      await file((to) => ({ append: to, content: 'evil' }), path);
      if (path !== 'd/second') {
        await file((to) => ({ write: to, content: 'evil' }), path);
        await file((to) => ({ delete: to }), path.replace('d/./up/d/link', 'd/up/secret'));
      }
      expect(readFileSync(join(it.directory, 'secret'), 'utf8')).toBe(SECRET);
    },
  );

  test.each(['d/up', 'd/..', '.', '/etc'])('%s is not listed, nor found in', { tags: 'attack' }, async (path) => {
    for (const of of [
      (at: string): FileDefinition => ({ list: at }),
      (at: string): FileDefinition => ({ glob: `${at}/*` }),
      (at: string): FileDefinition => ({ mkdir: `${at}/made` }),
    ]) {
      const { text } = await file(of, path);
      expect(text ?? '').not.toMatch(/secret|passwd/);
    }
    expect(existsSync(join(it.directory, 'made'))).toBe(false);
  });

  test('out of what is granted is read by who has no such bounds', { tags: 'control' }, () => {
    for (const path of ['d/up/secret', 'd/second']) expect(readFileSync(join(it.directory, path), 'utf8')).toBe(SECRET);
  });
});

describe('what a file says', () => {
  test.each([
    [
      'd/bomb.yaml',
      `a: &a [${'x,'.repeat(9)}x]\n${'bcdefghij'.replaceAll(/./g, (c) => `${c}: &${c} [${`*${String.fromCharCode(c.charCodeAt(0) - 1)},`.repeat(9)}1]\n`)}`,
    ],
    ['d/deep.json', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['d/deep.yaml', '['.repeat(20_000)],
    ['d/deep.toml', `a = ${'['.repeat(20_000)}`],
    ['d/tags.yaml', 'a: !!js/function "function () { return process }"\nb: !!python/object/apply:os.system [id]\n'],
  ])('%s does no more than fail its step', { tags: 'attack' }, async (path, text) => {
    writeFileSync(join(it.directory, path), text);
    const { failure, output } = await it.step({ file: { read: path }, ...GRANTED, timeout: '20s' });
    if (path === 'd/tags.yaml') expect(JSON.stringify(output ?? failure)).not.toContain('"uid=');
    else expect(failure).toBeDefined();
    expect((await it.step({ transform: '1' })).output).toBe(1);
  });

  test.each(['json', 'yaml', 'toml', 'csv'])(
    'changes no prototype by a key of %s',
    { tags: 'attack' },
    async (format) => {
      const texts: Record<string, string> = {
        json: '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}',
        yaml: '__proto__: {polluted: 1}\nconstructor: {prototype: {polluted: 1}}\n',
        toml: '[__proto__]\npolluted = 1\n[constructor.prototype]\npolluted = 1\n',
        csv: '__proto__,constructor\npolluted,1\n',
      };
      writeFileSync(join(it.directory, `d/p.${format}`), texts[format]!);
      const { text } = await it.step({ file: { read: `d/p.${format}` }, ...GRANTED });
      expect(text).toContain('__proto__');
      const { output } = await it.step({ transform: { pick: '$.polluted', from: {}, default: 'clean' } });
      expect(output).toBe('clean');
    },
  );
});
