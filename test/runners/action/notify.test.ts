// `notify`: webhooks and mail, against servers of the test's own.
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../src/config/defaults.ts';
import { close, listen } from '../../security/support/granted-server.ts';
import { type Rig, rig } from './rig.ts';
import { type Mail, smtpSink } from './smtp-sink.ts';

let hooks: Server;
let smtp: NetServer;
let it: Rig;
let hook = '';
let net: string[] = [];
let posted: { headers: Record<string, unknown>; body: string }[] = [];
let statuses: number[] = [];
const mails: Mail[] = [];

beforeAll(async () => {
  hooks = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      posted.push({ headers: request.headers, body });
      response.writeHead(statuses.shift() ?? 204, { 'retry-after': '0' }).end();
    });
  });
  const port = await listen(hooks, '127.0.0.1');
  smtp = smtpSink(mails, (to) => to.startsWith('nobody'));
  await new Promise<void>((done) => smtp.listen(0, '127.0.0.1', done));
  const mailPort = (smtp.address() as AddressInfo).port;
  hook = `http://127.0.0.1:${port}/hook`;
  net = [`127.0.0.1:${port}`, `127.0.0.1:${mailPort}`];
  const mail = {
    host: '127.0.0.1',
    port: mailPort,
    isSecure: false,
    from: 'hwfe@example.com',
    user: 'me',
    password: 'MAIL_PASSWORD',
  };
  it = rig({
    env: { MAIL_PASSWORD: 'pa55word-of-mail' },
    config: { ...defaultConfig({}), services: { llm: {}, mail } },
  });
});
beforeEach(() => {
  posted = [];
  statuses = [];
  mails.length = 0;
});
afterAll(async () => {
  await it[Symbol.asyncDispose]();
  await close(hooks);
  await new Promise((done) => smtp.close(done));
});

describe('a webhook', () => {
  test('gets the text as JSON, or what the step says instead', async () => {
    const run = await it.run({
      permissions: { net },
      steps: {
        a: { transform: '[1, 2]' },
        text: { notify: { webhook: hook, text: 'got {{ steps.a.output }}' } },
        json: {
          depends_on: 'text',
          notify: { webhook: hook, json: { n: '{{ steps.a.output }}' }, headers: { 'x-a': 'b' } },
        },
      },
    });
    expect(run.get('text')!.output).toEqual({ status: 204 });
    expect(posted.map(({ body }) => JSON.parse(body) as unknown)).toEqual([{ text: 'got [1,2]' }, { n: [1, 2] }]);
    expect(posted[1]!.headers).toMatchObject({ 'content-type': 'application/json', 'x-a': 'b' });
  });

  test('is tried again when it is busy, and fails the step when it refuses', async () => {
    statuses = [503, 429];
    expect((await it.step({ notify: { webhook: hook, text: 'x' }, permissions: { net } })).output).toEqual({
      status: 204,
    });
    statuses = [403];
    expect((await it.step({ notify: { webhook: hook, text: 'x' }, permissions: { net } })).failure).toMatchObject({
      reason: 'action',
      status: 403,
    });
    expect((await it.step({ notify: { webhook: hook, text: 'x' } })).failure).toMatchObject({ reason: 'not-granted' });
  });

  test('is told of a failure by a handler', async () => {
    await it.run({
      permissions: { net },
      on_failure: 'tell',
      steps: {
        work: { assert: { that: '1 > 2', message: 'the sum is wrong' } },
        tell: {
          notify: {
            webhook: hook,
            text: '{{ workflow.name }}: {{ run.failures[0].step }}: {{ run.failures[0].message }}',
          },
        },
      },
    });
    expect(posted.map(({ body }) => body)).toEqual(['{"text":"workflow: work: the sum is wrong"}']);
  });
});

describe('a mail', () => {
  test('goes to all of its people, by the server and as the user of the configuration', async () => {
    const { output } = await it.step({
      notify: { mail: ['ana@example.com', 'Bob B <bob@example.com>'], subject: 'Grüße', text: 'Hällo\n.\nend' },
      permissions: { net },
    });
    expect(output).toEqual({ accepted: ['ana@example.com', 'bob@example.com'], rejected: [] });
    expect(mails).toHaveLength(1);
    const [{ from, to, text, auth } = { from: '', to: [], text: '', auth: '' }] = mails;
    expect([from, to, auth]).toEqual([
      'hwfe@example.com',
      ['ana@example.com', 'bob@example.com'],
      '\0me\0pa55word-of-mail',
    ]);
    expect(text).toContain('Subject: =?UTF-8?');
    expect(text).toContain('H=C3=A4llo');
  });

  test('says who was refused', async () => {
    const mail = ['ana@example.com', 'nobody@example.com'];
    expect((await it.step({ notify: { mail, text: 'x' }, permissions: { net } })).output).toEqual({
      accepted: ['ana@example.com'],
      rejected: ['nobody@example.com'],
    });
    const { failure } = await it.step({ notify: { mail: 'nobody@example.com', text: 'x' }, permissions: { net } });
    expect(failure).toMatchObject({
      reason: 'action',
      message: expect.stringContaining('550 no such person') as string,
    });
    expect(JSON.stringify(failure)).not.toContain('pa55');
  });

  test('needs the grant of its server, and goes by it only', async () => {
    const { failure } = await it.step({ notify: { mail: 'ana@example.com', text: 'x' } });
    expect(failure).toMatchObject({ reason: 'not-granted', grant: `permissions = { net = ["${net[1]}"] }` });
    expect(
      (await it.step({ notify: { mail: 'ana@example.com', text: 'x' }, permissions: { net }, isolation: 'process' }))
        .failure,
    ).toMatchObject({
      message: 'A step with isolation = "process" or "os" sends no mail; leave its isolation at "thread"',
    });
  });

  test.each([
    'ana@example.com, bob@example.com',
    'ana@example.com\r\nBcc: eve@example.com',
    'nobody',
    '<a@b>, c@d',
    '',
  ])('goes to nobody else by %j', async (evil) => {
    const run = await it.run({
      permissions: { net },
      steps: {
        evil: { language: 'javascript', code: `function run() { return ${JSON.stringify(evil)} }` },
        s: { notify: { mail: '{{ steps.evil.output }}', text: 'x' } },
      },
    });
    expect(run.get('s')!.failure).toMatchObject({ reason: 'action' });
    expect(mails).toEqual([]);
  });

  test('has no second header by its subject', async () => {
    await it.run({
      permissions: { net },
      steps: {
        evil: {
          language: 'javascript',
          code: 'function run() { return "a\\r\\nBcc: eve@example.com\\r\\n\\r\\nevil" }',
        },
        s: { notify: { mail: 'ana@example.com', subject: '{{ steps.evil.output }}', text: 'x' } },
      },
    });
    expect(mails[0]!.to).toEqual(['ana@example.com']);
    expect(mails[0]!.text).not.toMatch(/^Bcc/m);
  });
});

test('what is not configured is told before anything runs', async () => {
  const bare = rig();
  try {
    await expect(bare.step({ notify: { mail: 'ana@example.com', text: 'x' } })).rejects.toThrow(
      'Write a section [mail] into the configuration, which says where step "step" sends its mail',
    );
  } finally {
    await bare[Symbol.asyncDispose]();
  }
});
