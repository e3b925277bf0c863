/** Shows what a step without code was to do: its fields as the file has them. */
import type { Template } from '../model/template.ts';
import { html, type Html } from './html.ts';
import type { PageStep } from './page-data.ts';

/** Nothing for a step with code. */
export function showAction({ definition }: PageStep): Html | undefined {
  const script = definition?.script;
  if (script?.kind !== 'action') return undefined;
  const lines = Object.entries(definition?.inputs ?? {}).map(([name, template]) => `${name} = ${textOf(template)}`);
  return html`<h3>Action <span class="mono">${script.action}</span></h3><pre><code>${lines.join('\n')}</code></pre>`;
}

/** Much as JSON, with templates in their brackets. */
function textOf(template: Template): string {
  switch (template.kind) {
    case 'constant':
      return template.json;
    case 'expression':
      return `{{ ${template.expression.text} }}`;
    case 'text': {
      const parts = template.parts.map((part) => (typeof part === 'string' ? part : `{{ ${part.text} }}`));
      return JSON.stringify(parts.join(''));
    }
    case 'list':
      return `[${template.items.map(textOf).join(', ')}]`;
    case 'table':
      return `{ ${template.entries.map(([name, member]) => `${JSON.stringify(name)}: ${textOf(member)}`).join(', ')} }`;
  }
}
