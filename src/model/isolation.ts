/** Which of several isolations counts. */
import type { Isolation } from '../../runners/contract.ts';

/** From the loosest to the strictest. */
const ISOLATIONS: readonly Isolation[] = ['thread', 'process', 'os'];

/** Whoever asks for more gets it: a workflow cannot undo what the machine's owner configured, nor a step what its workflow says. */
export function strictest(first: Isolation, ...others: readonly (Isolation | undefined)[]): Isolation {
  return others.reduce<Isolation>((found, other) => (isStricter(other, found) ? other : found), first);
}

function isStricter(one: Isolation | undefined, other: Isolation): one is Isolation {
  return one !== undefined && ISOLATIONS.indexOf(one) > ISOLATIONS.indexOf(other);
}
