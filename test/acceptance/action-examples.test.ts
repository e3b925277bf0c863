// The examples that need a server run against one of the test's own, in every mode.
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directory } from '../cli/rig.ts';
import { type Mail, smtpSink } from '../runners/action/smtp-sink.ts';
import { close, listen } from '../security/support/granted-server.ts';

const EXAMPLES = join(import.meta.dirname, '../../workflows/examples');
const MODES = ['sequential', 'parallel', 'work-stealing'];
const home = directory();
let server: Server;
let port = 0;
let smtp: NetServer;
let mailPort = 0;
const mails: Mail[] = [];
const posted: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
    const wanted = (searchParams.get('symbols') ?? '').split(',');
    const rates = Object.fromEntries(wanted.map((name, at) => [name, at + 0.5]));
    response.setHeader('content-type', 'application/json');
    if (pathname === '/hook' || pathname === '/v1/chat/completions') {
      let text = '';
      request.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      request.on('end', () => {
        posted.push(text);
        const isStructured = text.includes('json_schema');
        const content = isStructured ? '{"mood":"bad","about":"late tea"}' : 'We are sorry for the late tea.';
        const usage = { prompt_tokens: 20, completion_tokens: 10 };
        response.end(JSON.stringify({ choices: [{ message: { content }, finish_reason: 'stop' }], usage }));
      });
    } else if (pathname === '/v1/latest') response.end(JSON.stringify({ base: searchParams.get('base'), rates }));
    else response.writeHead(404).end('{}');
  });
  port = await listen(server, '127.0.0.1');
  smtp = smtpSink(mails);
  await new Promise<void>((done) => smtp.listen(0, '127.0.0.1', done));
  mailPort = (smtp.address() as AddressInfo).port;
  home.write(
    'config.toml',
    `[llm]\nmodel = "small"\nbase_url = "http://127.0.0.1:${port}/v1"\n[mail]\nurl = "smtp://127.0.0.1:${mailPort}"\nfrom = "hwfe@example.com"\n`,
  );
});
afterAll(async () => {
  await close(server);
  await new Promise((done) => smtp.close(done));
  home.remove();
});

/** Flags and what `--output json` prints. */
const EXPECTED: Readonly<Record<string, () => { readonly flags: string; readonly output: unknown }>> = {
  'exchange_rates.lua': () => ({
    flags: `--input server=http://127.0.0.1:${port} --input base=CHF --allow-net 127.0.0.1:${port}`,
    output: {
      rates: [
        { currency: 'GBP', rate: 1.5 },
        { currency: 'JPY', rate: 2.5 },
        { currency: 'USD', rate: 0.5 },
      ],
      saved: 'out/rates-CHF.csv',
    },
  }),
  'letter_mood.lua': () => ({
    flags: `--allow-net 127.0.0.1:${port}`,
    output: { mood: 'bad', answer: 'We are sorry for the late tea.' },
  }),
  'tell_people.toml': () => ({
    flags: `--input hook=http://127.0.0.1:${port}/hook --allow-net 127.0.0.1:${port}`,
    output: { post: { status: 200 } },
  }),
};

test('every example beside a server is looked at', () => {
  expect(readdirSync(EXAMPLES).filter((name) => /\.(lua|toml)$/.test(name))).toEqual(Object.keys(EXPECTED).toSorted());
});

test.each(Object.keys(EXPECTED))('%s gives what it should in every mode', async (name) => {
  const { flags, output } = EXPECTED[name]!();
  home.write(name, readFileSync(join(EXAMPLES, name), 'utf8'));
  for (const mode of MODES) {
    const { status, out, err } = await home.bash(`hwfe ${name} --mode ${mode} --output json ${flags}`);
    expect({ status, err: err.includes('✗') }).toEqual({ status: 0, err: false });
    expect(JSON.parse(out)).toEqual(output);
  }
});

test('a failure is told by mail', async () => {
  const { status } = await home.bash(`hwfe tell_people.toml --input stock=1 --allow-net 127.0.0.1:${mailPort} --quiet`);
  expect(status).toBe(1);
  expect(mails).toHaveLength(1);
  expect(mails[0]).toMatchObject({ from: 'hwfe@example.com', to: ['ana@example.com'] });
  expect(mails[0]!.text).toContain('Subject: tell_people has failed');
  expect(mails[0]!.text).toContain('check: only 1 left');
});

test('hwfe show --usage tells how many tokens a model read and wrote', async () => {
  await home.bash(`hwfe letter_mood.lua --allow-net 127.0.0.1:${port} --quiet`);
  const { out } = await home.bash('hwfe show --usage');
  expect(out).toMatch(/^step .* tokens$/m);
  expect(out).toMatch(/^read .* 20 \+ 10$/m);
});
