/** Says which steps a run would leave out, which it would run, and why. */
import type { CachedFrom } from '../model/event.ts';
import type { Style } from './style.ts';
import { visible } from './visible.ts';
import { causeLines, type ShownCause } from './why.ts';
import { describeCached } from './words.ts';

export type ShownForesight = { readonly step: string } & (
  | { readonly kind: 'cached'; readonly from: CachedFrom }
  | {
      readonly kind: 'runs';
      readonly isTold: boolean;
      readonly earlier?: { readonly run: string; readonly causes: readonly ShownCause[] } | undefined;
    }
  | { readonly kind: 'open'; readonly on: readonly string[] }
  | { readonly kind: 'skipped' }
  | { readonly kind: 'always' }
);

/** Nothing where no step may be cached: then all run. */
export function renderForecast(steps: readonly ShownForesight[], style: Style): string[] {
  if (steps.every(({ kind }) => kind === 'always')) return [];
  const lines = steps.flatMap((foresight) => {
    const name = style.bold(visible(foresight.step));
    switch (foresight.kind) {
      case 'cached':
        return [`  ${name} would not run: ${describeCached(foresight.from)}`];
      case 'open':
        return [`  ${name} runs if ${foresight.on.map((one) => `"${visible(one)}"`).join(' or ')} gives something new`];
      case 'skipped':
        return [`  ${name} would be skipped: what decides it is known already`];
      case 'always':
        return [`  ${name} would run, as each time: nothing says that it may be cached`];
      case 'runs': {
        const { earlier, isTold } = foresight;
        if (isTold) return [`  ${name} would run: it is told to`];
        if (earlier === undefined) return [`  ${name} would run: no earlier run of the workflow has done it`];
        if (earlier.causes.length === 0) {
          return [`  ${name} would run, though nothing is known to differ from ${earlier.run}`];
        }
        return [
          `  ${name} would run: since ${earlier.run} this has changed:`,
          ...causeLines(earlier.causes, '    ', style),
        ];
      }
    }
  });
  return [style.bold('Of what may be cached'), ...lines, ''];
}
