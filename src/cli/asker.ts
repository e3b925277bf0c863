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
import type { Below } from './report.ts';
import { type Talk, talkBelow, talkPlain } from './talk.ts';

/** What begins at the same moment is told first. */
const LOOK_MS = 100;

type Question = Pending & { readonly for: 'person' };

export interface AskerWishes {
  readonly console: Console;
  /** The run that asks, once it is there. */
  readonly run: () => Run | undefined;
  /** The view, where it shows what is typed. */
  readonly below: Below | undefined;
  /** As Ctrl-C at any other time. */
  readonly interrupt: () => void;
}

export interface Asker extends RunListener {
  close(): void;
}

export function createAsker({ console, run, below, interrupt }: AskerWishes): Asker {
  const waiting = new Map<string, Question>();
  let current: { readonly step: string; readonly gone: AbortController } | undefined;
  let isClosed = false;

  async function askNext(): Promise<void> {
    const [next] = waiting;
    if (current !== undefined || next === undefined || isClosed) return;
    const [step, question] = next;
    current = { step, gone: new AbortController() };
    const { signal } = current.gone;
    const about = describe(step, question);
    const talk =
      below === undefined ? talkPlain(console, about, signal) : talkBelow(below, process.stdin, about, signal);
    const isCancelled = await ask(step, question, talk, signal);
    talk.end();
    waiting.delete(step);
    current = undefined;
    if (isCancelled) interrupt();
    else void askNext();
  }

  /** True where the person wants no more. */
  async function ask(step: string, { form }: Question, talk: Talk, gone: AbortSignal): Promise<boolean> {
    const needless = (): boolean => {
      talk.tell(`  "${visible(step)}" needs no answer any more.`);
      return false;
    };
    for (;;) {
      const verdict = await talk.ask('  yes or no, or "no" with a reason: ');
      if (gone.aborted) return needless();
      if (verdict === undefined) return true;
      const [, no, reason = ''] = /^\s*(no?)\b[\s,:]*(.*)$/i.exec(verdict) ?? [];
      if (no !== undefined) {
        run()?.answer(step, { how: 'rejected', reason: reason.trim(), by: speaker(undefined), at: Date.now() });
        return false;
      }
      if (!/^\s*y(es)?\s*$/i.test(verdict)) continue;
      const values = await fill(fieldsOf(form), talk);
      if (gone.aborted) return needless();
      if (values === undefined) return true;
      const wrong = misfits(form, withDefaults(form, values));
      const taken =
        wrong.length > 0
          ? { ok: false as const, error: wrong.join('; ') }
          : run()?.answer(step, { how: 'approved', values, by: speaker(undefined), at: Date.now() });
      if (taken?.ok !== false) return false;
      talk.tell(`  That does not fit: ${visible(taken.error)}`);
    }
  }

  async function fill(fields: readonly FormField[], talk: Talk): Promise<PlainValue | undefined> {
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
      const typed = await talk.ask(text);
      if (typed === undefined) return undefined;
      if (typed === '' && (field.default !== undefined || !field.isRequired)) continue;
      values[field.name] = valueFor(field, typed);
    }
    return values;
  }

  return {
    onEvent(event: RunEvent): void {
      if (event.kind === 'step-pending' && event.pending.for === 'person') {
        waiting.set(event.step, event.pending);
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

function describe(step: string, { title, assignee, until }: Question): string {
  const left = until === undefined ? '' : `, ${formatDuration(Math.max(0, until - Date.now()))} left`;
  const who = assignee === undefined ? '' : ` (for ${assignee})`;
  return `? ${visible(step)}${visible(who)}${left}: ${visible(title)}`;
}

const ENDS: ReadonlySet<RunEvent['kind']> = new Set([
  'step-answered',
  'step-succeeded',
  'step-failed',
  'step-cancelled',
]);
