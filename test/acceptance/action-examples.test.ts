// The examples that need a server run against one of the test's own, in every mode.
import { readFileSync, readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { directory } from '../cli/rig.ts';
import { close, listen } from '../security/support/granted-server.ts';

const EXAMPLES = join(import.meta.dirname, '../../workflows/examples');
const MODES = ['sequential', 'parallel', 'work-stealing'];
const home = directory();
let server: Server;
let port = 0;

beforeAll(async () => {
  server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://localhost');
    const wanted = (searchParams.get('symbols') ?? '').split(',');
    const rates = Object.fromEntries(wanted.map((name, at) => [name, at + 0.5]));
    response.setHeader('content-type', 'application/json');
    if (pathname === '/v1/latest') response.end(JSON.stringify({ base: searchParams.get('base'), rates }));
    else response.writeHead(404).end('{}');
  });
  port = await listen(server, '127.0.0.1');
});
afterAll(async () => {
  await close(server);
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
