/** Time that stands still goes on as a step sleeps and asks, in every language, and equal seeds give equal numbers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clockFor } from '../../../runners/grants/clock.ts';
import { randomFor } from '../../../runners/grants/random.ts';
import { load as loadJavaScript } from '../../../runners/javascript/index.ts';
import { load as loadLua } from '../../../runners/lua/index.ts';
import { load as loadPython } from '../../../runners/python/index.ts';
import { embedded } from '../contract/embedded.ts';

const frozen = { clock: { kind: 'frozen', at: 1_000_000_000_000 } } as const;

test('a frozen clock never goes back, and stands where it began but for what it was asked and slept', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constant('ask' as const), fc.nat(100_000))), (acts) => {
      const clock = clockFor(frozen.clock);
      let last = clock.monotonic();
      let slept = 0;
      for (const act of acts) {
        if (act === 'ask') {
          const now = clock.monotonic();
          expect(now).toBeGreaterThan(last);
          last = now;
        } else {
          clock.slept(act);
          slept += act;
        }
      }
      expect(clock.wall() - frozen.clock.at).toBeGreaterThanOrEqual(slept);
      expect(clock.wall() - frozen.clock.at).toBeLessThan(slept + 1 + acts.length / 100);
    }),
  );
});

test('equal seeds give equal bytes, whatever the pieces; others give others', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (seed) => {
      const bytes = (from: Uint8Array): string => {
        const filled = new Uint8Array(32);
        randomFor({ kind: 'seeded', seed: from }).fill(filled);
        return Buffer.from(filled).toString('hex');
      };
      expect(bytes(seed)).toBe(bytes(Uint8Array.from(seed)));
      const other = Uint8Array.from(seed);
      other[other.length - 1]! ^= 1;
      expect(bytes(other)).not.toBe(bytes(seed));
    }),
  );
});

test('no byte of a seeded source is rarer than chance has it', () => {
  const bytes = new Uint8Array(256 * 1000);
  randomFor({ kind: 'seeded', seed: new Uint8Array(32) }).fill(bytes);
  const counts = new Uint32Array(256);
  for (const byte of bytes) counts[byte]! += 1;
  expect(Math.min(...counts)).toBeGreaterThan(850);
  expect(Math.max(...counts)).toBeLessThan(1150);
});

describe('with a frozen clock', () => {
  test('JavaScript timers fire in their order, and the time has gone on by them', async () => {
    const code = `async function run() {
      const order = [], begun = Date.now();
      const wait = (ms) => new Promise((done) => setTimeout(() => { order.push(ms); done(); }, ms));
      await Promise.all([wait(30), wait(10), wait(20)]);
      return { order, took: Date.now() - begun };
    }`;
    const { shown } = await embedded('javascript', loadJavaScript)(code, frozen);
    expect(shown).toBe('{"order":[10,20,30],"took":30}');
  });

  test('Lua loops that wait for the clock end', async () => {
    const code = 'function run() local t = os.clock() + 0.5 while os.clock() < t do end return os.time() end';
    const { shown } = await embedded('lua', loadLua)(code, frozen);
    expect(shown).toBe('1000000000');
  });

  test('Python sleeps and measures what it has slept', async () => {
    const code = `
import asyncio, time
async def run():
    begun = time.monotonic()
    time.sleep(0.02)
    await asyncio.sleep(0.03)
    return [round(time.monotonic() - begun, 2), round(time.time() - 1e9, 2)]`;
    const { shown } = await embedded('python', loadPython)(code, frozen);
    expect(shown).toBe('[0.05,0.05]');
  });
});

describe('what only reckons with a given time or seed is not refused', () => {
  const refused = { clock: { kind: 'refused', by: 'step' }, random: { kind: 'refused', by: 'step' } } as const;

  test('in Lua', async () => {
    const code =
      'function run() math.randomseed(7) return { os.date("!%Y-%m-%d", 86400), os.time({ year = 2000, month = 1, day = 2 }) > 0, math.random(10) <= 10 } end';
    expect((await embedded('lua', loadLua)(code, refused)).shown).toBe('["1970-01-02",true,true]');
  });

  test('in JavaScript', async () => {
    const code = `async function run() {
      await new Promise((done) => setTimeout(done, 5));
      return [new Date(86_400_000).toISOString(), new Date(2000, 1).getFullYear(), Date.UTC(1970, 0), new Date(0) instanceof Date];
    }`;
    expect((await embedded('javascript', loadJavaScript)(code, refused)).shown).toBe(
      '["1970-01-02T00:00:00.000Z",2000,0,true]',
    );
  });

  test('in Python', async () => {
    const code = `
import asyncio, datetime, random, tempfile, time
async def run():
    await asyncio.sleep(0.005)
    random.seed(7)
    first = random.random()
    random.seed(7)
    with tempfile.TemporaryDirectory() as directory: open(directory + "/a", "w").close()
    return [first == random.random(), datetime.date(2000, 1, 2).isoformat(), time.strftime("%Y", time.gmtime(0))]`;
    expect((await embedded('python', loadPython)(code, refused)).shown).toBe('[true,"2000-01-02","1970"]');
  });
});
