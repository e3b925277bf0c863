// The time and random numbers, where a step is not to have them: every way to ask gives it neither, and gives the same each time.
import { describe, expect, test } from 'vitest';
import type { Clock, Job, Language, LoadRunner, Randomness } from '../../runners/contract.ts';
import { load as loadJavaScript } from '../../runners/javascript/index.ts';
import { load as loadLua } from '../../runners/lua/index.ts';
import { load as loadPython } from '../../runners/python/index.ts';
import { embedded, type Run } from '../runners/contract/embedded.ts';

type Embedded = Extract<Language, 'lua' | 'javascript' | 'python'>;

const LOADERS: Readonly<Record<Embedded, LoadRunner>> = {
  lua: loadLua,
  javascript: loadJavaScript,
  python: loadPython,
};

/** Each gives milliseconds, or what holds them as digits of seconds. */
const TIMES: Readonly<Record<Embedded, readonly string[]>> = {
  lua: [
    'os.time() * 1000',
    'os.time(os.date("*t")) * 1000',
    'os.time(os.date("!*t", nil)) * 1000',
    'load("return os.time()")() * 1000',
  ],
  javascript: [
    'Date.now()',
    'new Date().getTime()',
    'Date.parse(Date())',
    'Reflect.construct(Date, []).getTime()',
    'new (class extends Date {})().getTime()',
    'Date.prototype.constructor.now()',
    'Object.getPrototypeOf(new Date(0)).constructor.now()',
    'structuredClone(new Date(0)).constructor.now()',
    'new Function("return Date.now()")()',
    '(0, eval)("Date").now()',
    'Reflect.apply(Date.now, undefined, [])',
    'new Promise((done) => setTimeout(() => done(Date.now()), 1))',
  ],
  python: [
    'import time; found = time.time() * 1000',
    'import time; found = time.time_ns() / 1e6',
    'import time; found = time.clock_gettime(time.CLOCK_REALTIME) * 1000',
    'import time; found = time.mktime(time.localtime()) * 1000',
    'import time; found = time.mktime(time.strptime(time.ctime())) * 1000',
    'import datetime; found = datetime.datetime.now().timestamp() * 1000',
    'import datetime; found = datetime.datetime.now(datetime.timezone.utc).timestamp() * 1000',
    'import datetime; found = datetime.datetime.fromordinal(datetime.date.today().toordinal()).timestamp() * 1000',
    'import os; open("/tmp/a", "w").close(); found = os.stat("/tmp/a").st_mtime * 1000',
    'import os; open("/tmp/a", "w").close(); os.utime("/tmp/a"); found = os.stat("/tmp/a").st_atime * 1000',
    'import os; os.mkdir("/tmp/d"); found = os.stat("/tmp/d").st_ctime * 1000',
    'import os; os.symlink("/x", "/tmp/l"); found = os.lstat("/tmp/l").st_mtime * 1000',
    'import os; open("/dev/null", "w").write("x"); found = os.stat("/dev/null").st_mtime * 1000',
    'import os; found = os.fstat(os.pipe()[0]).st_mtime * 1000',
    'import os; found = os.stat("/").st_mtime * 1000',
    'import gzip; found = int.from_bytes(gzip.compress(b"x", mtime=None)[4:8], "little") * 1000',
    'import logging; found = logging.LogRecord("a", 1, "", 1, "", (), None).created * 1000',
    'import email.utils; found = email.utils.parsedate_to_datetime(email.utils.formatdate()).timestamp() * 1000',
    'import uuid; found = (uuid.uuid1().time - 0x01b21dd213814000) / 1e4',
    'import sqlite3; found = int(sqlite3.connect(":memory:").execute("select strftime(\'%s\', \'now\')").fetchone()[0]) * 1000',
    'import importlib.util, time; found = time._hwfe if hasattr(time, "_hwfe") else importlib.reload(time).time() * 1000',
    'import posix, os; found = os.stat_result(posix.fstat(1)).st_mtime * 1000',
  ],
};

/** Each gives something that differs from one time to the next where chance has a part in it. */
const CHANCES: Readonly<Record<Embedded, readonly string[]>> = {
  lua: [
    'math.random()',
    'math.random(0)',
    'load("return math.random(1 << 60)")()',
    '(function() math.randomseed() return math.random() end)()',
  ],
  javascript: [
    'Math.random()',
    'crypto.randomUUID()',
    '[...crypto.getRandomValues(new Uint8Array(8))].join()',
    'Reflect.get(Math, "random")()',
    'new Function("return Math.random()")()',
    'Object.getPrototypeOf(crypto).randomUUID?.call(crypto) ?? crypto.randomUUID()',
  ],
  python: [
    'import random; found = random.random()',
    'import random; found = random.Random().random()',
    'import random; found = random.SystemRandom().random()',
    'import random; random.seed(); found = random.random()',
    'import _random; found = _random.Random().random()',
    'import os; found = os.urandom(8).hex()',
    'import secrets; found = secrets.token_hex(8)',
    'import uuid; found = str(uuid.uuid4())',
    'import tempfile; found = tempfile.mkdtemp()',
    'found = open("/dev/urandom", "rb").read(8).hex()',
    'found = open("/dev/random", "rb").read(8).hex()',
    'import sqlite3; found = sqlite3.connect(":memory:").execute("select random()").fetchone()[0]',
    'import importlib, random; found = importlib.reload(random).random()',
  ],
};

/** What differs from one process to the next, if not from one step to the next. */
const ORDERS: Readonly<Record<Embedded, readonly string[]>> = {
  lua: [
    'tostring({})',
    '(function() local s = "" for k in pairs({ a = 1, b = 2, c = 3, dd = 4, ee = 5 }) do s = s .. k end return s end)()',
  ],
  javascript: [],
  python: ['found = list({"a", "b", "c", "dd", "ee", "ff"})', 'found = hash("a")', 'found = repr(object())'],
};

const CODE: Readonly<Record<Embedded, (way: string) => string>> = {
  lua: (way) => `function run() return ${way} end`,
  javascript: (way) => `async function run() { return await (${way}) }`,
  python: (way) => `def run():\n    ${way}\n    return found`,
};

const REFUSED = { clock: { kind: 'refused', by: 'step' }, random: { kind: 'refused', by: 'step' } } as const;
const STEADY: { clock: Clock; random: Randomness } = {
  clock: { kind: 'frozen', at: Date.UTC(2001, 1, 3, 4, 5, 6) },
  random: { kind: 'seeded', seed: Buffer.from('a key of 32 bytes, more or less.') },
};

const DAY = 86_400_000;

function isNow(shown: unknown): boolean {
  return typeof shown === 'string' && Math.abs(Number(shown) - Date.now()) < 2 * DAY;
}

describe.each(['lua', 'javascript', 'python'] as const)('in %s', (language) => {
  const run = embedded(language, LOADERS[language]);
  const ended = async (way: string, given: Pick<Job, 'clock' | 'random'>, runner: Run = run) =>
    runner(CODE[language](way), given);

  describe.each(TIMES[language])('%s', (way) => {
    test('tells the time where nothing is said', { tags: 'control' }, async () => {
      const { shown } = await ended(way, {});
      expect(isNow(shown), String(shown)).toBe(true);
    });

    test('does not tell it where the clock is refused', { tags: 'attack' }, async () => {
      const { outcome, shown } = await ended(way, REFUSED);
      expect(isNow(shown), String(shown)).toBe(false);
      if (!outcome.ok) expect(shown).toMatchObject({ reason: 'not-granted', grant: 'permissions = { clock = true }' });
    });

    test('tells a time that stands still', { tags: 'attack' }, async () => {
      const [first, second] = [await ended(way, STEADY), await ended(way, STEADY)];
      expect(first.outcome.ok, JSON.stringify(first.shown)).toBe(true);
      expect(second.shown).toBe(first.shown);
      expect(Math.abs(Number(first.shown) - Date.UTC(2001, 1, 3, 4, 5, 6))).toBeLessThan(DAY);
    });
  });

  describe.each(CHANCES[language])('%s', (way) => {
    test('differs each time where nothing is said', { tags: 'control' }, async () => {
      const [first, second] = [await ended(way, {}), await ended(way, {})];
      expect(first.outcome.ok, JSON.stringify(first.shown)).toBe(true);
      expect(second.shown).not.toBe(first.shown);
    });

    test('is no chance where random numbers are refused', { tags: 'attack' }, async () => {
      const [first, second] = [await ended(way, REFUSED), await ended(way, REFUSED)];
      expect(second.shown).toEqual(first.shown);
      if (!first.outcome.ok) expect(first.shown).toMatchObject({ reason: 'not-granted' });
    });
  });

  test.each([...CHANCES[language], ...ORDERS[language]])(
    '%s is the same for the same seed, also in another interpreter',
    { tags: 'attack' },
    async (way) => {
      const first = await ended(way, STEADY);
      await ended(way, {});
      const second = await ended(way, STEADY);
      const third = await ended(way, STEADY, other());
      expect(first.outcome.ok, JSON.stringify(first.shown)).toBe(true);
      expect([second.shown, third.shown]).toEqual([first.shown, first.shown]);
    },
  );

  let another: Run | undefined;
  function other(): Run {
    another ??= embedded(language, LOADERS[language]);
    return another;
  }
});
