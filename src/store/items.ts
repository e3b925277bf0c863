/** What the items of a step had given when its run ended. */
import type { EncodedValue } from '../../runners/contract.ts';
import { pieces } from '../../runners/value.ts';
import type { PastRun } from '../model/history.ts';
import type { KeptItems } from '../model/items.ts';
import type { History } from './history.ts';

/** Nothing where the step was never split into items, or what these were is damaged; `isWhole` tells of each output whether it still stands. */
export function pastItems(
  history: History,
  run: PastRun,
  step: string,
  isWhole: (output: EncodedValue) => boolean,
): KeptItems | undefined {
  let items: EncodedValue | undefined;
  let outputs = new Map<number, EncodedValue>();
  for (const event of history.itemEvents(run, step)) {
    if (event.kind === 'step-split') {
      items = history.value(event.items);
      // Those of an earlier part of the run that were not kept then were given something else.
      const kept = (event.kept ?? []).flatMap(([first, last]) => numbers(first, last));
      const before = outputs;
      outputs = new Map(kept.flatMap((index) => (before.has(index) ? [[index, before.get(index)!] as const] : [])));
      continue;
    }
    const values = event.outputs && history.value(event.outputs);
    const texts = values && pieces(values);
    if (texts === undefined) continue;
    for (const [place, index] of (event.succeeded ?? []).entries()) {
      const output = texts.at(place);
      if (isWhole(output)) outputs.set(index, output);
    }
  }
  return items && { items, outputs };
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
