/** What the library of expressions says is wrong, in words for people. */

/** Its names of signs. */
const SIGNS: Readonly<Record<string, string>> = {
  EOF: 'the end',
  NUMBER: 'a number',
  STRING: 'a text',
  BOOLEAN: 'true or false',
  NULL: 'null',
  IDENTIFIER: 'a name',
  BYTES: 'bytes',
  PLUS: '"+"',
  MINUS: '"-"',
  MULTIPLY: '"*"',
  DIVIDE: '"/"',
  MODULO: '"%"',
  EQ: '"=="',
  NE: '"!="',
  LT: '"<"',
  LE: '"<="',
  GT: '">"',
  GE: '">="',
  AND: '"&&"',
  OR: '"||"',
  NOT: '"!"',
  IN: '"in"',
  LPAREN: '"("',
  RPAREN: '")"',
  LBRACKET: '"["',
  RBRACKET: '"]"',
  LBRACE: '"{"',
  RBRACE: '"}"',
  DOT: '"."',
  COMMA: '","',
  COLON: '":"',
  QUESTION: '"?"',
};

/** Without a capital or a full stop, as a part of a sentence. */
export function inWords(message: string): string {
  const [, wanted = '', found = ''] = /^Expected ([A-Z]+), got ([A-Z]+)$/.exec(message) ?? [];
  if (wanted in SIGNS && found in SIGNS)
    return found === 'EOF'
      ? `${SIGNS[wanted]} is missing at the end`
      : `${SIGNS[wanted]} is missing before ${SIGNS[found]}`;
  const [, sign = ''] = /^Unexpected token: ([A-Z]+)$/.exec(message) ?? [];
  if (sign === 'EOF') return 'something is missing at the end';
  if (sign in SIGNS) return `${SIGNS[sign]} does not fit where it stands`;
  const [, operation] =
    /^no such overload: (.+)$/.exec(message) ?? /^found no matching overload for '(.+)'$/.exec(message) ?? [];
  if (operation !== undefined) return `nothing is defined for "${operation.replaceAll(/\bdyn<([^<>]*)>/g, '$1')}"`;
  return message.charAt(0).toLowerCase() + message.slice(1);
}
