/** Keeps what each running step printed until it settles. */
import type { PrintedLine } from '../../runners/contract.ts';
import type { RunEvent } from '../model/event.ts';

/** Characters of one step's lines that are kept at most; the oldest go first. */
const MOST_CHARACTERS = 32 * 1024 * 1024;

export interface Printed {
  readonly lines: readonly string[];
  /** How many earlier lines were let go. */
  readonly lost: number;
}

export interface PrintedLog {
  add(step: string, lines: readonly { readonly text: string }[]): void;
  /** Hands over what `step` printed and forgets it. */
  take(step: string): Printed;
}

/** Lines of an item begin with its number. */
export function withItem({ item, lines }: RunEvent & { kind: 'step-printed' }): readonly PrintedLine[] {
  return item === undefined ? lines : lines.map(({ stream, text }) => ({ stream, text: `[${item}] ${text}` }));
}

/** `keep` is the number of last lines that are wanted; default: all. */
export function createPrintedLog(keep: number = Number.POSITIVE_INFINITY): PrintedLog {
  const logs = new Map<string, { lines: string[]; characters: number; lost: number }>();
  return {
    add(step, lines) {
      const log = logs.get(step) ?? { lines: [], characters: 0, lost: 0 };
      logs.set(step, log);
      for (const { text } of lines) {
        log.lines.push(text);
        log.characters += text.length;
      }
      // Let go in batches, since taking a line off the front of an array moves all the others.
      const tooMany = log.lines.length > keep * 2 + 100 ? log.lines.length - keep : 0;
      const tooLong = log.characters > MOST_CHARACTERS ? Math.ceil(log.lines.length / 2) : 0;
      for (const gone of log.lines.splice(0, Math.max(tooMany, tooLong))) {
        log.characters -= gone.length;
        log.lost += 1;
      }
    },
    take(step) {
      const log = logs.get(step);
      logs.delete(step);
      if (log === undefined) return { lines: [], lost: 0 };
      const lines = log.lines.slice(-keep);
      return { lines, lost: log.lost + log.lines.length - lines.length };
    },
  };
}
