/** Which values of a step have a secret input of the workflow in them, or may have. */
import type { Template } from '../model/template.ts';
import type { Step } from '../model/workflow.ts';

/** Names of its `inputs` and computed environment entries; nothing where there are none. */
export function carriedSecrets(
  { inputs, computedEnv, language, secrets: own = [] }: Step,
  secrets: readonly string[],
): readonly string[] | undefined {
  const mentions = [
    ...mentionOf('inputs', secrets),
    // The fields of an action may name the step's own.
    ...(language === 'action' ? mentionOf('env', own) : []),
  ];
  if (mentions.length === 0) return undefined;
  const mention = new RegExp(mentions.join('|'));
  const names = [...Object.entries(inputs ?? {}), ...Object.entries(computedEnv ?? {})].flatMap(([name, template]) =>
    textsOf(template).some((text) => mention.test(text)) ? [name] : [],
  );
  return names.length === 0 ? undefined : names;
}

/** All of them together have the secret ones among them. */
function mentionOf(root: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [String.raw`\b${root}\b(?!\s*\.)|\b${root}\s*\.\s*(?:${names.join('|')})\b`];
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
