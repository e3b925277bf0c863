/** Whose time and random numbers a cached step gets. */
import type { Job } from '../../runners/contract.ts';
import { actsOf } from './permissions.ts';
import type { Step } from './step.ts';

export interface Senses {
  readonly clock: 'key' | 'machine' | 'refused';
  readonly random: 'key' | 'machine' | 'refused';
}

const MACHINE: Senses = { clock: 'machine', random: 'machine' };

/** What comes of an embedded step that may reach nothing depends on its key only, unless it says otherwise. */
export function sensesOf({ deterministic }: Pick<Step, 'deterministic'>, { runtime, grants }: Job): Senses {
  const layers = grants?.layers ?? [];
  if (runtime === 'native' || deterministic === false || actsOf(layers).length > 0) return MACHINE;
  const of = (sense: 'clock' | 'random'): Senses['clock'] =>
    layers.some((layer) => layer[sense] === false)
      ? 'refused'
      : layers.some((layer) => layer[sense] === true)
        ? 'machine'
        : 'key';
  return { clock: of('clock'), random: of('random') };
}

/** As a person reads it. */
export function describeSenses({ clock, random }: Senses): string {
  const words = { key: 'of the key', machine: 'of the machine', refused: 'refused' } as const;
  return clock === random ? words[clock] : `time ${words[clock]}, random numbers ${words[random]}`;
}

/** The beginning of the year 2000. */
const FROZEN_AT = Date.UTC(2000, 0);

/** The job as it is to run under a key. */
export function withSenses(step: Pick<Step, 'deterministic'>, job: Job, key: Uint8Array | undefined): Job {
  if (key === undefined) return job;
  const { clock, random } = sensesOf(step, job);
  return {
    ...job,
    ...(clock === 'key' && { clock: { kind: 'frozen' as const, at: FROZEN_AT } }),
    ...(random === 'key' && { random: { kind: 'seeded' as const, seed: Uint8Array.from(key) } }),
  };
}
