/** The fields of `llm`. */
import type { Fields } from '../fields/field-type.ts';
import { duration, number, prose, text } from '../fields/scalars.ts';
import { type ActionValue, anything, fixed, open } from './open-field.ts';

export interface LlmFields {
  prompt?: ActionValue;
  system?: ActionValue;
  model?: ActionValue;
  schema?: ActionValue;
  repairs?: ActionValue;
  max_tokens?: ActionValue;
  temperature?: ActionValue;
  timeout?: ActionValue;
  service?: ActionValue;
}

export const LLM_FIELDS: Fields<LlmFields> = {
  prompt: {
    type: open(text),
    about: 'What the model is asked.',
    example: 'Summarise in one sentence: {{ steps.letter.output }}',
  },
  system: {
    type: open(prose),
    about: 'What it is told before, of its part in it.',
    default: 'nothing',
    example: 'You are a terse editor.',
  },
  model: {
    type: open(text),
    about: 'Which model is asked.',
    default: "the configuration's",
    example: 'small-model-1',
  },
  schema: {
    type: anything,
    about: 'The JSON Schema that its answer has to fit, which is handed on as a value then.',
    default: 'the answer is a text',
    example: { type: 'object', properties: { mood: { enum: ['good', 'bad'] } }, required: ['mood'] },
  },
  repairs: {
    type: fixed(number(0, 10, 'integer')),
    about: 'How often it is asked again, and told what does not fit the schema.',
    default: '1',
    example: 2,
  },
  max_tokens: {
    type: open(number(1, 10_000_000, 'integer')),
    about: 'How long its answer may be; one that is cut off fails the step.',
    default: "the configuration's, else the provider's, with Anthropic 4096",
    example: 500,
  },
  temperature: {
    type: open(number(0, 2, 'number')),
    about: 'How freely it answers.',
    default: "the provider's",
    example: 0,
  },
  timeout: { type: fixed(duration), about: 'How long one request may take.', default: '"2m"', example: '30s' },
  service: {
    type: fixed(text),
    about: 'Which section `[llm.NAME]` of the configuration says where it is.',
    default: 'the section `[llm]`',
    example: 'local',
  },
};
