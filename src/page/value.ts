/** Shows a value as tables: a list of records as one, an object as its fields. */
import type { EncodedValue } from '../../runners/contract.ts';
import { withRecords } from '../../runners/value.ts';
import { formatSize } from '../model/size.ts';
import { plainText, type Shape, shapeOf, textOf } from '../terminal/canonical.ts';
import { html, type Html } from './html.ts';

const MOST_ROWS = 100;
const MOST_COLUMNS = 40;
const DEEPEST = 5;
const LONGEST_TEXT = 4000;
/** What is larger is not looked at. */
const LARGEST = 8 * 1024 ** 2;

/** `whole` is the command that prints all of it. */
export function showValue(value: EncodedValue, whole: string): Html {
  if (value.length > LARGEST) return html`<p class="note">${formatSize(value.length)}: <code>${whole}</code></p>`;
  const shown = { cut: false };
  const body = show(textOf(withRecords(value)), 0, shown);
  return shown.cut ? html`${body}<p class="note">All of it: <code>${whole}</code></p>` : body;
}

interface Shown {
  cut: boolean;
}

function show(text: string, depth: number, shown: Shown): Html {
  const shape = shapeOf(text);
  if (shape.kind === 'scalar') return scalar(text, shown);
  if (depth >= DEEPEST) return code(text, shown);
  if (shape.kind === 'object') return shape.entries.length === 0 ? html`<code>{}</code>` : fields(shape, depth, shown);
  if (shape.items.length === 0) return html`<code>[]</code>`;
  const items = shape.items.slice(0, MOST_ROWS);
  const records = items.map(shapeOf);
  const columns = columnsOf(records);
  if (columns === undefined && text.length <= 100) return html`<code>${text}</code>`;
  const more = shape.items.length - items.length;
  if (more > 0) shown.cut = true;
  const rest = more > 0 ? html`<p class="note">and ${more} more</p>` : undefined;
  if (columns === undefined) {
    const rows = items.map((item, index) => html`<tr><th>${index}</th><td>${show(item, depth + 1, shown)}</td></tr>\n`);
    return html`<table>${rows}</table>${rest}`;
  }
  const head = columns.slice(0, MOST_COLUMNS);
  if (columns.length > head.length) shown.cut = true;
  const rows = records.map((record) => {
    const entries = new Map(record.kind === 'object' ? record.entries : []);
    const cells = head.map((name) => {
      const cell = entries.get(name);
      return html`<td>${cell === undefined ? undefined : show(cell, depth + 1, shown)}</td>`;
    });
    return html`<tr>${cells}</tr>\n`;
  });
  const names = head.map((name) => html`<th scope="col">${name}</th>`);
  return html`<table><thead><tr>${names}</tr></thead><tbody>${rows}</tbody></table>${rest}`;
}

function fields({ entries }: Shape & { kind: 'object' }, depth: number, shown: Shown): Html {
  const some = entries.slice(0, MOST_ROWS);
  if (entries.length > some.length) shown.cut = true;
  const rows = some.map(
    ([name, value]) => html`<tr><th scope="row">${name}</th><td>${show(value, depth + 1, shown)}</td></tr>\n`,
  );
  return html`<table>${rows}</table>${entries.length > some.length ? html`<p class="note">and ${entries.length - some.length} more</p>` : undefined}`;
}

/** The fields of a list of objects, in the order in which they first appear; nothing if there is something else in it. */
function columnsOf(records: readonly Shape[]): string[] | undefined {
  const names = new Set<string>();
  for (const record of records) {
    if (record.kind !== 'object') return undefined;
    for (const [name] of record.entries) names.add(name);
  }
  return names.size === 0 ? undefined : [...names];
}

function scalar(text: string, shown: Shown): Html {
  if (!text.startsWith('"')) return html`<code class="number">${text}</code>`;
  const words = plainText(text);
  const some = words.length > LONGEST_TEXT ? `${words.slice(0, LONGEST_TEXT)}…` : words;
  if (some !== words) shown.cut = true;
  return some.includes('\n') ? html`<pre>${some}</pre>` : html`<span class="text">${some}</span>`;
}

function code(text: string, shown: Shown): Html {
  const some = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  if (some !== text) shown.cut = true;
  return html`<code>${some}</code>`;
}
