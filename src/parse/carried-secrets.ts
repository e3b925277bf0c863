/** Which values of a step have a secret input of the workflow in them, or may have. */
import type { Template } from '../model/template.ts';
import type { Step } from '../model/workflow.ts';

/** Names of its `inputs` and computed environment entries; nothing where there are none. */
export function carriedSecrets(
  { inputs, computedEnv }: Step,
  secrets: readonly string[],
): readonly string[] | undefined {
  if (secrets.length === 0) return undefined;
  // All inputs together have the secret ones among them.
  const mention = new RegExp(String.raw`\binputs\b(?!\s*\.)|\binputs\s*\.\s*(?:${secrets.join('|')})\b`);
  const names = [...Object.entries(inputs ?? {}), ...Object.entries(computedEnv ?? {})].flatMap(([name, template]) =>
    textsOf(template).some((text) => mention.test(text)) ? [name] : [],
  );
  return names.length === 0 ? undefined : names;
}

function textsOf(template: Template): readonly string[] {
  switch (template.kind) {
    case 'constant':
      return [];
    case 'expression':
      return [template.expression.text];
    case 'text':
      return template.parts.flatMap((part) => (typeof part === 'string' ? [] : [part.text]));
    case 'list':
      return template.items.flatMap(textsOf);
    case 'table':
      return template.entries.flatMap(([, value]) => textsOf(value));
  }
}
