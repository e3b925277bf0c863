/** The stable names of all mistakes that a graph can have. */
import type { Diagnostic } from '../model/diagnostic.ts';
import type { SourceFile, Span } from '../model/source.ts';

export const PLAN_CODES = [
  'unknown-dependency',
  'self-dependency',
  'duplicate-dependency',
  'colliding-inputs',
  'cycle',
  'crossing-pools',
] as const;

export type PlanCode = (typeof PLAN_CODES)[number];

export function mistake(
  file: SourceFile,
  code: PlanCode,
  span: Span,
  message: string,
  related: NonNullable<Diagnostic['related']> = [],
): Diagnostic {
  return { code, severity: 'error', message, file, span, ...(related.length > 0 && { related }) };
}
