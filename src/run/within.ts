/** What happens inside a step, as it is told of the whole run. */
import type { Happening, SkipReason } from '../model/event.ts';
import { nameWithin } from '../model/nested.ts';

/** Nothing for what only the steps inside are concerned with. */
export function toldWithin(outer: string, happening: Happening): Happening | undefined {
  if (!('step' in happening)) return undefined;
  const step = nameWithin(outer, happening.step);
  switch (happening.kind) {
    case 'step-skipped':
      return { ...happening, step, because: reasonWithin(outer, happening.because) };
    case 'step-failed': {
      const { fallback } = happening;
      return { ...happening, step, ...(fallback !== undefined && { fallback: nameWithin(outer, fallback) }) };
    }
    default:
      return { ...happening, step };
  }
}

function reasonWithin(outer: string, because: SkipReason): SkipReason {
  return 'step' in because && because.kind !== 'race' ? { ...because, step: nameWithin(outer, because.step) } : because;
}
