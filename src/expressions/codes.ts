/** The stable names of all mistakes that an expression can have. */

export const EXPRESSION_CODES = ['bad-expression', 'unknown-name'] as const;

export type ExpressionCode = (typeof EXPRESSION_CODES)[number];
