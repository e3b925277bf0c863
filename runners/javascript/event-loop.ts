/** Runs a step's jobs, timers and requests until the step has settled. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome, StepFailure } from '../contract.ts';
import type { AnswerHead } from './guest/fetch.ts';
import type { Sandbox } from './sandbox.ts';
import { fail, type Throws } from './thrown.ts';

/** Jobs that are run before the clock is looked at. */
const JOBS_AT_ONCE = 1000;

/** Gives the outcome of a step that cannot settle any more. */
export async function settle(sandbox: Sandbox, throws: Throws): Promise<Outcome | undefined> {
  const { runtime, context } = sandbox;
  for (;;) {
    const jobs = runtime.executePendingJobs(JOBS_AT_ONCE);
    if (jobs.error !== undefined) return fail(throws.failure(jobs.error));
    // Short jobs that follow each other without end are interrupted by nothing else.
    if (sandbox.isOver()) return overtimeOf(sandbox);
    if (jobs.value === JOBS_AT_ONCE) continue;
    const polled = sandbox.call('poll');
    const failure = throws.check(polled);
    if (failure !== undefined) return fail(failure);
    const wait = context.getNumber(polled.unwrap());
    if (wait === -1) return undefined;
    const { requests } = sandbox;
    if (requests.busy) {
      const failed = await handOver(sandbox, wait, throws);
      if (failed !== undefined) return fail(failed);
      if (wait === -2) continue;
    } else if (wait === -2)
      return throws.text('run returned a promise that nothing can settle any more: no timer and no other work is left');
    else if (wait > 0) {
      const ms = Math.min(wait, leftMs(sandbox));
      await sleep(ms);
      sandbox.clock.slept(ms);
    }
    if (sandbox.isOver()) return overtimeOf(sandbox);
    const fired = throws.check(sandbox.call('fire'));
    if (fired !== undefined) return fail(fired);
  }
}

function leftMs(sandbox: Sandbox): number {
  return sandbox.deadline?.leftMs ?? Number.POSITIVE_INFINITY;
}

/** Waits for an answer from the network or for the next timer, and hands over what has come. */
async function handOver(sandbox: Sandbox, wait: number, throws: Throws): Promise<StepFailure | undefined> {
  const { requests, context, bodies } = sandbox;
  const waking = new AbortController();
  const longest = Math.min(wait < 0 ? Number.POSITIVE_INFINITY : wait, leftMs(sandbox));
  const timer =
    longest === Number.POSITIVE_INFINITY
      ? []
      : [sleep(longest, undefined, { signal: waking.signal }).catch(() => undefined)];
  await Promise.race([requests.next(), ...timer]);
  waking.abort();
  const answers = requests.take();
  if (answers.size === 0) sandbox.clock.slept(wait);
  for (const [id, answer] of answers) {
    const head = answer.ok ? { ...answer, id, body: undefined, size: answer.body.length } : { ...answer, id };
    if (answer.ok) bodies.set(id, answer.body);
    const failure = throws.check(
      sandbox.call('answered', context.newString(JSON.stringify(head satisfies AnswerHead))),
    );
    bodies.clear();
    if (failure !== undefined) return failure;
  }
  return undefined;
}

/** What is said of a step whose time was over before it had an outcome. */
export function overtimeOf({ overtime }: Sandbox): Outcome | undefined {
  return overtime && fail(overtime);
}
