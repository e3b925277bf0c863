/** Reads the sections `llm` and `mail` of a configuration file: services that actions reach. */
import type { LlmService, MailService, Services } from '../../runners/contract.ts';
import { parseDuration } from '../model/duration.ts';
import { didYouMean } from '../model/nearest.ts';
import { fail, ok, type Result } from '../model/result.ts';
import { SECRET_NAME } from '../model/secret.ts';
import type { BadSecret } from './secrets.ts';

/** The name of what stands in `[llm]` itself. */
export const MAIN = '';

const PROVIDERS: Readonly<Record<LlmService['provider'], string>> = {
  openai: 'https://api.openai.com/v1',
  anthropic: 'https://api.anthropic.com',
};
const LLM_KEYS = ['provider', 'base_url', 'model', 'api_key', 'rate', 'max_tokens', 'max_tokens_field', 'structured'];
const MAIL_KEYS = ['url', 'from', 'user', 'password'];
const PERIODS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000 };

type Section = Readonly<Record<string, unknown>>;
type Tell = (key: string, expected: string) => void;

export function readServices(tree: unknown): Result<Services, readonly BadSecret[]> {
  const bad: BadSecret[] = [];
  const sections = isTable(tree) ? tree : {};
  const llm = llmServices(sections['llm'], bad);
  const mail = mailService(sections['mail'], bad);
  return bad.length > 0 ? fail(bad) : ok({ llm, ...(mail && { mail }) });
}

/** `[llm]` is one, and each `[llm.NAME]` another, which takes from `[llm]` what it leaves out. */
function llmServices(section: unknown, bad: BadSecret[]): Readonly<Record<string, LlmService>> {
  if (section === undefined) return {};
  if (!isTable(section)) {
    bad.push({ path: ['llm'], raw: section, expected: 'write a section of settings' });
    return {};
  }
  const own: Record<string, unknown> = {};
  const named: [string, Section][] = [];
  for (const [key, value] of Object.entries(section)) {
    if (isTable(value)) named.push([key, value]);
    else own[key] = value;
  }
  const found: Record<string, LlmService> = Object.create(null);
  const add = (name: string, path: readonly string[], given: Section): void => {
    const service = llmService(given, (key, expected) => {
      const isInherited = name !== MAIN && !Object.hasOwn(section[name] as Section, key);
      if (!isInherited) bad.push({ path: [...path, key], raw: given[key], expected });
    });
    if (service !== undefined) found[name] = service;
  };
  if (Object.keys(own).length > 0) add(MAIN, ['llm'], own);
  for (const [name, values] of named) add(name, ['llm', name], { ...own, ...values });
  return found;
}

function llmService(given: Section, tell: Tell): LlmService | undefined {
  unknownKeys(given, LLM_KEYS, tell);
  const provider = given['provider'] ?? 'openai';
  if (provider !== 'openai' && provider !== 'anthropic') {
    tell('provider', 'write "openai", also for what answers like it, or "anthropic"');
    return undefined;
  }
  const baseUrl = text(given, 'base_url', tell) ?? PROVIDERS[provider];
  if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) tell('base_url', 'write a URL of http or https');
  const model = text(given, 'model', tell);
  const apiKey = secretName(given, 'api_key', tell);
  const everyMs = rate(given['rate'], tell);
  const { max_tokens: maxTokens, max_tokens_field: field, structured } = given;
  if (maxTokens !== undefined && !(Number.isSafeInteger(maxTokens) && Number(maxTokens) > 0))
    tell('max_tokens', 'write a whole number from 1 up');
  if (field !== undefined && field !== 'max_tokens' && field !== 'max_completion_tokens')
    tell('max_tokens_field', 'write "max_tokens" or "max_completion_tokens"');
  if (structured !== undefined && typeof structured !== 'boolean') tell('structured', 'write true or false');
  return {
    provider,
    baseUrl: baseUrl.replace(/\/+$/, ''),
    ...(model !== undefined && { model }),
    ...(apiKey !== undefined && { apiKey }),
    ...(typeof maxTokens === 'number' && { maxTokens }),
    ...((field ?? fieldAt(provider, baseUrl)) === 'max_completion_tokens' && {
      maxTokensField: 'max_completion_tokens' as const,
    }),
    ...(structured === false && { structured }),
    ...(everyMs !== undefined && { everyMs }),
  };
}

/** OpenAI itself has a new name, which its newer models insist on; most that answer like it know the old one only. */
function fieldAt(provider: LlmService['provider'], baseUrl: string): string {
  return provider === 'openai' && baseUrl === PROVIDERS.openai ? 'max_completion_tokens' : 'max_tokens';
}

/** `60/m`: the milliseconds between two. */
function rate(given: unknown, tell: Tell): number | undefined {
  if (given === undefined) return undefined;
  const [, count = '0', period = ''] =
    (typeof given === 'string' ? /^(\d{1,6})\s*\/\s*([a-z]+)$/.exec(given.trim()) : null) ?? [];
  const periodMs = PERIODS[period] ?? parseDuration(period);
  if (Number(count) > 0 && periodMs !== undefined) return periodMs / Number(count);
  tell('rate', 'write how many requests in which time, such as "60/m"');
  return undefined;
}

function mailService(section: unknown, bad: BadSecret[]): MailService | undefined {
  if (section === undefined) return undefined;
  if (!isTable(section)) {
    bad.push({ path: ['mail'], raw: section, expected: 'write a section of settings' });
    return undefined;
  }
  const tell: Tell = (key, expected) =>
    bad.push(
      key in section
        ? { path: ['mail', key], raw: section[key], expected }
        : { path: ['mail'], raw: section, expected: `give it a "${key}": ${expected}` },
    );
  unknownKeys(section, MAIL_KEYS, tell);
  const url = text(section, 'url', tell) ?? '';
  const parsed = /^smtps?:\/\//.test(url) && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || parsed.hostname === '' || parsed.password !== '') {
    tell('url', 'write where mail is sent, such as "smtp://mail.example.com:587", without a password');
    return undefined;
  }
  const [from, user] = [text(section, 'from', tell), text(section, 'user', tell)];
  const password = secretName(section, 'password', tell);
  const isSecure = parsed.protocol === 'smtps:';
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(parsed.port) || (isSecure ? 465 : 587),
    isSecure,
    ...(from !== undefined && { from }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
  };
}

function unknownKeys(given: Section, known: readonly string[], tell: Tell): void {
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) tell(key, `leave it out${didYouMean(key, known) || `: there are ${known.join(', ')}`}`);
  }
}

function text(given: Section, key: string, tell: Tell): string | undefined {
  const value = given[key];
  if (value === undefined || (typeof value === 'string' && value !== '')) return value;
  tell(key, 'write a text');
  return undefined;
}

function secretName(given: Section, key: string, tell: Tell): string | undefined {
  const name = text(given, key, tell);
  if (name === undefined || SECRET_NAME.test(name)) return name;
  tell(key, 'write the name of a secret, such as "API_KEY", never its value');
  return undefined;
}

function isTable(node: unknown): node is Section {
  return typeof node === 'object' && node !== null && !Array.isArray(node) && !(node instanceof Date);
}
