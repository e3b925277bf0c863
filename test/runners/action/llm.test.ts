// `llm`: both dialects against a server of the test's own, answers held to a schema, tokens counted, requests paced.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { LlmService } from '../../../runners/contract.ts';
import { defaultConfig } from '../../../src/config/defaults.ts';
import type { LlmDefinition } from '../../../src/parse/actions/action-definition.ts';
import { close, listen } from '../../security/support/granted-server.ts';
import { type Rig, rig } from './rig.ts';

interface Asked {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
  readonly at: number;
}

const SCHEMA = {
  type: 'object',
  properties: { mood: { enum: ['good', 'bad'] }, score: { type: 'integer' } },
  required: ['mood', 'score'],
  additionalProperties: false,
};

let server: Server;
let it: Rig;
let net = '';
let asked: Asked[] = [];
/** What the model says next; a number is a status. */
let says: (string | number | object)[] = [];

function answer(request: IncomingMessage, response: ServerResponse, body: Record<string, unknown>): void {
  const next = says.shift() ?? 'hello';
  response.setHeader('content-type', 'application/json');
  if (typeof next === 'number')
    return void response.writeHead(next, { 'retry-after': '0' }).end('{"error":"overloaded"}');
  if (typeof next !== 'string') return void response.end(JSON.stringify(next));
  if (request.url === '/v1/messages') {
    const content =
      body['tools'] === undefined
        ? [{ type: 'text', text: next }]
        : [{ type: 'tool_use', name: 'answer', input: JSON.parse(next) as unknown }];
    return void response.end(
      JSON.stringify({ content, stop_reason: 'end_turn', usage: { input_tokens: 11, output_tokens: 7 } }),
    );
  }
  const choices = [{ message: { role: 'assistant', content: next }, finish_reason: 'stop' }];
  response.end(JSON.stringify({ choices, usage: { prompt_tokens: 11, completion_tokens: 7 } }));
}

beforeAll(async () => {
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const body = JSON.parse(text) as Record<string, unknown>;
      asked.push({ path: request.url!, headers: request.headers, body, at: performance.now() });
      answer(request, response, body);
    });
  });
  const port = await listen(server, '127.0.0.1');
  net = `127.0.0.1:${port}`;
  const base = `http://127.0.0.1:${port}`;
  const openai: LlmService = { provider: 'openai', baseUrl: `${base}/v1`, model: 'small', apiKey: 'LLM_KEY' };
  const llm = {
    '': openai,
    claude: { provider: 'anthropic', baseUrl: base, model: 'other', apiKey: 'LLM_KEY', maxTokens: 99 },
    plain: { ...openai, structured: false },
    slow: { ...openai, everyMs: 150 },
    newer: { ...openai, maxTokensField: 'max_completion_tokens' },
    keyless: { provider: 'openai', baseUrl: `${base}/v1` },
  } as const satisfies Record<string, LlmService>;
  it = rig({ env: { LLM_KEY: 'k3y-of-the-model' }, config: { ...defaultConfig({}), services: { llm } } });
});
beforeEach(() => {
  asked = [];
  says = [];
});
afterAll(async () => {
  await it[Symbol.asyncDispose]();
  await close(server);
});

function llm(fields: LlmDefinition, more: object = {}): ReturnType<Rig['step']> {
  return it.step({ llm: fields, permissions: { net }, ...more });
}

describe('a prompt', () => {
  test('is sent as OpenAI has it, with the key of the configuration', async () => {
    const { output } = await llm({ prompt: 'hi', system: 'be terse', temperature: 0, max_tokens: 5 });
    expect(output).toBe('hello');
    expect(asked).toMatchObject([
      {
        path: '/v1/chat/completions',
        headers: { authorization: 'Bearer k3y-of-the-model' },
        body: {
          model: 'small',
          max_tokens: 5,
          temperature: 0,
          messages: [
            { role: 'system', content: 'be terse' },
            { role: 'user', content: 'hi' },
          ],
        },
      },
    ]);
    expect(asked[0]!.body).not.toHaveProperty('response_format');
  });

  test('names the most tokens as the server wants them named', async () => {
    await llm({ prompt: 'hi', service: 'newer', max_tokens: 5 });
    expect(asked[0]!.body).toMatchObject({ max_completion_tokens: 5 });
    expect(asked[0]!.body).not.toHaveProperty('max_tokens');
  });

  test('is sent as Anthropic has it', async () => {
    const { output } = await llm({ prompt: 'hi', system: 'be terse', service: 'claude', model: 'newer' });
    expect(output).toBe('hello');
    expect(asked).toMatchObject([
      {
        path: '/v1/messages',
        headers: { 'x-api-key': 'k3y-of-the-model', 'anthropic-version': '2023-06-01' },
        body: { model: 'newer', max_tokens: 99, system: 'be terse', messages: [{ role: 'user', content: 'hi' }] },
      },
    ]);
  });

  test('has what other steps gave in it', async () => {
    await it.run({
      permissions: { net },
      steps: { a: { transform: '[1, 2]' }, s: { llm: { prompt: 'Add {{ steps.a.output }}' } } },
    });
    expect(asked[0]!.body).toMatchObject({ messages: [{ content: 'Add [1,2]' }] });
  });

  test('takes no key where the configuration names none, and a model from the step', async () => {
    expect((await llm({ prompt: 'hi', service: 'keyless' })).failure).toMatchObject({
      message: 'Say which model is asked: "model" of llm, or in the section [llm] of the configuration',
    });
    await llm({ prompt: 'hi', service: 'keyless', model: 'm' });
    expect(asked[0]!.headers.authorization).toBeUndefined();
  });
});

describe.each(['openai', 'anthropic'] as const)('an answer of %s', (provider) => {
  const service = provider === 'anthropic' ? { service: 'claude' } : {};

  test('that has a schema is a value', async () => {
    says = ['{"mood":"good","score":3}'];
    expect((await llm({ prompt: 'x', schema: SCHEMA, ...service })).output).toEqual({ mood: 'good', score: 3 });
    const { body } = asked[0]!;
    if (provider === 'openai')
      expect(body).toMatchObject({ response_format: { type: 'json_schema', json_schema: { schema: SCHEMA } } });
    else
      expect(body).toMatchObject({ tools: [{ input_schema: SCHEMA }], tool_choice: { type: 'tool', name: 'answer' } });
  });

  test('that does not fit its schema is asked for again, once', async () => {
    says = ['{"mood":"so-so","score":3}', '{"mood":"bad","score":0}'];
    const { output, lines } = await llm({ prompt: 'x', schema: SCHEMA, ...service });
    expect(output).toEqual({ mood: 'bad', score: 0 });
    expect(lines.join()).toContain('asked again');
    const turns = asked[1]!.body['messages'] as { role: string; content: string }[];
    expect(turns.slice(-3).map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(turns.at(-1)!.content).toContain('#/mood');
    says = ['{"score":1}', '{"score":1}'];
    expect((await llm({ prompt: 'x', schema: SCHEMA, ...service })).failure).toMatchObject({
      reason: 'action',
      message: expect.stringMatching(/^The model's answer does not fit "schema": .*mood/) as string,
    });
  });

  test('is counted in tokens, of all requests together', async () => {
    says = ['{"score":1}', '{"mood":"bad","score":0}'];
    const plan = await it.engine.define({
      permissions: { net },
      steps: { s: { llm: { prompt: 'x', schema: SCHEMA, ...service } } },
    });
    if (!plan.ok) throw new Error('no plan');
    const { steps } = await it.engine.start(plan.value).finished;
    expect(steps.get('s')!.usage).toMatchObject({ tokens: { input: 22, output: 14 } });
  });
});

describe('an answer', () => {
  test('may stand in a block of code, where a model cannot be held to a schema', async () => {
    says = ['```json\n[1, 2.0]\n```'];
    expect((await llm({ prompt: 'x', schema: { type: 'array' }, service: 'plain' })).text).toBe('[1,2.0]');
    expect(asked[0]!.body).not.toHaveProperty('response_format');
    expect(JSON.stringify(asked[0]!.body)).toContain('JSON Schema');
  });

  test('that was cut off, or is of another kind, fails the step', async () => {
    says = [{ choices: [{ message: { content: 'and then' }, finish_reason: 'length' }] }, { hello: 1 }];
    expect((await llm({ prompt: 'x' })).failure).toMatchObject({
      message: expect.stringContaining('cut off') as string,
    });
    expect((await llm({ prompt: 'x' })).failure).toMatchObject({
      message: expect.stringContaining('does not answer as openai does') as string,
    });
  });

  test('of a busy model is waited for, and one that refuses fails the step without its key', async () => {
    says = [529, 429, 'at last'];
    expect((await llm({ prompt: 'x' })).output).toBe('at last');
    says = [401];
    const { failure } = await llm({ prompt: 'x' });
    expect(failure).toMatchObject({ reason: 'action', status: 401 });
    expect(JSON.stringify(failure)).not.toContain('k3y');
  });
});

test('requests are as far apart as the rate says, over all threads', async () => {
  const names = ['a', 'b', 'c', 'd'];
  await it.run({
    mode: 'parallel',
    max_parallel_steps: 4,
    permissions: { net },
    steps: Object.fromEntries(names.map((name) => [name, { llm: { prompt: name, service: 'slow' } }])),
  });
  const times = asked.map(({ at }) => at).toSorted((a, b) => a - b);
  expect(times).toHaveLength(4);
  expect(times[3]! - times[0]!).toBeGreaterThanOrEqual(430);
});

test('a step in a process of its own asks as well', async () => {
  expect((await llm({ prompt: 'x', service: 'slow' }, { isolation: 'process' })).output).toBe('hello');
});

test('steps inside of a group and of a race get what they need of the configuration', async () => {
  const run = await it.run({
    permissions: { net },
    steps: {
      both: { parallel: { a: { llm: { prompt: 'a' } }, b: { llm: { prompt: 'b', service: 'claude' } } } },
      first: { race: { steps: { c: { llm: { prompt: 'c' } }, d: { wait: '1m' } } } },
    },
  });
  expect(run.get('both')!.output).toMatchObject({ a: 'hello', b: 'hello' });
  expect(run.get('first')!.output).toMatchObject({ winner: 'c', output: 'hello' });
  expect(asked.map(({ headers }) => headers.authorization ?? headers['x-api-key'])).toEqual([
    expect.stringContaining('k3y') as string,
    expect.stringContaining('k3y') as string,
    expect.stringContaining('k3y') as string,
  ]);
  const nested = it.run({
    permissions: { net },
    steps: { both: { parallel: { a: { llm: { prompt: 'a', service: 'x' } } } } },
  });
  await expect(nested).rejects.toThrow('Write a section [llm.x] into the configuration');
});

test('a mocked one needs nothing of the configuration', async () => {
  const plan = await it.engine.define({ steps: { s: { llm: { prompt: 'x', service: 'nowhere' } } } });
  if (!plan.ok) throw new Error('no plan');
  const mocks = new Map([['s', { output: Buffer.from('"said"') }]]);
  expect(await it.engine.check(plan.value, { mocks })).toEqual([]);
  const { steps } = await it.engine.start(plan.value, { mocks }).finished;
  expect(Buffer.from(steps.get('s')!.output!).toString()).toBe('"said"');
});

test('what is not granted names the host, and what is not configured the section', async () => {
  expect((await it.step({ llm: { prompt: 'x' } })).failure).toMatchObject({
    reason: 'not-granted',
    grant: `permissions = { net = ["${net}"] }`,
  });
  await expect(llm({ prompt: 'x', service: 'claud' })).rejects.toThrow(
    'Write a section [llm.claud] into the configuration, which says where step "step" finds its language model; did you mean "claude"?',
  );
});
