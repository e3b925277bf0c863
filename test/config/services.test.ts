/** The sections `llm` and `mail`: what they say, and what is wrong with them where it stands. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { Services } from '../../runners/contract.ts';

const cwd = mkdtempSync(join(tmpdir(), 'hwfe-services-'));
afterAll(() => rmSync(cwd, { recursive: true }));

async function read(text: string): Promise<Services | readonly string[]> {
  writeFileSync(join(cwd, 'config.toml'), text);
  const loaded = await loadConfig({ cwd, env: {} });
  if (!loaded.ok) return loaded.error.map(({ message, span }) => `${message}${span === undefined ? '' : ' (there)'}`);
  expect(loaded.value.warnings).toEqual([]);
  return loaded.value.config.services;
}

test('nothing is there by default', async () => {
  expect(await read('')).toEqual({ llm: {} });
});

test('a named model takes from [llm] what it leaves out', async () => {
  const services = await read(`
[llm]
model = "small"
api_key = "OPENAI_KEY"
rate = "60/m"
[llm.claude]
provider = "anthropic"
api_key = "CLAUDE_KEY"
max_tokens = 500
[llm.local]
base_url = "http://localhost:11434/v1/"
structured = false
[llm.azure]
base_url = "https://my.openai.azure.com/v1"
max_tokens_field = "max_completion_tokens"
[llm.older]
max_tokens_field = "max_tokens"
`);
  const main = {
    provider: 'openai',
    baseUrl: 'https://api.openai.com/v1',
    model: 'small',
    apiKey: 'OPENAI_KEY',
    everyMs: 1000,
  };
  const newer = { maxTokensField: 'max_completion_tokens' };
  expect(services).toEqual({
    llm: {
      '': { ...main, ...newer },
      claude: {
        ...main,
        provider: 'anthropic',
        baseUrl: 'https://api.anthropic.com',
        apiKey: 'CLAUDE_KEY',
        maxTokens: 500,
      },
      local: { ...main, baseUrl: 'http://localhost:11434/v1', structured: false },
      azure: { ...main, ...newer, baseUrl: 'https://my.openai.azure.com/v1' },
      older: main,
    },
  });
});

test.each([
  ['smtp://mail.example.com', { port: 587, isSecure: false }],
  ['smtps://mail.example.com', { port: 465, isSecure: true }],
  ['smtp://mail.example.com:2525', { port: 2525, isSecure: false }],
])('mail goes to %s', async (url, more) => {
  const services = await read(
    `[mail]\nurl = "${url}"\nfrom = "a@example.com"\nuser = "u"\npassword = "MAIL_PASSWORD"\n`,
  );
  expect(services).toEqual({
    llm: {},
    mail: { host: 'mail.example.com', from: 'a@example.com', user: 'u', password: 'MAIL_PASSWORD', ...more },
  });
});

test.each([
  ['llm = 1', 'Setting "llm" is 1; write a section of settings (there)'],
  [
    '[llm]\nprovider = "opnai"',
    'Setting "llm.provider" is "opnai"; write "openai", also for what answers like it, or "anthropic" (there)',
  ],
  ['[llm]\nmodle = "x"', 'Setting "llm.modle" is "x"; leave it out; did you mean "model"? (there)'],
  ['[llm]\nbase_url = "localhost"', 'Setting "llm.base_url" is "localhost"; write a URL of http or https (there)'],
  [
    '[llm]\napi_key = "sk-12345"',
    'Setting "llm.api_key" is "sk-12345"; write the name of a secret, such as "API_KEY", never its value (there)',
  ],
  [
    '[llm]\nrate = "fast"',
    'Setting "llm.rate" is "fast"; write how many requests in which time, such as "60/m" (there)',
  ],
  [
    '[llm]\nmax_tokens_field = "tokens"',
    'Setting "llm.max_tokens_field" is "tokens"; write "max_tokens" or "max_completion_tokens" (there)',
  ],
  ['[llm.a]\nmax_tokens = 0', 'Setting "llm.a.max_tokens" is 0; write a whole number from 1 up (there)'],
  [
    '[mail]\nfrom = "x"',
    'Setting "mail" is {"from":"x"}; give it a "url": write where mail is sent, such as "smtp://mail.example.com:587", without a password (there)',
  ],
  [
    '[mail]\nurl = "smtp://u:p@x"',
    'Setting "mail.url" is "smtp://u:p@x"; write where mail is sent, such as "smtp://mail.example.com:587", without a password (there)',
  ],
])('%j is told where it stands', async (text, message) => {
  expect(await read(text)).toEqual([message]);
});
