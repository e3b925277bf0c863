/** Renders the mistakes of a file the way compilers do. */
import type { Diagnostic } from '../model/diagnostic.ts';
import { excerpt } from './excerpt.ts';
import type { Style } from './style.ts';
import { visible } from './visible.ts';

export interface DiagnosticsLayout {
  readonly style: Style;
  /** Columns; long source lines are cut to them. Default: 100. */
  readonly width?: number;
}

/** The lines of one diagnostic: what is wrong, where, and what else belongs to it. */
function renderDiagnostic(diagnostic: Diagnostic, { style, width = 100 }: DiagnosticsLayout): string[] {
  const paint = diagnostic.severity === 'error' ? style.red : style.yellow;
  const [first = '', ...more] = diagnostic.message.split('\n').map(visible);
  const head = `${style.bold(paint(diagnostic.severity))}${style.bold(`: ${first}`)} ${style.dim(`[${diagnostic.code}]`)}`;
  const lines = [head, ...more.map((line) => `  ${line}`)];
  if (diagnostic.file !== undefined) lines.push(...excerpt(diagnostic.file, diagnostic.span, style, width));
  for (const related of diagnostic.related ?? []) {
    lines.push(`${style.cyan('note')}: ${visible(related.message)}`);
    if (diagnostic.file !== undefined) lines.push(...excerpt(diagnostic.file, related.span, style, width));
  }
  return lines;
}

/** All of them in the order of their places, with a blank line after each, then how many there are. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], layout: DiagnosticsLayout): string[] {
  const lines = inOrder(diagnostics).flatMap((diagnostic) => [...renderDiagnostic(diagnostic, layout), '']);
  const count = countOf(diagnostics);
  return count === '' ? lines : [...lines, count];
}

/** `2 errors, 1 warning`. */
function countOf(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  return [plural(errors, 'error'), plural(warnings, 'warning')].filter((part) => part !== '').join(', ');
}

function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const start = (diagnostic: Diagnostic): number => diagnostic.span?.start ?? -1;
  const fileRank = new Map<string, number>();
  for (const { file } of diagnostics) {
    const path = file?.path ?? '';
    if (!fileRank.has(path)) fileRank.set(path, fileRank.size);
  }
  const rank = (diagnostic: Diagnostic): number => fileRank.get(diagnostic.file?.path ?? '')!;
  return [...diagnostics].sort((a, b) => rank(a) - rank(b) || start(a) - start(b));
}

function plural(count: number, noun: string): string {
  return count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`;
}
