/** A step that lets time pass. */
import type { AttemptEnd } from './attempts.ts';
import type { Running } from './running.ts';

const NOTHING = new TextEncoder().encode('null');

export class WaitRun implements Running {
  readonly finished: Promise<AttemptEnd>;
  #cancel: () => void = () => {};

  constructor(ms: number) {
    const startedAt = performance.now();
    this.finished = new Promise((resolve) => {
      const end = (how: 'succeeded' | 'cancelled'): void => {
        const durationMs = performance.now() - startedAt;
        const usage = { wallMs: durationMs, bytesIn: 0, bytesOut: 0 };
        resolve(
          how === 'cancelled'
            ? { how, attempt: 1, durationMs }
            : { how, attempt: 1, durationMs, output: NOTHING, usage: { ...usage, bytesOut: NOTHING.length } },
        );
      };
      const timer = setTimeout(() => end('succeeded'), ms);
      this.#cancel = () => {
        clearTimeout(timer);
        end('cancelled');
      };
    });
  }

  stop(): void {
    this.#cancel();
  }

  kill(): void {
    this.#cancel();
  }
}
