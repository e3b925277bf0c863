/** What a file says ↔ values, by its format; the libraries of a format are loaded for it alone. */
import { failed } from '../act.ts';
import { plainText } from '../exact.ts';
import type { Fields } from '../fields.ts';
import { writeJson, readJson, readLines, writeLines } from './json.ts';

export type Format = 'text' | 'json' | 'jsonl' | 'csv' | 'toml' | 'yaml' | 'bytes';

const OF_ENDINGS: Readonly<Record<string, Format>> = {
  json: 'json',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  csv: 'csv',
  toml: 'toml',
  yaml: 'yaml',
  yml: 'yaml',
};

/** By the ending of its name, else text. */
export function formatFor(path: string): Format {
  const ending = /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.hasOwn(OF_ENDINGS, ending) ? OF_ENDINGS[ending]! : 'text';
}

/** What `encode` takes. Throws `ActionFailure` where the bytes are not of the format; `path` is for the message. */
export async function decode(bytes: Uint8Array, format: Format, fields: Fields, path: string): Promise<unknown> {
  if (format === 'bytes') return bytes;
  const text = textOf(bytes, path);
  const wrong = (message: string): Error => failed(`${JSON.stringify(path)} is no ${NAMES[format]}: ${message}`);
  switch (format) {
    case 'text':
      return text;
    case 'json':
      return readJson(text, wrong);
    case 'jsonl':
      return readLines(text, wrong);
    case 'csv':
      return (await import('./csv.ts')).readCsv(text, csvOptions(fields), wrong);
    case 'toml':
      return (await import('./toml.ts')).readToml(text, wrong);
    case 'yaml':
      return (await import('./yaml.ts')).readYaml(text, wrong);
  }
}

/** `isMore`: the text goes behind another of its kind. Throws `ActionFailure` for what the format cannot say. */
export async function encodeAs(value: unknown, format: Format, fields: Fields, isMore: boolean): Promise<Uint8Array> {
  const wrong = (message: string): Error => failed(`"content" cannot be written as ${NAMES[format]}: ${message}`);
  switch (format) {
    case 'bytes':
      throw wrong('it is no bytes value');
    case 'text':
      return Buffer.from(plainText(value));
    case 'json':
      return Buffer.from(`${writeJson(value, fields.count('indent', 8) ?? 2)}\n`);
    case 'jsonl':
      return Buffer.from(writeLines(value));
    case 'csv': {
      const options = csvOptions(fields);
      return Buffer.from(
        (await import('./csv.ts')).writeCsv(value, { ...options, header: options.header && !isMore }, wrong),
      );
    }
    case 'toml':
      return Buffer.from((await import('./toml.ts')).writeToml(value, wrong));
    case 'yaml':
      return Buffer.from((await import('./yaml.ts')).writeYaml(value, isMore));
  }
}

const NAMES: Readonly<Record<Format, string>> = {
  text: 'text',
  json: 'JSON',
  jsonl: 'JSON Lines',
  csv: 'CSV',
  toml: 'TOML',
  yaml: 'YAML',
  bytes: 'bytes',
};

function csvOptions(fields: Fields): { readonly header: boolean; readonly delimiter: string } {
  return { header: fields.flag('header', true), delimiter: fields.text('delimiter') ?? ',' };
}

function textOf(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw failed(`${JSON.stringify(path)} is not valid UTF-8; read it with format = "bytes"`);
  }
}
