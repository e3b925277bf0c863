/** Names for runs that sort by time. */
import { randomInt } from 'node:crypto';

/** Below 2^20, so five hexadecimal digits. */
const RANDOM = 2 ** 20;

let last = '';

/**
 * `20261121-084512-3e701f2c`, in UTC: the last part is the millisecond in three hexadecimal digits, then five at random.
 * Of two that one process makes, the later is the greater, also when the clock is set back.
 */
export function newRunId(now: Date): string {
  const [date, time] = now.toISOString().slice(0, 19).split('T');
  const head = `${date!.replaceAll('-', '')}-${time!.replaceAll(':', '')}-${hex(now.getUTCMilliseconds(), 3)}`;
  const id = head + hex(randomInt(RANDOM), 5);
  last = id > last ? id : following(last);
  return last;
}

function following(id: string): string {
  return id.slice(0, -8) + hex(Number.parseInt(id.slice(-8), 16) + 1, 8);
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, '0');
}
