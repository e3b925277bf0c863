/** Says in a few words what the engine does itself, for drawings of a plan. */
import { formatDuration } from '../model/duration.ts';
import type { Template } from '../model/template.ts';
import type { Step } from '../model/step.ts';

/** `for signal paid`, `asks alice: Ship it?`; empty for a step with code. */
export function workOf({ work, timeoutMs }: Step): string[] {
  if (work === undefined) return [];
  const limit = timeoutMs === undefined ? [] : [`at most ${formatDuration(timeoutMs)}`];
  switch (work.kind) {
    case 'wait':
      return [formatDuration(work.forMs)];
    case 'wait_until':
      return [textOf(work.moment)];
    case 'wait_for':
      return [work.file === undefined ? `signal ${textOf(work.signal!)}` : `file ${textOf(work.file)}`, ...limit];
    case 'human': {
      const who = work.assignee === undefined ? 'asks' : `asks ${textOf(work.assignee)}`;
      const usual =
        work.default === undefined
          ? []
          : [`else ${work.default === 'rejected' ? 'no' : JSON.stringify(work.default.values)}`];
      return [`${who}: ${textOf(work.title)}`, ...limit, ...usual];
    }
    default:
      return [];
  }
}

/** With the expressions in their brackets. */
function textOf(template: Template): string {
  const text = ((): string => {
    switch (template.kind) {
      case 'constant': {
        const value: unknown = JSON.parse(template.json);
        return typeof value === 'string' ? value : template.json;
      }
      case 'expression':
        return `{{ ${template.expression.text} }}`;
      case 'text':
        return template.parts.map((part) => (typeof part === 'string' ? part : `{{ ${part.text} }}`)).join('');
      default:
        return '…';
    }
  })();
  return text.replaceAll(/\s+/g, ' ');
}
