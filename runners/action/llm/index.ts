/** `llm`: asks a language model, counts its tokens, and holds its answer to a schema. */
import type { LlmService } from '../../contract.ts';
import type { FetchRequest } from '../../grants/fetch.ts';
import { type Act, failed, given, type Tools } from '../act.ts';
import { textOf, tryExactly } from '../exact.ts';
import { type Fields, isTable } from '../fields.ts';
import { excerptOf, send } from '../http.ts';
import { decodedText } from '../response.ts';
import { anthropic } from './anthropic.ts';
import type { Dialect, Question, Reply, Turn } from './dialect.ts';
import { openai } from './openai.ts';
import { nextTurn } from './pace.ts';
import { fits } from './schema.ts';

const TIMEOUT_MS = 120_000;
const PATIENCE = { retries: 2, longestWaitMs: 60_000 };

export const act: Act = async (fields, tools) => {
  const name = fields.text('service') ?? '';
  const { script, env } = tools.job;
  const service = script.kind === 'action' ? script.services?.llm[name] : undefined;
  if (service === undefined)
    throw failed('The configuration says nothing of a language model; give it a section [llm]');
  const question = questionOf(fields, service);
  const key = service.apiKey === undefined ? undefined : env[service.apiKey];
  const asker = new Asker(service, key, fields, tools);
  try {
    return given(await answerOf(asker, question, fields.count('repairs', 10) ?? 1));
  } finally {
    tools.context.spent?.({ tokens: asker.tokens });
  }
};

function questionOf(
  fields: Fields,
  { model: usual, maxTokens: most, maxTokensField, structured }: LlmService,
): Question {
  const model = fields.text('model') ?? usual;
  if (model === undefined)
    throw failed('Say which model is asked: "model" of llm, or in the section [llm] of the configuration');
  const [system, schema] = [fields.text('system'), schemaOf(fields)];
  const maxTokens = fields.count('max_tokens', 10_000_000) ?? most;
  const temperature = fields.text('temperature');
  return {
    model,
    turns: [{ by: 'user', text: fields.needText('prompt') }],
    isStructured: structured !== false,
    ...(system !== undefined && { system }),
    ...(schema !== undefined && { schema }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(maxTokensField && { maxTokensField }),
    ...(temperature !== undefined && { temperature: Number(temperature) }),
  };
}

function schemaOf(fields: Fields): string | undefined {
  const raw = fields.raw('schema');
  if (raw === undefined) return undefined;
  if (!isTable(fields.value('schema')))
    throw fields.wrong('schema', 'a JSON Schema as a table', fields.value('schema'));
  return textOf(raw);
}

/** Its text; with a schema its value, asked for again where it does not fit. */
async function answerOf(asker: Asker, question: Question, repairs: number): Promise<unknown> {
  const { schema } = question;
  const turns: Turn[] = [...question.turns];
  for (let left = repairs; ; left--) {
    const reply = await asker.ask({ ...question, turns });
    if (reply.isCutOff) throw failed('The model was cut off by "max_tokens" before it had answered; raise it');
    if (schema === undefined) return reply.text;
    const read = tryExactly(unfenced(reply.text));
    const misfits = read.ok ? await fits(read.value, schema) : [`it is no JSON: ${read.message}`];
    if (read.ok && misfits.length === 0) return read.value;
    const problem = misfits.slice(0, 5).join('; ');
    if (left <= 0) throw failed(`The model's answer does not fit "schema": ${problem}`);
    asker.note(`The answer does not fit the schema (${problem}); asked again`);
    turns.push(
      { by: 'model', text: reply.text },
      { by: 'user', text: `That does not fit the schema: ${problem}. ${ONLY_JSON}` },
    );
  }
}

const ONLY_JSON = 'Answer again with the JSON value only.';

/** Models like to put their JSON into a block of code. */
function unfenced(text: string): string {
  return /^\s*```(?:json)?\s*\n([^]*?)\n\s*```\s*$/.exec(text)?.[1] ?? text;
}

class Asker {
  /** Of all requests together. */
  tokens: { readonly input: number; readonly output: number } = { input: 0, output: 0 };
  readonly #service: LlmService;
  readonly #dialect: Dialect;
  readonly #key: string | undefined;
  readonly #timeoutMs: number;
  readonly #tools: Tools;

  constructor(service: LlmService, key: string | undefined, fields: Fields, tools: Tools) {
    this.#service = service;
    this.#dialect = service.provider === 'anthropic' ? anthropic : openai;
    this.#key = key;
    this.#timeoutMs = fields.count('timeout', Number.MAX_SAFE_INTEGER) ?? TIMEOUT_MS;
    this.#tools = tools;
  }

  note(message: string): void {
    this.#tools.context.print('stderr', `${message}\n`);
  }

  async ask(question: Question): Promise<Reply> {
    const { path, headers, body } = this.#dialect.request(question, this.#key);
    const request: FetchRequest = {
      url: this.#service.baseUrl + path,
      method: 'POST',
      headers: [['content-type', 'application/json'], ...headers],
      redirect: 'error',
      timeoutMs: this.#timeoutMs,
    };
    const bytes = Buffer.from(body);
    const answer = await send(request, bytes, PATIENCE, this.#tools, () => nextTurn(this.#service));
    if (answer.status < 200 || answer.status > 299) {
      const status = `${answer.status} ${answer.statusText}`.trim();
      throw failed(`The language model at ${request.url} answered ${status}${excerptOf(answer)}`, {
        status: answer.status,
      });
    }
    const read = tryExactly(decodedText(answer));
    const reply = read.ok ? this.#dialect.reply(read.value) : undefined;
    if (reply === undefined)
      throw failed(
        `${request.url} does not answer as ${this.#service.provider} does${excerptOf(answer)}; see "provider" of [llm]`,
      );
    const { input, output } = this.tokens;
    this.tokens = { input: input + reply.tokens.input, output: output + reply.tokens.output };
    return reply;
  }
}
