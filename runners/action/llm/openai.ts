/** Chat completions as OpenAI has them, and many servers after it. */
import { at, countAt, type Dialect, systemFor } from './dialect.ts';

export const openai: Dialect = {
  request(question, key) {
    const { model, turns, schema, isStructured, maxTokens, temperature } = question;
    const { maxTokensField = 'max_tokens' } = question;
    const system = systemFor(question);
    const messages = [
      ...(system === undefined ? [] : [{ role: 'system', content: system }]),
      ...turns.map(({ by, text }) => ({ role: by === 'user' ? 'user' : 'assistant', content: text })),
    ];
    const format =
      schema === undefined || !isStructured
        ? undefined
        : { type: 'json_schema', json_schema: { name: 'answer', schema: JSON.parse(schema) as unknown } };
    return {
      path: '/chat/completions',
      headers: key === undefined ? [] : [['authorization', `Bearer ${key}`]],
      body: JSON.stringify({ model, messages, [maxTokensField]: maxTokens, temperature, response_format: format }),
    };
  },
  reply(answer) {
    const text = at(answer, 'choices', 0, 'message', 'content');
    if (typeof text !== 'string') return undefined;
    return {
      text,
      isCutOff: at(answer, 'choices', 0, 'finish_reason') === 'length',
      tokens: {
        input: countAt(answer, 'usage', 'prompt_tokens'),
        output: countAt(answer, 'usage', 'completion_tokens'),
      },
    };
  },
};
