/** Turns Ctrl-C, a second Ctrl-C and termination signals into calls. */

export interface SignalHandlers {
  /** The first signal: end gracefully. */
  readonly first: () => void;
  /** The second: end at once. A third ends this process on the spot. */
  readonly second: () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Handles signals until the returned function is called. Once there was one, the command ends soon with a status that says so, and
 * a further one does not end it with the signal instead.
 */
export function handleSignals(process: NodeJS.Process, handlers: SignalHandlers, lastStatus: number): () => void {
  let count = 0;
  let isReleased = false;
  const onSignal = (): void => {
    count += 1;
    if (count > 2) process.exit(lastStatus);
    else if (isReleased) return;
    else if (count === 1) handlers.first();
    else handlers.second();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return () => {
    isReleased = true;
    if (count > 0) return;
    for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}
