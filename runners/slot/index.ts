/** A slot's entry: one process without rights that runs embedded steps one after another. */
import { constants } from 'node:fs';
import { Socket } from 'node:net';
import { deserialize } from 'node:v8';
import type { Assignment, Runner, ThreadSetup } from '../contract.ts';
import { loadOrSayWhyNot, perform } from '../perform.ts';
import type { ThreadClock } from '../thread-clock.ts';
import { askEngine } from './errands.ts';
import { frame, frameReader, reportParts } from './frames.ts';

/** Where the engine put its end of the connection. */
const CHANNEL = 3;
/** Text within JSON is decoded by whoever reads it; the output's bytes follow it. */
const NOTHING = new Uint8Array(0);
const NEVER: AbortSignal = new AbortController().signal;

/** Pyodide asks Node's inside for the numbers of file modes, though it opens no files; a process without rights has no such inside. */
Object.assign(process, { binding: () => ({ fs: constants }) });
main();

function main(): void {
  const channel = new Socket({ fd: CHANNEL, readable: true, writable: true });
  let loading: Promise<Runner> | undefined;
  let last: Promise<void> = Promise.resolve();
  const send = (chunks: readonly Uint8Array[]): void => {
    channel.cork();
    for (const chunk of chunks) channel.write(chunk);
    channel.uncork();
  };
  const json = (message: object): Uint8Array => Buffer.from(JSON.stringify(message));
  async function runNext(assignment: Assignment): Promise<void> {
    const runner = await loading!;
    const clock = processClock();
    const report = await perform(runner, assignment, {
      clock,
      stopped: NEVER,
      tell: (message) => send(frame(message.kind, json(message))),
      ask: assignment.job.memory === undefined ? undefined : askEngine,
    });
    const { outcome, ...others } = report;
    const output = outcome.ok ? outcome.output : NOTHING;
    send(frame('report', ...reportParts({ ...others, outcome: { ...outcome, output: undefined } }, output)));
  }
  const read = frameReader({
    take(kind, payload) {
      if (kind === 'setup') {
        loading = loadOrSayWhyNot(deserialize(payload) as ThreadSetup);
        void loading.then(() => send(frame('ready', NOTHING)));
      } else if (kind === 'assignment') {
        const assignment = deserialize(payload) as Assignment;
        last = last.then(() => runNext(assignment));
      }
    },
    refuse: (message) => {
      throw new Error(`Internal error: the engine does not keep to the protocol, ${message}`);
    },
    most: () => Number.POSITIVE_INFINITY,
  });
  channel.on('data', read);
  // The engine is gone, or done with this slot.
  channel.on('close', () => process.exit(0));
  channel.on('error', () => process.exit(0));
}

/** The system's own account of its threads is out of reach here. */
function processClock(): ThreadClock {
  const read = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  };
  let last = read();
  return {
    id: 0,
    read,
    lap() {
      const before = last;
      last = read();
      return Math.max(0, last - before);
    },
  };
}
