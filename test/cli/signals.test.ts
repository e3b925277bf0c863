// Signals of a person or of the system, from the first to the one that ends the command on the spot.
import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { handleSignals } from '../../src/cli/signals.ts';

function signals(): {
  process: EventEmitter & { exit: (status: number) => void };
  said: string[];
  release: () => void;
} {
  const said: string[] = [];
  const process = Object.assign(new EventEmitter(), { exit: (status: number) => void said.push(`exit ${status}`) });
  const handlers = { first: () => void said.push('first'), second: () => void said.push('second') };
  const release = handleSignals(process as unknown as NodeJS.Process, handlers, 130);
  return { process, said, release };
}

it('end gracefully, then at once, then on the spot, whichever they are', () => {
  const { process, said } = signals();
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.emit(name);
  expect(said).toEqual(['first', 'second', 'exit 130']);
});

it('are left to the system again where none came', () => {
  const { process, release } = signals();
  release();
  expect(process.eventNames()).toEqual([]);
});

it('do not end a command that is closing because of the first', () => {
  const { process, said, release } = signals();
  process.emit('SIGTERM');
  release();
  expect(process.emit('SIGTERM')).toBe(true);
  expect(said).toEqual(['first']);
  process.emit('SIGTERM');
  expect(said).toEqual(['first', 'exit 130']);
});
