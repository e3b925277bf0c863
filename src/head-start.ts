/** Boots a thread before it is known what it will run, while the rest of the program is still being loaded. */
import { Threads } from './run/threads.ts';

/** An engine that is given it takes it over; without one, whoever made it closes it. */
export type HeadStart = Threads;

export function headStart(): HeadStart {
  return new Threads(1);
}
