/** Finds bytes, files and tables in canonical text, each by its exact shape; whatever differs is a plain object. */
import { isBytes } from './bytes-shape.ts';
import { isFilePath } from './file-path.ts';
import type { FileValue } from './run-files.ts';
import { endOfString, endOfValue, startsWith, view } from './scan.ts';
import { isTable } from './table-shape.ts';

/** `b`ytes, `f`ile, `t`able. */
export type Kind = 'b' | 'f' | 't';

/** `{"$`: in canonical text these three bytes begin an object, since a quote inside a string is escaped. */
const BEGIN = Buffer.from('{"$');
const [FILE, TABLE] = ['{"$file":"', '{"$table":{"columns":['].map((text) => Buffer.from(text));
const [HASH, SIZE] = [',"sha256":"', '","size":'].map((text) => Buffer.from(text));

/** Whether there may be any: ordinary values are told by one quick look. */
export function mayHaveKinds(text: Uint8Array): boolean {
  return view(text).includes(BEGIN);
}

/** The kind of the object that begins at `at`. */
export function kindAt(text: Uint8Array, at: number): Kind | undefined {
  if (isBytes(text, at)) return 'b';
  if (startsWith(text, at, FILE!)) return isFile(text, at + FILE!.length - 1) ? 'f' : undefined;
  if (startsWith(text, at, TABLE!)) return isTable(text, at + TABLE!.length) ? 't' : undefined;
  return undefined;
}

/** Every kind in the text, those inside tables too, in order. */
export function* kindsIn(text: Uint8Array): Generator<{ readonly at: number; readonly kind: Kind }> {
  const bytes = view(text);
  for (let at = bytes.indexOf(BEGIN); at !== -1; at = bytes.indexOf(BEGIN, at + BEGIN.length)) {
    const kind = kindAt(text, at);
    if (kind !== undefined) yield { at, kind };
  }
}

export function hasFiles(text: Uint8Array): boolean {
  return mayHaveKinds(text) && filesIn(text).length > 0;
}

/** The file values in the text. */
export function filesIn(text: Uint8Array): FileValue[] {
  return [...kindsIn(text)]
    .filter(({ kind }) => kind === 'f')
    .map(({ at }) => {
      const object = view(text.subarray(at, endOfValue(text, at))).toString('utf8');
      const { $file: path, sha256, size } = JSON.parse(object) as { $file: string; sha256: string; size: number };
      return { path, sha256, size };
    });
}

const KEYS: Readonly<Record<Kind, number>> = { b: '"$bytes"'.length, f: '"$file"'.length, t: '"$table"'.length };

/** As random as this, no key of a step begins with it. */
export function newMark(): string {
  // Few inputs need one, and loading the module takes a good part of a first step's time.
  return process.getBuiltinModule('node:crypto').randomBytes(16).toString('base64');
}

/**
 * The text with the first key of each kind as `mark` and the kind's letter, which says to a reader without this code
 * what is what; nothing if there is none.
 */
export function markKinds(text: Uint8Array, mark: string): Buffer | undefined {
  if (!mayHaveKinds(text)) return undefined;
  const parts: Uint8Array[] = [];
  let copied = 0;
  for (const { at, kind } of kindsIn(text)) {
    parts.push(text.subarray(copied, at + 1), Buffer.from(`"${mark}${kind}"`));
    copied = at + 1 + KEYS[kind];
  }
  if (parts.length === 0) return undefined;
  return Buffer.concat([...parts, text.subarray(copied)]);
}

/** `at` is the quote before the path. */
function isFile(text: Uint8Array, at: number): boolean {
  const end = endOfString(text, at);
  if (end === -1 || !startsWith(text, end, HASH!)) return false;
  const hash = end + HASH!.length;
  const size = hash + 64;
  if (!startsWith(text, size, SIZE!)) return false;
  for (let i = hash; i < size; i++) if (!isHex(text[i]!)) return false;
  const rest = view(text.subarray(size + SIZE!.length, size + SIZE!.length + 17)).toString('latin1');
  const digits = /^(0|[1-9]\d*)\}/.exec(rest)?.[1];
  if (digits === undefined || !Number.isSafeInteger(Number(digits))) return false;
  return isFilePath(JSON.parse(view(text.subarray(at, end)).toString()) as string);
}

function isHex(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x61 && byte <= 0x66);
}
