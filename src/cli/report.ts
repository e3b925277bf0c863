/** Chooses how a run is reported: as events, live, or in plain lines. */
import type { RunListener } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { LiveReport } from '../terminal/live.ts';
import type { Style } from '../terminal/style.ts';
import type { Console, Output } from './console.ts';

export interface Report extends RunListener {
  /** Says something of hwfe itself between the lines of the run. */
  say(line: string): void;
  /** Where it shows what a person types. */
  readonly below?: Below;
  /** Leaves the terminal as it was found. */
  close(): void;
}

export type Below = Pick<LiveReport, 'type' | 'keep'>;

export interface ReportWishes {
  readonly events: boolean;
  readonly console: Console;
  /** Where reports for people go. */
  readonly output: Output;
  readonly style: Style;
  readonly quiet: boolean;
  readonly printOutput: boolean;
  readonly sourceOf: (file: string) => string | undefined;
}

export async function createReport(plan: Plan, wishes: ReportWishes): Promise<Report> {
  const { console, output, style, quiet, printOutput, sourceOf } = wishes;
  const say = (line: string): void => console.err.lines([line]);
  if (wishes.events) {
    const { createJsonReport } = await import('../terminal/json.ts');
    const events = createJsonReport((pieces) => {
      for (const piece of pieces) console.out.write(piece);
    });
    return { onEvent: (event) => events.onEvent(event), say, close: () => undefined };
  }
  const width = output.isTerminal ? output.size().columns : 100;
  if (output.isTerminal && !quiet && canRedraw(console.env)) {
    const { createLiveReport } = await import('../terminal/live.ts');
    const live = createLiveReport(plan, {
      style,
      sourceOf,
      size: output.size,
      write: output.write,
      process,
    });
    return { ...live, below: live };
  }
  const { createPlainReport } = await import('../terminal/plain.ts');
  const plain = createPlainReport(plan, { style, width, sourceOf, quiet, printOutput, write: output.lines });
  return { onEvent: (event) => plain.onEvent(event), say, close: () => undefined };
}

/** Build servers often give a terminal that nobody looks at while the run goes on. */
function canRedraw(env: NodeJS.ProcessEnv): boolean {
  return env['TERM'] !== 'dumb' && !env['CI'];
}
