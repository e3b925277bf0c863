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

/** Gathers which steps inside one have been told of. */
export class ToldInside {
  readonly #own: string;
  #names = new Set<string>();

  /** `own` is the name of the step in the whole run. */
  constructor(own: string) {
    this.#own = own;
  }

  hearing(tell: (happening: Happening) => void): (happening: Happening) => void {
    return (happening) => {
      if ('step' in happening && happening.step !== undefined && happening.step !== this.#own)
        this.#names.add(happening.step);
      tell(happening);
    };
  }

  /** Their names, and forgets them. */
  take(): readonly string[] {
    const names = [...this.#names];
    this.#names = new Set();
    return names;
  }
}
