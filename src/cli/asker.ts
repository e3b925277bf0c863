/** Asks the person at the terminal what steps of the run ask, one question after the other. */
import type { Run } from '../api.ts';
import { fieldsOf, type FormField, misfits, valueFor, withDefaults } from '../forms/form.ts';
import type { RunEvent, RunListener } from '../model/event.ts';
import type { PlainValue } from '../model/input.ts';
import type { Pending } from '../model/pending.ts';
import { formatDuration } from '../model/duration.ts';
import { visible } from '../terminal/visible.ts';
import { speaker } from './answering.ts';
import type { Console } from './console.ts';

const LOOK_MS = 250;

type Question = Pending & { readonly for: 'person' };

export interface AskerWishes {
  readonly console: Console;
  /** The run that asks, once it is there. */
  readonly run: () => Run | undefined;
  /** Stops the view from drawing, and lets it go on. */
  readonly hold: () => void;
  readonly release: () => void;
  /** As Ctrl-C at any other time. */
  readonly interrupt: () => void;
}

export interface Asker extends RunListener {
  close(): void;
}

export function createAsker({ console, run, hold, release, interrupt }: AskerWishes): Asker {
  const waiting = new Map<string, Question>();
  let current: { readonly step: string; readonly gone: AbortController } | undefined;
  let isClosed = false;

  async function askNext(): Promise<void> {
    const [next] = waiting;
    if (current !== undefined || next === undefined || isClosed) return;
    const [step, question] = next;
    current = { step, gone: new AbortController() };
    hold();
    const isCancelled = await ask(step, question, current.gone.signal);
    release();
    waiting.delete(step);
    current = undefined;
    if (isCancelled) interrupt();
    else void askNext();
  }

  /** True where the person wants no more. */
  async function ask(step: string, question: Question, gone: AbortSignal): Promise<boolean> {
    const { title, assignee, form, until } = question;
    const left = until === undefined ? '' : `, ${formatDuration(Math.max(0, until - Date.now()))} left`;
    const who = assignee === undefined ? '' : ` (for ${assignee})`;
    console.err.lines(['', `? ${visible(step)}${visible(who)}${left}: ${visible(title)}`]);
    const say = (text: string): Promise<string | undefined> => console.ask!(text, false, gone);
    for (;;) {
      const verdict = await say('  yes or no, or "no" with a reason: ');
      if (gone.aborted) return told(step);
      if (verdict === undefined) return true;
      const [, no, reason = ''] = /^\s*(no?)\b[\s,:]*(.*)$/i.exec(verdict) ?? [];
      if (no !== undefined) {
        run()?.answer(step, { how: 'rejected', reason: reason.trim(), by: speaker(undefined), at: Date.now() });
        return false;
      }
      if (!/^\s*y(es)?\s*$/i.test(verdict)) continue;
      const values = await fill(fieldsOf(form), say);
      if (gone.aborted) return told(step);
      if (values === undefined) return true;
      const wrong = misfits(form, withDefaults(form, values));
      const taken =
        wrong.length > 0
          ? { ok: false as const, error: wrong.join('; ') }
          : run()?.answer(step, { how: 'approved', values, by: speaker(undefined), at: Date.now() });
      if (taken?.ok !== false) return false;
      console.err.lines([`  That does not fit: ${visible(taken.error)}`]);
    }
  }

  async function fill(
    fields: readonly FormField[],
    say: (text: string) => Promise<string | undefined>,
  ): Promise<PlainValue | undefined> {
    const values: Record<string, PlainValue> = {};
    for (const field of fields) {
      const words = field.enum?.map((word) => (typeof word === 'string' ? word : JSON.stringify(word))).join(', ');
      const hints = [
        words ?? field.type ?? '',
        field.default === undefined ? '' : `else ${JSON.stringify(field.default)}`,
      ];
      const hint = hints.filter((each) => each !== '').join('; ');
      const about = field.description ?? field.title;
      const text = `  ${visible(field.name)}${about === undefined ? '' : ` (${visible(about)})`}${hint === '' ? '' : ` [${visible(hint)}]`}: `;
      const typed = await say(text);
      if (typed === undefined) return undefined;
      if (typed === '' && (field.default !== undefined || !field.isRequired)) continue;
      values[field.name] = valueFor(field, typed);
    }
    return values;
  }

  function told(step: string): boolean {
    console.err.lines([`  "${visible(step)}" needs no answer any more.`]);
    return false;
  }

  return {
    onEvent(event: RunEvent): void {
      if (event.kind === 'step-pending' && event.pending.for === 'person') {
        waiting.set(event.step, event.pending);
        // The view stands still during a question, and first shows what else begins.
        setTimeout(() => void askNext(), LOOK_MS).unref();
      } else if ('step' in event && waiting.has(event.step) && ENDS.has(event.kind)) {
        if (current?.step === event.step) current.gone.abort();
        else waiting.delete(event.step);
      }
    },
    close() {
      isClosed = true;
      current?.gone.abort();
    },
  };
}

const ENDS: ReadonlySet<RunEvent['kind']> = new Set([
  'step-answered',
  'step-succeeded',
  'step-failed',
  'step-cancelled',
]);
