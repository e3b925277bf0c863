// The places of a run: caps hold at every height, whoever was refused is told in turn, and who holds a place never waits for one.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Places } from '../../src/run/places.ts';

describe('a step that opens', () => {
  it('runs its first child in its own place', () => {
    const run = new Places(1);
    expect(run.take()).toBe(true);
    const inner = run.within(4);
    expect(inner.take()).toBe(true);
    expect(inner.take()).toBe(false);
    inner.release();
    expect(inner.take()).toBe(true);
  });

  it('runs others in free places, up to its own cap, and gives them back', () => {
    const run = new Places(4);
    run.take();
    const inner = run.within(3);
    expect([inner.take(), inner.take(), inner.take(), inner.take()]).toEqual([true, true, true, false]);
    expect([run.take(), run.take()]).toEqual([true, false]);
    for (let i = 0; i < 3; i++) inner.release();
    expect([run.take(), run.take(), run.take()]).toEqual([true, true, false]);
  });

  it('counts what is in it towards the cap of whatever it is in', () => {
    const run = new Places(10);
    run.take();
    const group = run.within(2);
    group.take();
    const innermost = group.within(5);
    expect([innermost.take(), innermost.take(), innermost.take()]).toEqual([true, true, false]);
    expect(group.take()).toBe(false);
  });

  it('that takes several places has room for a child that takes as many', () => {
    const run = new Places(3);
    run.take(3);
    const inner = run.within(3, 3);
    expect(inner.take(3)).toBe(true);
    expect(inner.take()).toBe(false);
  });
});

it('lets the first child in a step run in what that holds, though it costs more, and counts it as far as it can', () => {
  const run = new Places(2);
  run.take();
  run.take();
  const [first, second] = [run.within(4), run.within(4)];
  expect([first.take(2), second.take(2)]).toEqual([true, true]);
  expect(first.take()).toBe(false);
  second.release(2);
  run.release();
  expect(first.take()).toBe(false);
  first.release(2);
  expect(first.take(2)).toBe(true);
  expect(run.take()).toBe(false);
  first.release(2);
  expect(run.take()).toBe(true);
});

it('lets in what takes more than the cap once nobody else is there', () => {
  const run = new Places(2);
  run.take();
  expect(run.take(5)).toBe(false);
  run.release();
  expect(run.take(5)).toBe(true);
});

it('tells those who were refused, in turn, and serves nobody before them', async () => {
  const run = new Places(2);
  run.take(2);
  const [first, second] = [run.within(1, 0), run.within(1, 0)];
  const told: string[] = [];
  first.onFree = () => told.push(`first ${first.take()}`);
  second.onFree = () => told.push(`second ${second.take()}`);
  expect([first.take(), second.take()]).toEqual([false, false]);
  run.release();
  expect(run.take()).toBe(false);
  await Promise.resolve();
  expect(told).toEqual(['first true']);
  run.release();
  await Promise.resolve();
  expect(told).toEqual(['first true', 'second true']);
});

it('passes over those who wait no more', async () => {
  const run = new Places(1);
  run.take();
  const [gone, waiting] = [run.within(1, 0), run.within(1, 0)];
  let told = 0;
  gone.onFree = () => (told += 100);
  waiting.onFree = () => (told += 1);
  gone.take();
  waiting.take();
  gone.leave();
  run.release();
  await Promise.resolve();
  expect(told).toBe(1);
});

it('tells of a cap that grew', async () => {
  const run = new Places(1);
  let told = 0;
  run.onFree = () => (told += 1);
  run.take();
  run.take();
  run.cap = 2;
  await Promise.resolve();
  expect(told).toBe(1);
  expect(run.take()).toBe(true);
});

/** A tree of steps that open: how many steps of its own each does, and what opens in it. */
interface Opener {
  readonly cap: number;
  readonly leaves: number;
  readonly inside: readonly Opener[];
}

function anyOpener(depth = 3): fc.Arbitrary<Opener> {
  return fc.record({
    cap: fc.integer({ min: 1, max: 4 }),
    leaves: fc.integer({ min: 0, max: 5 }),
    inside: depth === 0 ? fc.constant([]) : fc.array(anyOpener(depth - 1), { maxLength: 3 }),
  });
}

/** Does all that is in it, and then `done`; whatever starts ends when `later` says. */
class Doing {
  static running = 0;
  readonly #places: Places;
  readonly #waiting: (Opener | 'leaf')[];
  readonly #later: (end: () => void) => void;
  readonly #done: () => void;
  #under = 0;
  #isDone = false;

  constructor(opener: Opener, places: Places, later: (end: () => void) => void, done: () => void) {
    this.#places = places;
    this.#later = later;
    this.#done = done;
    this.#waiting = [...opener.inside, ...Array.from({ length: opener.leaves }, () => 'leaf' as const)];
    places.onFree = () => this.goOn();
  }

  goOn(): void {
    while (this.#waiting.length > 0 && this.#places.take()) {
      const next = this.#waiting.pop()!;
      this.#under += 1;
      expect(this.#under).toBeLessThanOrEqual(this.#places.cap);
      const end = (): void => {
        if (next === 'leaf') Doing.running -= 1;
        this.#under -= 1;
        this.#places.release();
        this.goOn();
      };
      if (next === 'leaf') Doing.running += 1;
      if (next === 'leaf') this.#later(end);
      else new Doing(next, this.#places.within(next.cap), this.#later, end).goOn();
    }
    if (this.#waiting.length > 0 || this.#under > 0 || this.#isDone) return;
    this.#isDone = true;
    this.#places.leave();
    this.#done();
  }
}

it('is enough for any tree of steps that open, and never more than the cap run', async () => {
  await fc.assert(
    fc.asyncProperty(anyOpener(), fc.infiniteStream(fc.nat(99)), async (opener, luck) => {
      Doing.running = 0;
      const ends: (() => void)[] = [];
      let isDone = false;
      const cap = Math.min(opener.cap, 3);
      new Doing(
        opener,
        new Places(cap),
        (end) => ends.push(end),
        () => (isDone = true),
      ).goOn();
      for (let turns = 0; ends.length > 0; turns++) {
        expect(turns).toBeLessThan(10_000);
        expect(Doing.running).toBeLessThanOrEqual(cap);
        const [end] = ends.splice((luck.next().value as number) % ends.length, 1);
        end!();
        await Promise.resolve();
        await Promise.resolve();
      }
      expect(isDone).toBe(true);
    }),
    { numRuns: 300 },
  );
});
