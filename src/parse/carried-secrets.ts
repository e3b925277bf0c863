/** Which values of a step have a secret input of the workflow in them, or may have. */
import type { Template } from '../model/template.ts';
import type { Step } from '../model/step.ts';
import type { Over } from '../model/foreach.ts';

/** Names of its `inputs` and computed environment entries; nothing where there are none. */
export function carriedSecrets(
  { inputs, computedEnv, foreach, language, secrets: own = [] }: Step,
  secrets: readonly string[],
): readonly string[] | undefined {
  const named = [
    ...mentionOf('inputs', secrets),
    // The fields of an action may name the step's own.
    ...(language === 'action' ? mentionOf('env', own) : []),
  ];
  if (named.length === 0) return undefined;
  const mention = new RegExp(named.join('|'));
  const mentions = (template: Template): boolean => textsOf(template).some((text) => mention.test(text));
  const isOfItem =
    foreach !== undefined && templatesOf(foreach.over).some(mentions) ? /\b(?:item|matrix)\b/ : undefined;
  const names = [...Object.entries(inputs ?? {}), ...Object.entries(computedEnv ?? {})].flatMap(([name, template]) =>
    mentions(template) || textsOf(template).some((text) => isOfItem?.test(text) === true) ? [name] : [],
  );
  return names.length === 0 ? undefined : names;
}

/** All of them together have the secret ones among them. */
function mentionOf(root: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [String.raw`\b${root}\b(?!\s*\.)|\b${root}\s*\.\s*(?:${names.join('|')})\b`];
}

function templatesOf(over: Over): readonly Template[] {
  switch (over.kind) {
    case 'values':
      return [over.values];
    case 'range':
      return [over.from, over.to, over.by];
    case 'glob':
      return [over.patterns];
    case 'matrix':
      return [...over.axes.map(([, values]) => values), ...[over.include ?? [], over.exclude ?? []].flat()];
    case 'computed-matrix':
      return [over.matrix];
  }
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
