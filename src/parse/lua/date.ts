/** Tells a time as C's `strftime` does in its own locale, in UTC as well. */

/** As `os.date("*t")` names them. */
export interface DateParts {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly min: number;
  readonly sec: number;
  /** 1 is Sunday. */
  readonly wday: number;
  /** 1 is the first of January. */
  readonly yday: number;
  readonly isdst: boolean;
}

interface Moment extends DateParts {
  /** Since the epoch. */
  readonly seconds: number;
  /** Minutes east of UTC. */
  readonly offset: number;
  readonly zone: string;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAY_MS = 86_400_000;

/** Nothing where no calendar reaches so far. */
export function dateParts(seconds: number, isUtc: boolean): DateParts | undefined {
  return momentOf(seconds, isUtc);
}

/** The error is what stands there that means nothing. */
export function formatDate(
  format: string,
  seconds: number,
  isUtc: boolean,
): { readonly text: string } | { readonly wrong: string } | undefined {
  const moment = momentOf(seconds, isUtc);
  if (moment === undefined) return undefined;
  let wrong: string | undefined;
  const text = format.replaceAll(/%([EO]?[^])?/g, (whole, letter: string | undefined) => {
    const said = letter === undefined ? undefined : FIELDS[letter.replace(/^[EO](?=.)/, '')]?.(moment);
    if (said === undefined) wrong ??= whole;
    return said ?? '';
  });
  return wrong === undefined ? { text } : { wrong };
}

function momentOf(seconds: number, isUtc: boolean): Moment | undefined {
  const there = new Date(seconds * 1000);
  if (Number.isNaN(there.getTime())) return undefined;
  const offset = isUtc ? 0 : -there.getTimezoneOffset();
  const year = isUtc ? there.getUTCFullYear() : there.getFullYear();
  // What a clock there shows, as if it were UTC; the day is by that clock too.
  const shown = isUtc ? there : new Date(there.getTime() + offset * 60_000);
  const first = new Date(0).setUTCFullYear(year, 0, 1);
  return {
    seconds,
    year,
    month: shown.getUTCMonth() + 1,
    day: shown.getUTCDate(),
    hour: shown.getUTCHours(),
    min: shown.getUTCMinutes(),
    sec: shown.getUTCSeconds(),
    wday: shown.getUTCDay() + 1,
    yday: Math.floor((shown.getTime() - first) / DAY_MS) + 1,
    isdst: !isUtc && offset > usualOffset(year),
    offset,
    zone: isUtc ? 'GMT' : zoneOf(there),
  };
}

/** In winter, on either half of the earth. */
function usualOffset(year: number): number {
  return Math.min(...[0, 6].map((month) => -new Date(year, month, 1).getTimezoneOffset()));
}

function zoneOf(date: Date): string {
  const [, zone = ''] = /\((.*)\)$/.exec(date.toString()) ?? [];
  return zone;
}

const two = (n: number, fill = '0'): string => String(n).padStart(2, fill);
const hour12 = (hour: number): number => ((hour + 11) % 12) + 1;

/** Weeks that begin on that day; the days before the first such day are week 0. */
const week = ({ yday, wday }: Moment, firstDay: number): number =>
  Math.floor((yday + 6 - ((wday - 1 - firstDay + 7) % 7)) / 7);

/** The week of ISO 8601 and the year that it belongs to. */
function isoWeek({ year, yday, wday }: Moment): { readonly year: number; readonly week: number } {
  const thursday = yday + 4 - (wday === 1 ? 7 : wday - 1);
  if (thursday < 1) return { year: year - 1, week: Math.ceil((thursday + daysIn(year - 1)) / 7) };
  if (thursday > daysIn(year)) return { year: year + 1, week: 1 };
  return { year, week: Math.ceil(thursday / 7) };
}

const daysIn = (year: number): number => (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 366 : 365);

const FIELDS: Readonly<Record<string, (at: Moment) => string>> = {
  '%': () => '%',
  n: () => '\n',
  t: () => '\t',
  a: ({ wday }) => DAYS[wday - 1]!.slice(0, 3),
  A: ({ wday }) => DAYS[wday - 1]!,
  b: ({ month }) => MONTHS[month - 1]!.slice(0, 3),
  B: ({ month }) => MONTHS[month - 1]!,
  h: ({ month }) => MONTHS[month - 1]!.slice(0, 3),
  c: (at) => several('a b e T Y', at),
  C: ({ year }) => two(Math.floor(year / 100)),
  d: ({ day }) => two(day),
  D: (at) => several('m/d/y', at),
  e: ({ day }) => two(day, ' '),
  F: (at) => several('Y-m-d', at),
  g: (at) => two(isoWeek(at).year % 100),
  G: (at) => String(isoWeek(at).year),
  H: ({ hour }) => two(hour),
  I: ({ hour }) => two(hour12(hour)),
  j: ({ yday }) => String(yday).padStart(3, '0'),
  k: ({ hour }) => two(hour, ' '),
  l: ({ hour }) => two(hour12(hour), ' '),
  m: ({ month }) => two(month),
  M: ({ min }) => two(min),
  p: ({ hour }) => (hour < 12 ? 'AM' : 'PM'),
  P: ({ hour }) => (hour < 12 ? 'am' : 'pm'),
  r: (at) => several('I:M:S p', at),
  R: (at) => several('H:M', at),
  s: ({ seconds }) => String(seconds),
  S: ({ sec }) => two(sec),
  T: (at) => several('H:M:S', at),
  u: ({ wday }) => String(wday === 1 ? 7 : wday - 1),
  U: (at) => two(week(at, 0)),
  V: (at) => two(isoWeek(at).week),
  w: ({ wday }) => String(wday - 1),
  W: (at) => two(week(at, 1)),
  x: (at) => several('m/d/y', at),
  X: (at) => several('H:M:S', at),
  y: ({ year }) => two(((year % 100) + 100) % 100),
  Y: ({ year }) => String(year),
  z: ({ offset }) => {
    const away = Math.abs(offset);
    return `${offset < 0 ? '-' : '+'}${two(Math.floor(away / 60))}${two(away % 60)}`;
  },
  Z: ({ zone }) => zone,
};

function several(letters: string, at: Moment): string {
  return letters.replaceAll(/[A-Za-z]/g, (letter) => FIELDS[letter]!(at));
}
