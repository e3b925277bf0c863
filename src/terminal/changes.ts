/** Shows what has changed in a workflow since a run of it, step by step. */
import type { Style } from './style.ts';
import { visible } from './visible.ts';

export interface ShownChange {
  readonly step: string;
  readonly fields: readonly string[];
  readonly how: 'changed' | 'added' | 'removed';
  readonly line?: { readonly before: string; readonly after: string };
}

export function renderChanges(changes: readonly ShownChange[], style: Style): string[] {
  return changes.flatMap(({ step, fields, how, line }) => {
    const sign = { changed: style.yellow('~'), added: style.green('+'), removed: style.red('-') }[how];
    const head = `  ${sign} ${visible(step)}  ${how === 'changed' ? fields.join(', ') : how}`;
    if (line === undefined) return [head];
    return [
      head,
      `      ${style.red(`- ${visible(line.before)}`)}`,
      `      ${style.green(`+ ${visible(line.after)}`)}`,
    ];
  });
}
