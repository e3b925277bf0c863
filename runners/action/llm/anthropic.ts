/** Messages as Anthropic has them; an answer of a schema is what the model hands to a tool. */
import { plainText } from '../exact.ts';
import { at, countAt, type Dialect, systemFor } from './dialect.ts';

/** It has to be said. */
const MOST_TOKENS = 4096;

export const anthropic: Dialect = {
  request(question, key) {
    const { model, system, turns, schema, isStructured, maxTokens = MOST_TOKENS, temperature } = question;
    const shape = schema === undefined ? undefined : (JSON.parse(schema) as { readonly type?: unknown });
    // A tool takes a table and nothing else.
    const isTool = isStructured && shape?.type === 'object';
    return {
      path: '/v1/messages',
      headers: [['anthropic-version', '2023-06-01'], ...(key === undefined ? [] : [['x-api-key', key] as const])],
      body: JSON.stringify({
        model,
        max_tokens: maxTokens,
        temperature,
        system: isTool ? system : systemFor(question),
        messages: turns.map(({ by, text }) => ({ role: by === 'user' ? 'user' : 'assistant', content: text })),
        ...(isTool && {
          tools: [{ name: 'answer', description: 'Takes the answer.', input_schema: shape }],
          tool_choice: { type: 'tool', name: 'answer' },
        }),
      }),
    };
  },
  reply(answer) {
    const content = at(answer, 'content');
    if (!Array.isArray(content)) return undefined;
    const called = content.find((block) => at(block, 'type') === 'tool_use');
    const texts = content.flatMap((block) => {
      const text = at(block, 'type') === 'text' ? at(block, 'text') : undefined;
      return typeof text === 'string' ? [text] : [];
    });
    return {
      text: called === undefined ? texts.join('') : plainText(at(called, 'input') ?? null),
      isCutOff: at(answer, 'stop_reason') === 'max_tokens',
      tokens: { input: countAt(answer, 'usage', 'input_tokens'), output: countAt(answer, 'usage', 'output_tokens') },
    };
  },
};
