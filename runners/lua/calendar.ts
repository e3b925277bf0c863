/** The calendar half of the C library that Lua's `os.date` and `os.time` call, on the host's clock and time zone. */
import type { LuaApi } from './api.ts';

/** Offsets, in 32-bit words, of the fields of `struct tm`. */
const TM = {
  second: 0,
  minute: 1,
  hour: 2,
  day: 3,
  month: 4,
  year: 5,
  weekday: 6,
  yearday: 7,
  dst: 8,
  offset: 9,
} as const;

const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** The imports, given a way to the instance, which does not exist yet when they are made. */
export function calendar(api: () => LuaApi): Record<string, (...args: never[]) => unknown> {
  const fields = (pointer: number): Int32Array => new Int32Array(api().memory.buffer, pointer, 10);
  return {
    _gmtime_js: (seconds: bigint, pointer: number) => writeFar(writeUtc, fields(pointer), seconds),
    _localtime_js: (seconds: bigint, pointer: number) => writeFar(writeLocal, fields(pointer), seconds),
    _mktime_js: (pointer: number) => normalise(fields(pointer)),
    _tzset_js: () => {},
    strftime: (target: number, room: number, format: number, pointer: number) => {
      const bytes = new Uint8Array(api().memory.buffer);
      const pattern = Buffer.from(bytes.subarray(format, bytes.indexOf(0, format))).toString('utf8');
      const text = Buffer.from(formatTime(pattern, fields(pointer)));
      if (text.length + 1 > room) return 0;
      bytes.set(text, target);
      bytes[target + text.length] = 0;
      return text.length;
    },
  };
}

/** In so many years, days and weekdays repeat: what lies beyond the dates of JavaScript is looked up within them. */
const CYCLE_YEARS = 400;
const CYCLE_SECONDS = 12_622_780_800n;
const LAST_YEAR = 2n ** 31n - 1n;
const FIRST_YEAR = -(2n ** 31n);

function writeFar(write: (tm: Int32Array, date: Date) => void, tm: Int32Array, seconds: bigint): void {
  const cycles = seconds / CYCLE_SECONDS;
  write(tm, new Date(Number(seconds % CYCLE_SECONDS) * 1000));
  addYears(tm, cycles * BigInt(CYCLE_YEARS));
}

/** Beyond the years of C there is only the last one: its library has no way here to say so. */
function addYears(tm: Int32Array, years: bigint): void {
  const year = BigInt(tm[TM.year]!) + years;
  tm[TM.year] = Number(year > LAST_YEAR ? LAST_YEAR : year < FIRST_YEAR ? FIRST_YEAR : year);
}

function writeUtc(tm: Int32Array, date: Date): void {
  const yearday = Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000);
  tm[TM.second] = date.getUTCSeconds();
  tm[TM.minute] = date.getUTCMinutes();
  tm[TM.hour] = date.getUTCHours();
  tm[TM.day] = date.getUTCDate();
  tm[TM.month] = date.getUTCMonth();
  tm[TM.year] = date.getUTCFullYear() - 1900;
  tm[TM.weekday] = date.getUTCDay();
  tm[TM.yearday] = yearday;
  tm[TM.dst] = 0;
  tm[TM.offset] = 0;
}

function writeLocal(tm: Int32Array, date: Date): void {
  const offset = date.getTimezoneOffset();
  writeUtc(tm, new Date(date.getTime() - offset * 60_000));
  tm[TM.dst] = isSummer(date) ? 1 : 0;
  tm[TM.offset] = -60 * offset;
}

function isSummer(date: Date): boolean {
  const winter = new Date(date.getFullYear(), 0, 1).getTimezoneOffset();
  const summer = new Date(date.getFullYear(), 6, 1).getTimezoneOffset();
  return winter !== summer && date.getTimezoneOffset() === Math.min(winter, summer);
}

/** `mktime`: fields out of range are carried over, and the seconds since the epoch come back. */
function normalise(tm: Int32Array): bigint {
  const date = new Date(2000, 0, 1);
  const cycles = Math.trunc(tm[TM.year]! / CYCLE_YEARS);
  date.setFullYear(tm[TM.year]! - cycles * CYCLE_YEARS + 1900, tm[TM.month]!, tm[TM.day]!);
  date.setHours(tm[TM.hour]!, tm[TM.minute]!, tm[TM.second]!, 0);
  if (Number.isNaN(date.getTime())) return -1n;
  writeLocal(tm, date);
  addYears(tm, BigInt(cycles * CYCLE_YEARS));
  return BigInt(Math.floor(date.getTime() / 1000)) + BigInt(cycles) * CYCLE_SECONDS;
}

function formatTime(pattern: string, tm: Int32Array): string {
  return pattern.replaceAll(/%[EO]?(.)/gs, (whole, letter: string) => conversion(letter, tm) ?? whole);
}

/** One conversion of C99's `strftime` in the C locale. */
function conversion(letter: string, tm: Int32Array): string | undefined {
  const year = tm[TM.year]! + 1900;
  const hour = tm[TM.hour]!;
  const weekday = tm[TM.weekday]!;
  const monday = (weekday + 6) % 7;
  const yearday = tm[TM.yearday]!;
  const two = (n: number, fill = '0'): string => String(n).padStart(2, fill);
  switch (letter) {
    case 'a':
      return WEEKDAYS[weekday]!.slice(0, 3);
    case 'A':
      return WEEKDAYS[weekday]!;
    case 'b':
    case 'h':
      return MONTHS[tm[TM.month]!]!.slice(0, 3);
    case 'B':
      return MONTHS[tm[TM.month]!]!;
    case 'c':
      return formatTime('%a %b %e %H:%M:%S %Y', tm);
    case 'C':
      return two(Math.floor(year / 100));
    case 'd':
      return two(tm[TM.day]!);
    case 'D':
    case 'x':
      return formatTime('%m/%d/%y', tm);
    case 'e':
      return two(tm[TM.day]!, ' ');
    case 'F':
      return formatTime('%Y-%m-%d', tm);
    case 'g':
      return two(isoWeek(tm).year % 100);
    case 'G':
      return String(isoWeek(tm).year);
    case 'H':
      return two(hour);
    case 'I':
      return two(hour % 12 || 12);
    case 'j':
      return String(yearday + 1).padStart(3, '0');
    case 'm':
      return two(tm[TM.month]! + 1);
    case 'M':
      return two(tm[TM.minute]!);
    case 'n':
      return '\n';
    case 'p':
      return hour < 12 ? 'AM' : 'PM';
    case 'r':
      return formatTime('%I:%M:%S %p', tm);
    case 'R':
      return formatTime('%H:%M', tm);
    case 'S':
      return two(tm[TM.second]!);
    case 't':
      return '\t';
    case 'T':
    case 'X':
      return formatTime('%H:%M:%S', tm);
    case 'u':
      return String(monday + 1);
    case 'U':
      return two(Math.floor((yearday + 7 - weekday) / 7));
    case 'V':
      return two(isoWeek(tm).week);
    case 'w':
      return String(weekday);
    case 'W':
      return two(Math.floor((yearday + 7 - monday) / 7));
    case 'y':
      return two(((year % 100) + 100) % 100);
    case 'Y':
      return String(year);
    case 'z':
      return offsetText(tm[TM.offset]!);
    case 'Z':
      return tm[TM.offset] === 0 ? 'GMT' : offsetText(tm[TM.offset]!);
    case '%':
      return '%';
    default:
      return undefined;
  }
}

function offsetText(seconds: number): string {
  const minutes = Math.abs(seconds) / 60;
  const pad = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return `${seconds < 0 ? '-' : '+'}${pad(minutes / 60)}${pad(minutes % 60)}`;
}

/** ISO 8601: a week belongs to the year that its Thursday falls in. */
function isoWeek(tm: Int32Array): { year: number; week: number } {
  const thursday = new Date(Date.UTC(tm[TM.year]! + 1900, tm[TM.month]!, tm[TM.day]!));
  thursday.setUTCDate(thursday.getUTCDate() + 3 - ((tm[TM.weekday]! + 6) % 7));
  const year = thursday.getUTCFullYear();
  const days = (thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000;
  return { year, week: Math.floor(days / 7) + 1 };
}
