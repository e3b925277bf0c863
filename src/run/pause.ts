/** Waits for a while, unless woken. */

/** Resolves after `ms`, or once what `onStop` is given was called. Also without a delay other things get their turn. */
export function pause(ms: number, onStop: (stop: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    onStop(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
