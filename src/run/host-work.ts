/** Starts what the engine does itself. */
import { resolve } from 'node:path';
import type { StepFailure } from '../../runners/contract.ts';
import type { Happening } from '../model/event.ts';
import { momentOf } from '../model/moment.ts';
import type { Pending } from '../model/pending.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Template } from '../model/template.ts';
import { unreachable } from '../model/unreachable.ts';
import type { HostStep } from '../model/workflow.ts';
import type { EarlierWait, Lobby } from './lobby.ts';
import type { Running } from './running.ts';
import { WaitRun } from './waiting.ts';

export interface HostSurroundings {
  readonly tell: (happening: Happening) => void;
  readonly lobby: Lobby;
  /** The workflow file's own; absolute. */
  readonly directory: string;
  readonly textOf: (template: Template) => Result<string, StepFailure>;
  /** It is one of many that a step is done for, whose waiting is not told one by one. */
  readonly isItem: boolean;
}

/** Tells that it has begun. */
export function startHostWork(step: HostStep, surroundings: HostSurroundings): Result<Running, StepFailure> {
  const { tell, lobby, isItem } = surroundings;
  // A loop begins with its first turn again.
  const before = step.loop === undefined && !isItem ? lobby.before(step.name) : undefined;
  const pending = pendingOf(step, before, surroundings);
  if (!pending.ok) return pending;
  const { work, name, timeoutMs } = step;
  tell({ kind: 'step-started', step: name, language: work.kind, attempt: 1 });
  const usual = work.kind === 'human' ? work.default : undefined;
  const ask = before?.ask ?? globalThis.crypto.randomUUID().slice(0, 8);
  return ok(
    new WaitRun(
      { step: name, pending: pending.value, ask, timeoutMs, isItem, ...(usual && { default: usual }) },
      lobby,
    ),
  );
}

/** Computes what the file left open. */
function pendingOf(
  { work, timeoutMs }: HostStep,
  before: EarlierWait | undefined,
  { directory, textOf }: HostSurroundings,
): Result<Pending, StepFailure> {
  const now = Date.now();
  const timedOut = timeoutMs === undefined ? before?.until : (before?.until ?? now + timeoutMs);
  const until = timedOut === undefined ? {} : { until: timedOut };
  switch (work.kind) {
    case 'wait':
      return ok({ for: 'time', until: before?.until ?? now + work.forMs });
    case 'wait_until': {
      const text = textOf(work.moment);
      if (!text.ok) return text;
      const moment = before?.until ?? momentOf(text.value, now);
      if (moment !== undefined) return ok({ for: 'time', until: moment });
      const message = `"wait_until" is "${text.value}"; it takes a moment such as "2027-01-31T08:00:00Z" or "18:30"`;
      return fail({ reason: 'expression', message, expression: text.value });
    }
    case 'wait_for': {
      const text = textOf(work.file ?? work.signal!);
      if (!text.ok) return text;
      return work.file === undefined
        ? ok({ for: 'signal', signal: text.value, ...until })
        : ok({ for: 'file', path: resolve(directory, text.value), ...until });
    }
    case 'human': {
      const title = textOf(work.title);
      const assignee = work.assignee === undefined ? undefined : textOf(work.assignee);
      if (!title.ok) return title;
      if (assignee?.ok === false) return assignee;
      return ok({
        for: 'person',
        title: title.value,
        ...(assignee && { assignee: assignee.value }),
        ...(work.form !== undefined && { form: work.form }),
        ...until,
      });
    }
    default:
      return unreachable(work);
  }
}

/** What of it is computed when it starts. */
export function templatesOf({ work }: HostStep): readonly Template[] {
  switch (work.kind) {
    case 'wait':
      return [];
    case 'wait_until':
      return [work.moment];
    case 'wait_for':
      return [work.file ?? work.signal!];
    case 'human':
      return work.assignee === undefined ? [work.title] : [work.title, work.assignee];
    default:
      return unreachable(work);
  }
}
