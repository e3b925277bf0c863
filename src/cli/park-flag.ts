/** The flag `--park`: whether a run ends its process when nothing is left to do but wait. */
import type { RunOptions } from '../api.ts';
import type { Arguments, Option } from './options.ts';

export const PARK: Option = {
  name: 'park',
  takes: 'WHEN',
  about: 'End with status 75 once only waiting is left: always, never, auto (people, signals).',
};

const RULES: readonly string[] = ['auto', 'always', 'never'];

/** Why the flag is wrong, as a sentence. */
export function wrongPark(args: Arguments): string | undefined {
  const given = args.value('park');
  return given === undefined || RULES.includes(given)
    ? undefined
    : `The flag "--park" takes auto, always or never, not "${given}"`;
}

/** Absent where the terminal decides. */
export function parkOf(args: Arguments): { readonly park?: NonNullable<RunOptions['park']> } {
  const given = args.value('park');
  return given === undefined ? {} : { park: given as NonNullable<RunOptions['park']> };
}
