/** All that does not fit, in one sentence for what has alternatives. */
import type { PlainValue } from '../model/input.ts';
import { type Misfit, sentenceFor } from './sentences.ts';

/** What is said of a part says more than what is said of the whole, which only names it. */
const OF_WHOLES: ReadonlySet<string> = new Set(
  'properties patternProperties additionalProperties unevaluatedProperties items prefixItems allOf $ref if'.split(' '),
);
const HAS_ALTERNATIVES: ReadonlySet<string> = new Set(['anyOf', 'oneOf']);

/** In the order of the form, each once. A whole comes before its parts. */
export function sentencesFor(misfits: readonly Misfit[], form: PlainValue, values: PlainValue): string[] {
  const parts: string[] = [];
  const wholes: string[] = [];
  for (let at = 0; at < misfits.length; at++) {
    const misfit = misfits[at]!;
    if (HAS_ALTERNATIVES.has(misfit.keyword)) {
      const inside = partsBehind(misfits, at);
      parts.push(ofAlternatives(misfit, inside, form, values));
      at += inside.length;
    } else (OF_WHOLES.has(misfit.keyword) ? wholes : parts).push(sentenceFor(misfit, form, values));
  }
  return [...new Set(parts.length > 0 ? parts : wholes)];
}

function partsBehind(misfits: readonly Misfit[], at: number): readonly Misfit[] {
  const begin = `${misfits[at]!.keywordLocation}/`;
  const end = misfits.findIndex((one, index) => index > at && !one.keywordLocation.startsWith(begin));
  return misfits.slice(at + 1, end === -1 ? misfits.length : end);
}

function ofAlternatives(whole: Misfit, inside: readonly Misfit[], form: PlainValue, values: PlainValue): string {
  const fitting = /\((\d+) matches\)/.exec(whole.error)?.[1];
  if (inside.length === 0 || (fitting !== undefined && fitting !== '0')) return sentenceFor(whole, form, values);
  const alternatives = new Map<string, Misfit[]>();
  for (const misfit of inside) {
    const index = misfit.keywordLocation.slice(whole.keywordLocation.length + 1).split('/', 1)[0]!;
    alternatives.set(index, [...(alternatives.get(index) ?? []), misfit]);
  }
  const told = [...alternatives.values()].map((one) => sentencesFor(one, form, values));
  return inOne(told.map((sentences) => sentences.join(' and ')));
}

const TAKES = /^(".*?"|The answer) takes (.*?)(, not .*)?$/s;

/** `"amount" takes text or a number, not true`, where all are of one kind. */
function inOne(alternatives: readonly string[]): string {
  const different = [...new Set(alternatives)];
  const taken = different.map((one) => TAKES.exec(one));
  const [first] = taken;
  const isAlike = taken.every((one) => one?.[1] === first?.[1] && one?.[3] === first?.[3]);
  if (first === undefined || first === null || !isAlike) return different.join(', or ');
  return `${first[1]} takes ${taken.map((one) => one![2]).join(', or ')}${first[3] ?? ''}`;
}
