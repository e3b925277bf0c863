// Runs families of attacks: none reaches anything, each leaves its thread fit for honest work, each would work elsewhere.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StepDefinition } from '../../../src/parse/step-definition.ts';
import type { Attack, Family } from './attack.ts';
import { type Attempt, Target } from './target.ts';

/** Run after each attack, in the thread where it was. */
export interface Honest {
  readonly step: StepDefinition;
  /** Its output's text. */
  readonly output: string;
}

export function describeBattery(families: readonly Family[], honest: Honest): void {
  let target: Target;
  beforeAll(async () => {
    target = await Target.open();
  });
  afterAll(() => target.close());

  for (const family of families) {
    describe(family.name, () => {
      test.for(family.attacks.map((attack) => [attack.name, attack] as const))(
        '%s',
        { tags: 'attack' },
        async ([, attack]) => {
          expectHarmless(target, attack, await target.attack(attack));
          const after = await target.run({ step: honest.step });
          expect(after.output ?? after.shown).toBe(honest.output);
        },
      );

      test.for(
        family.attacks.flatMap(({ name, control }) => ('proof' in control ? [[name, control.proof] as const] : [])),
      )('without what stops it, this works: %s', { tags: 'control' }, async ([, proof]) => {
        const { canaries } = target;
        canaries.reset();
        const shown = await proof(canaries.aims);
        expect(canaries.breaches(shown), shown).not.toEqual([]);
      });

      test('every attack has a control, or says why not', () => {
        const proven = family.attacks.filter(({ control }) => 'proof' in control).map(({ name }) => name);
        for (const { name, control } of family.attacks) {
          if ('like' in control) expect(proven, name).toContain(control.like);
          if ('none' in control) expect(control.none.length, name).toBeGreaterThan(20);
        }
        expect(new Set(family.attacks.map(({ name }) => name)).size).toBe(family.attacks.length);
      });
    });
  }
}

function expectHarmless(target: Target, attack: Attack, attempt: Attempt): void {
  const { output, failure, shown } = attempt;
  expect(target.canaries.breaches(shown, output ?? ''), shown.slice(0, 2000)).toEqual([]);
  expect(shown).not.toContain('Internal error');
  if (attack.ends === 'output') expect(failure).toBeUndefined();
  else if (attack.ends !== undefined) expect(attack.ends, shown.slice(0, 2000)).toContain(failure?.reason);
  else expect(failure?.reason).not.toBe('thread-lost');
  if (attack.output !== undefined) expect(output ?? shown).toBe(attack.output);
}
