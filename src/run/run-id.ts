/** Names for runs that sort by time. */
import { randomBytes } from 'node:crypto';

/** `20261121-084512-3f9a2c`, in UTC. */
export function newRunId(now: Date): string {
  const [date, time] = now.toISOString().slice(0, 19).split('T');
  return `${date!.replaceAll('-', '')}-${time!.replaceAll(':', '')}-${randomBytes(3).toString('hex')}`;
}
