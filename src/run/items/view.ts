/** What one item of a step has of its own: what templates see of it, what it is called, where it tells what happens. */
import type { EncodedValue } from '../../../runners/contract.ts';
import { celValue } from '../../expressions/values.ts';
import { MatrixView } from '../../expressions/views.ts';
import type { Happening } from '../../model/event.ts';
import type { Foreach } from '../../model/foreach.ts';
import { waitsInItems } from '../../model/host-work.ts';
import type { Step } from '../../model/step.ts';
import type { Places } from '../places.ts';
import type { Local } from '../scope.ts';
import type { ItemList } from './list.ts';

export interface ItemView {
  readonly local: Local;
  /** What stands for itself, as it came. */
  readonly raw: ReadonlyMap<string, EncodedValue>;
  /** The step's name with the item's number. */
  readonly name: string;
  readonly attempt: number;
  /** Whether it is what it was in an earlier part of the run, where that had it. */
  readonly isSame: boolean;
  /** Of all items; this one has taken one of them. */
  readonly places: Places;
  readonly tell: (happening: Happening) => void;
}

/** What all items of a step have. */
interface ItemSurroundings extends Pick<ItemView, 'places' | 'tell'> {
  readonly list: ItemList;
  readonly isSame: (index: number) => boolean;
}

/** Of each item, at the attempt of that number. */
export function viewsOf(
  step: Step & { readonly foreach: Foreach },
  { list, places, isSame, tell }: ItemSurroundings,
): (index: number, attempt: number) => ItemView {
  const { name, foreach } = step;
  // Each is answered by itself, and has a record of its own.
  const isTold = waitsInItems(step);
  const hasMatrix = foreach.over.kind === 'matrix' || foreach.over.kind === 'computed-matrix';
  return (index, attempt) => {
    const text = list.at(index);
    const number = Buffer.from(String(index));
    const own = `${name}[${index}]`;
    let item: unknown;
    const local = {
      get item() {
        return (item ??= celValue(text));
      },
      index: BigInt(index),
      ...(hasMatrix && { matrix: undefined }),
    };
    if (hasMatrix) {
      const isKnown = foreach.over.kind === 'matrix';
      const matrix = (): unknown => (isKnown ? new MatrixView(local.item as Map<string, unknown>) : local.item);
      Object.defineProperty(local, 'matrix', { get: matrix, enumerable: true, configurable: true });
    }
    const raw = new Map([['item', text], ['index', number], ...(hasMatrix ? [['matrix', text] as const] : [])]);
    return {
      local,
      raw,
      name: own,
      attempt,
      places,
      isSame: isSame(index),
      tell: isTold ? tell : (happening) => tellOf(name, own, index, happening, tell),
    };
  };
}

/** That an item begins and ends is told with many others; what it says is told as the step's. */
function tellOf(
  step: string,
  own: string,
  item: number,
  happening: Happening,
  tell: (happening: Happening) => void,
): void {
  if (!('step' in happening) || happening.step !== own) {
    tell(happening);
    return;
  }
  switch (happening.kind) {
    case 'step-printed':
    case 'step-warned':
    case 'step-retrying':
    case 'step-looping':
      tell({ ...happening, step, item });
      return;
    default:
  }
}
