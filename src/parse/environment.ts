/** The environment of a step, with templates in its entries. */
import type { Template } from '../model/template.ts';
import type { Step } from '../model/step.ts';
import type { TextValue } from './document.ts';
import type { GivenPlace } from './given-place.ts';
import { lenient, readText } from './templates/text.ts';
import type { UseContext } from './templates/uses.ts';

export type Environment = Pick<Step, 'env' | 'computedEnv'>;

/** Most steps have none, and share it. */
const NO_ENVIRONMENT: Environment = { env: {} };

/** The workflow's entries below the step's. */
export function readEnvironment(
  workflow: ReadonlyMap<string, TextValue>,
  step: ReadonlyMap<string, TextValue> | undefined,
  { of, context, files }: GivenPlace,
): Environment {
  if (workflow.size + (step?.size ?? 0) === 0) return NO_ENVIRONMENT;
  const env = new Map<string, string>();
  const computed = new Map<string, Template>();
  for (const [name, value] of new Map([...workflow, ...(step ?? [])])) {
    const isOwn = step?.has(name) === true;
    const use: UseContext = isOwn
      ? { ...context, what: `"${name}" in "env" of ${of}` }
      : { ...context, what: `"${name}" in "env" of the workflow`, isEarly: true };
    const template = readText(value, lenient(true, use), use, files);
    if (template === undefined) env.set(name, value.value);
    else computed.set(name, template);
  }
  return { env: Object.fromEntries(env), ...(computed.size > 0 && { computedEnv: Object.fromEntries(computed) }) };
}
