/** Turns Ctrl-C, a second Ctrl-C and termination signals into calls. */

export interface SignalHandlers {
  /** The first signal: end gracefully. */
  readonly first: () => void;
  /** The second: end at once. A third ends this process on the spot. */
  readonly second: () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Handles signals until the returned function is called. */
export function handleSignals(process: NodeJS.Process, handlers: SignalHandlers, lastStatus: number): () => void {
  let count = 0;
  const onSignal = (): void => {
    count += 1;
    if (count === 1) handlers.first();
    else if (count === 2) handlers.second();
    else process.exit(lastStatus);
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}
