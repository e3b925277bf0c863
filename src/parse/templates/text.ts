/** A text with templates in it becomes a Template. */
import { nearest } from '../../model/nearest.ts';
import type { Template } from '../../model/template.ts';
import type { TextValue } from '../document.ts';
import type { Mistakes } from '../mistakes.ts';
import { type Found, type ScanRules, scanTemplates } from './scan.ts';
import type { UseContext, Uses } from './uses.ts';

const NAMES = ['inputs', 'steps', 'vars', 'env', 'run', 'workflow'];
const LOCAL = ['index', 'output'];
const OF_ITEM = ['item', 'index', 'matrix'];
const CALLS = ['json', 'default', 'has', 'size', 'string', 'int', 'double', 'bool'];

/** In a field that is made for templates, every `{{` begins one. */
export function strict({ each }: Pick<UseContext, 'each'>): ScanRules {
  return each === undefined ? STRICT : STRICT_EACH;
}

const STRICT: ScanRules = { dollar: true, isOurs: () => true };
const STRICT_EACH: ScanRules = { dollar: 'each', isOurs: () => true };

/** What begins with none of our names stays as it is: `docker ps --format '{{.Names}}'` was there before us. */
export function lenient(dollar: boolean, context: UseContext): ScanRules {
  const within = [...(context.within === undefined ? [] : LOCAL), ...(context.each === undefined ? [] : OF_ITEM)];
  return {
    dollar: dollar && context.each !== undefined ? 'each' : dollar,
    isOurs(inside) {
      const [, word = '', sign = ''] = /^\s*([A-Za-z_]+)\s*(\S?)/.exec(inside.slice(0, 256)) ?? [];
      if (NAMES.includes(word)) return sign === '.' || sign === '[';
      return within.includes(word) || (CALLS.includes(word) && sign === '(');
    },
  };
}

export interface TextContext {
  readonly uses: Uses;
  readonly mistakes: Mistakes;
}

/** Nothing where the text has no templates, or where one of them is a mistake, which has been told. */
export function readText(
  value: TextValue,
  rules: ScanRules,
  context: UseContext,
  { uses, mistakes }: TextContext,
): Template | undefined {
  const told = mistakes.count;
  const found = findTemplates(value, rules, context, { uses, mistakes });
  if (mistakes.count > told) for (const { expression, at } of found) uses.add(value, expression, at, context);
  if (found.length === 0 || mistakes.count > told) return undefined;
  const take = ({ expression, at }: Found): ReturnType<Uses['add']> => uses.add(value, expression, at, context);
  const [only] = found;
  if (only !== undefined && only.start === 0 && only.end === value.value.length) {
    return { kind: 'expression', expression: take(only) };
  }
  const parts: (string | ReturnType<Uses['add']>)[] = [];
  let copied = 0;
  for (const one of found) {
    if (one.start > copied) parts.push(value.value.slice(copied, one.start));
    parts.push(take(one));
    copied = one.end;
  }
  if (copied < value.value.length) parts.push(value.value.slice(copied));
  return { kind: 'text', parts };
}

export function findTemplates(
  value: TextValue,
  rules: ScanRules,
  context: UseContext,
  { uses, mistakes }: TextContext,
): readonly Found[] {
  if (!value.value.includes('{')) return [];
  const scan = scanTemplates(value.value, rules);
  if (!scan.ok) {
    const begun = value.value.slice(scan.at, scan.at + 24).split('\n', 1)[0]!;
    const closing = begun.startsWith('$') ? '}' : '}}';
    const span = uses.locate(value, begun, scan.at) ?? value.span;
    mistakes.add('bad-expression', span, `Close "${begun}" in ${context.what} with "${closing}"; it never ends`);
  }
  if (rules !== STRICT && rules !== STRICT_EACH) warnOfNearMisses(value, scan.found, context, { uses, mistakes });
  return scan.found;
}

/** `{{ step.x }}` stays as it is, which is seldom meant. */
function warnOfNearMisses(
  value: TextValue,
  found: readonly Found[],
  { what, step, each }: UseContext,
  { uses, mistakes }: TextContext,
): void {
  for (const match of value.value.matchAll(/\{\{\s*([a-z]{3,10})\s*(?:[.[]|\}\})/g)) {
    const [whole, word = ''] = match;
    if (NAMES.includes(word) || found.some(({ start, end }) => match.index >= start && match.index < end)) continue;
    const isAlone = whole.endsWith('}}');
    const names = [...(isAlone ? [] : NAMES), ...(each === undefined ? [] : OF_ITEM)];
    const meant = nearest(word, names);
    const lacksItems = each === undefined && step !== undefined && (word === 'item' || word === 'matrix');
    if (meant === undefined && !lacksItems) continue;
    const why = lacksItems ? `step "${step}" has no "foreach" or "matrix"` : `did you mean "${meant}"?`;
    const message = `"${whole.trim()}" in ${what} is no template and stays as it is; ${why}`;
    mistakes.warn('unread-template', uses.locate(value, whole.trim(), match.index) ?? value.span, message);
  }
}
