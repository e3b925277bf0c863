/** Tells of an action that lacks a field, or has some that do not go together. */
import type { ActionName } from '../../../runners/contract.ts';
import type { Entry, TableValue } from '../document.ts';
import type { Mistakes } from '../mistakes.ts';
import { OF_OPERATIONS, OPERATIONS } from './file-fields.ts';
import { OF_WAYS } from './notify-fields.ts';

export function tellUnfit(action: ActionName, { keySpan, value }: Entry, of: string, mistakes: Mistakes): void {
  // A text alone is all that the action needs.
  if (value.kind !== 'table') return;
  const has = (name: string): boolean => value.entries.has(name);
  const lacks = (what: string): void => mistakes.add('bad-action', keySpan, `Give "${action}" of ${of} ${what}`);
  const alone = (names: readonly string[]): void => {
    const both = names.filter(has);
    if (both.length < 2) return;
    const message = `Give "${action}" of ${of} only one of ${both.map((name) => `"${name}"`).join(' and ')}`;
    mistakes.add('bad-action', value.entries.get(both.at(-1)!)?.keySpan, message);
  };
  switch (action) {
    case 'http':
      if (!has('url')) lacks('a "url"');
      alone(['json', 'form', 'body']);
      return;
    case 'file':
      tellOperation(value, keySpan, of, mistakes);
      return;
    case 'transform':
      if (!has('cel') && !has('pick')) lacks('an expression as "cel", or a path as "pick"');
      if (has('pick') && !has('from'))
        lacks('"from" as well, such as "{{ steps.NAME.output }}": what "pick" picks out of');
      alone(['cel', 'pick']);
      return;
    case 'assert':
      if (!has('that')) lacks('"that": an expression that has to be true');
      return;
    case 'llm':
      if (!has('prompt')) lacks('a "prompt"');
      return;
    case 'notify':
      tellWay(value, keySpan, of, mistakes);
  }
}

function tellWay(table: TableValue, span: Entry['keySpan'], of: string, mistakes: Mistakes): void {
  const has = (name: string): boolean => table.entries.has(name);
  if (has('webhook') === has('mail')) {
    const what = has('mail') ? 'only one of "webhook" and "mail"' : 'a "webhook" or a "mail": who is told';
    mistakes.add('bad-action', span, `Give "notify" of ${of} ${what}`);
    return;
  }
  const way = has('mail') ? 'mail' : 'webhook';
  for (const [name, entry] of table.entries) {
    const known = OF_WAYS.get(name);
    if (known === undefined || known === way) continue;
    mistakes.add('bad-action', entry.keySpan, `Leave "${name}" out of "notify" of ${of}: only a ${known} has one`);
  }
  if (has('text') && has('json')) {
    mistakes.add(
      'bad-action',
      table.entries.get('json')?.keySpan,
      `Give "notify" of ${of} only one of "text" and "json"`,
    );
  }
  if (!has('text') && !has('json')) mistakes.add('bad-action', span, `Give "notify" of ${of} a "text"`);
}

function tellOperation(table: TableValue, span: Entry['keySpan'], of: string, mistakes: Mistakes): void {
  const given = [...table.entries.keys()];
  const operations = OPERATIONS.filter((name) => given.includes(name));
  const [first, second] = operations;
  if (first === undefined) {
    const list = OPERATIONS.map((name) => `"${name}"`).join(', ');
    mistakes.add('bad-action', span, `Give "file" of ${of} one operation with its path: ${list}`);
    return;
  }
  if (second !== undefined) {
    const message = `Give "file" of ${of} one operation: it has ${operations.map((name) => `"${name}"`).join(' and ')}`;
    mistakes.add('bad-action', table.entries.get(second)?.keySpan, message);
    return;
  }
  for (const [name, entry] of table.entries) {
    const known = OF_OPERATIONS.get(name);
    if (known === undefined || known.includes(first)) continue;
    const message = `Leave "${name}" out of "file" of ${of}: "${first}" has none, only ${known.map((one) => `"${one}"`).join(' and ')}`;
    mistakes.add('bad-action', entry.keySpan, message);
  }
  for (const needed of ['to', 'content']) {
    if (!OF_OPERATIONS.get(needed)!.includes(first) || table.entries.has(needed)) continue;
    const what = needed === 'to' ? 'where the file goes' : 'what is written';
    mistakes.add('bad-action', span, `Give "file" of ${of} "${needed}" as well: ${what}`);
  }
}
