/** Starts what the engine does itself. */
import { resolve } from 'node:path';
import type { StepFailure } from '../../runners/contract.ts';
import { misfits, problemsOf, withDefaults } from '../forms/form.ts';
import type { HostWork } from '../model/host-work.ts';
import type { PlainValue } from '../model/input.ts';
import { momentOf } from '../model/moment.ts';
import { nestedWork } from '../model/nested.ts';
import type { Pending } from '../model/pending.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { HostStep } from '../model/step.ts';
import type { Filling } from './filling.ts';
import type { EarlierWait } from './lobby.ts';
import { openStep } from './opening.ts';
import { NestedAttempts } from './nested-attempts.ts';
import { anew, type HostBeginning, type Start } from './start.ts';
import type { Running } from './running.ts';
import { WaitRun } from './waiting.ts';

/** Tells that it has begun. The step has the name that it has in the whole run. */
export function startHostWork(step: HostStep, beginning: HostBeginning): Result<Running, StepFailure> {
  const nested = nestedWork(step);
  if (nested === undefined) return startWaiting(step, beginning);
  const { start, retryRule: rule, paces } = beginning;
  const { name, retry: policy } = step;
  const attempt = (number: number, own: Start): Result<Running, StepFailure> => {
    start.tell({ kind: 'step-started', step: name, language: nested.kind, attempt: number });
    return openStep(step, nested, { ...beginning, start: own });
  };
  if (policy.retries === 0) return attempt(1, start);
  const firstAttempt = 1 + (start.kept?.attempts?.get(name) ?? 0);
  return NestedAttempts.begin({
    name,
    firstAttempt,
    policy,
    rule,
    paces,
    tell: start.tell,
    // What an attempt before has given is no part of another.
    start: (number, tell) => attempt(number, number === firstAttempt ? { ...start, tell } : { ...anew(start), tell }),
  });
}

function startWaiting(step: HostStep, beginning: HostBeginning): Result<Running, StepFailure> {
  const { start } = beginning;
  const { tell, lobby } = start;
  // What an item that is another now, another turn or another attempt waited for is not this.
  const before = start.kept === undefined ? undefined : lobby.before(step.name);
  const pending = pendingOf(step, before, beginning);
  if (!pending.ok) return pending;
  const { work, name, timeoutMs } = step;
  tell({ kind: 'step-started', step: name, language: work.kind, attempt: 1 });
  const usual = work.kind === 'human' ? work.default : undefined;
  const ask = before?.ask ?? globalThis.crypto.randomUUID().slice(0, 8);
  return ok(
    new WaitRun({ step: name, pending: pending.value, ask, timeoutMs, ...(usual && { default: usual }) }, lobby),
  );
}

/** Computes what the file left open. */
function pendingOf(
  { work, timeoutMs, name }: HostStep,
  before: EarlierWait | undefined,
  { settings: { directory }, filling }: HostBeginning,
): Result<Pending, StepFailure> {
  const now = Date.now();
  const timedOut = timeoutMs === undefined ? before?.until : (before?.until ?? now + timeoutMs);
  const until = timedOut === undefined ? {} : { until: timedOut };
  switch (work.kind) {
    case 'wait':
      return ok({ for: 'time', until: before?.until ?? now + work.forMs });
    case 'wait_until': {
      const text = filling.textOf(work.moment);
      if (!text.ok) return text;
      const moment = before?.until ?? momentOf(text.value, now);
      if (moment !== undefined) return ok({ for: 'time', until: moment });
      const message = `"wait_until" is "${text.value}"; it takes a moment such as "2027-01-31T08:00:00Z" or "18:30"`;
      return fail({ reason: 'expression', message, expression: text.value });
    }
    case 'wait_for': {
      const text = filling.textOf(work.file ?? work.signal!);
      if (!text.ok) return text;
      return work.file === undefined
        ? ok({ for: 'signal', signal: text.value, ...until })
        : ok({ for: 'file', path: resolve(directory, text.value), ...until });
    }
    case 'human': {
      const title = filling.textOf(work.title);
      const assignee = work.assignee === undefined ? undefined : filling.textOf(work.assignee);
      if (!title.ok) return title;
      if (assignee?.ok === false) return assignee;
      const form = formOf(work, filling);
      if (!form.ok) return form;
      return ok({
        for: 'person',
        title: title.value,
        ...(assignee && { assignee: assignee.value }),
        ...(form.value !== undefined && { form: form.value }),
        ...until,
      });
    }
    default:
      throw new Error(`Internal error: step "${name}" has steps inside it and waits for nothing`);
  }
}

/** One with templates in it may turn out to be no form, or none that the default fits. */
function formOf(
  { form, openForm, default: usual }: HostWork & { kind: 'human' },
  filling: Filling,
): Result<PlainValue | undefined, StepFailure> {
  if (openForm === undefined) return ok(form);
  const value = filling.valueOf(openForm);
  if (!value.ok) return value;
  const filled = JSON.parse(Buffer.from(value.value).toString()) as PlainValue;
  const [problem] = problemsOf(filled);
  const [misfit] =
    problem === undefined && typeof usual === 'object' ? misfits(filled, withDefaults(filled, usual.values)) : [];
  if (problem === undefined && misfit === undefined) return ok(filled);
  const message =
    problem === undefined
      ? `"default" does not fit the form: ${misfit!}`
      : `"form" is no JSON Schema of an object: ${problem}`;
  return fail({ reason: 'expression', message, expression: '' });
}
