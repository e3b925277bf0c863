/** The headers and the body of a request, made of an action's fields. */
import { bytesOf } from './bytes.ts';
import { failed, type Tools } from './act.ts';
import { plainText, textOf } from './exact.ts';
import { type Fields, isTable } from './fields.ts';

export interface Body {
  readonly bytes?: Uint8Array;
  /** Its content type, unless a header says another. */
  readonly type?: string;
}

export function bodyOf(fields: Fields, tools: Tools): Body {
  const json = fields.raw('json');
  if (json !== undefined) return { bytes: Buffer.from(textOf(json)), type: 'application/json' };
  if (fields.has('form')) {
    const form = new URLSearchParams();
    for (const [name, value] of fields.pairs('form')) form.append(name, value);
    return { bytes: Buffer.from(form.toString()), type: 'application/x-www-form-urlencoded' };
  }
  if (!fields.has('body')) return {};
  const body = fields.value('body');
  const bytes = bytesOf(body, tools);
  if (bytes !== undefined) return { bytes, type: 'application/octet-stream' };
  if (Array.isArray(body) || isTable(body))
    throw fields.wrong('body', 'a text, bytes or a file; send other values as "json"', body);
  return { bytes: Buffer.from(plainText(body)), type: 'text/plain;charset=UTF-8' };
}

/** A character of a header's name (RFC 9110); of its value, none that could begin another header. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

export function headersOf(
  headers: readonly (readonly [string, string])[],
  type: string | undefined,
): readonly (readonly [string, string])[] {
  for (const [name, value] of headers) {
    if (!NAME.test(name))
      throw failed(`${JSON.stringify(name)} is no name of a header; it has letters, digits and "-"`);
    if (!VALUE.test(value))
      throw failed(
        `The header "${name}" has a line break or a character in it that no header can have; encode its value`,
      );
  }
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  return type === undefined || hasType ? headers : [...headers, ['content-type', type]];
}
