/** The forms in which a secret may turn up in text: itself, escaped, and in the usual encodings. */

/** A shorter form would hide text that has nothing to do with the secret. */
const SHORTEST_FORM = 6;
/** So long is a line of a secret that is looked for by itself, since printed text comes line by line. */
const SHORTEST_LINE = 8;

/** The value itself is always among them, however short it is. */
export function formsOf(value: string): ReadonlySet<string> {
  const lines = value.split(/\r?\n/).filter((line) => line.length >= SHORTEST_LINE);
  const found = new Set<string>([value]);
  for (const text of new Set([value, ...lines])) for (const form of encodings(text)) found.add(form);
  return found;
}

function encodings(text: string): string[] {
  const bytes = Buffer.from(text);
  const hex = bytes.toString('hex');
  const forms = [text, ...jsonForms(text), ...urlForms(text), hex, hex.toUpperCase()];
  for (const offset of [0, 1, 2]) {
    const base64 = base64At(bytes, offset);
    forms.push(base64, base64.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return forms.filter((form) => form === text || form.length >= SHORTEST_FORM);
}

/** As most write it, as those who keep to ASCII do, and as those who escape slashes do. */
function jsonForms(text: string): string[] {
  const plain = JSON.stringify(text).slice(1, -1);
  const ascii = plain.replaceAll(/[\u007F-\uFFFF]/g, (unit) => `\\u${hexOf(unit)}`);
  const upper = ascii.replaceAll(/\\u([0-9a-f]{4})/g, (_, code: string) => `\\u${code.toUpperCase()}`);
  return [plain, ascii, upper, plain.replaceAll('/', String.raw`\/`)];
}

function hexOf(unit: string): string {
  return unit.charCodeAt(0).toString(16).padStart(4, '0');
}

/** What writers of URLs differ in: what they leave as it is, how they write a space. */
const URL_HABITS: readonly ((form: string) => string)[] = [
  (form) => form.replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`),
  (form) => form.replaceAll('~', '%7E'),
  (form) => form.replaceAll('%2F', '/'),
  (form) => form.replaceAll('%20', '+'),
  (form) => form.replaceAll(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
];

/** Each habit with each of the others. */
function urlForms(text: string): string[] {
  return URL_HABITS.reduce<string[]>(
    (forms, habit) => [...new Set([...forms, ...forms.map(habit)])],
    [encodeURIComponent(text.toWellFormed())],
  );
}

/** The characters that stand for these bytes alone, where `offset` others stand before them in their group of three. */
function base64At(bytes: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  return whole.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
}
