// The time in Lua workflow files: as the machine's own `date` tells it, in UTC and in zones with summer time.
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { dateParts, formatDate } from '../../src/parse/lua/date.ts';

const FORMAT =
  '%a %A %b %B %c %C %d %D %e %F %g %G %H %I %j %k %l %m %M %p %r %R %s %S %T %u %U %V %w %W %x %X %y %Y %z %%';
/** What the GNU tool adds to these is left out. */
const reference = (seconds: number): string =>
  execFileSync('date', ['-u', '-d', `@${seconds}`, `+${FORMAT}`], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', PATH: process.env['PATH'] },
  }).trimEnd();

it('is that of C in UTC', () => {
  const times = fc.integer({ min: -2_000_000_000, max: 4_000_000_000 });
  fc.assert(
    fc.property(times, (seconds) => {
      expect(formatDate(FORMAT, seconds, true)).toEqual({ text: reference(seconds) });
    }),
    { numRuns: 40, examples: [[0], [1_709_164_800], [1_735_603_200], [1_104_537_600], [-1]] },
  );
});

it('has the fields of a table, the day of the year among them', () => {
  expect(dateParts(1_709_251_199, true)).toEqual(
    expect.objectContaining({ year: 2024, month: 2, day: 29, hour: 23, wday: 5, yday: 60 }),
  );
  expect(dateParts(1e15, true)).toBeUndefined();
});

it('is that of the machine without the mark', () => {
  const now = new Date(2026, 6, 1, 3, 4, 5);
  expect(formatDate('%Y-%m-%d %H:%M:%S', now.getTime() / 1000, false)).toEqual({ text: '2026-07-01 03:04:05' });
});

it('tells of a conversion that there is not', () => {
  expect(formatDate('%Y %Q', 0, true)).toEqual({ wrong: '%Q' });
  expect(formatDate('%', 0, true)).toEqual({ wrong: '%' });
  expect(formatDate('%Ey %Od', 0, true)).toEqual({ text: '70 01' });
});
