/** A pool in which some steps do what they are told in place of their code, and all others run. */
import type { EncodedValue, Job, Outcome } from '../../runners/contract.ts';
import { NO_RETRY, type Step } from '../model/step.ts';
import { nameWithin } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { JobContext, Pool, RunningJob } from './pool.ts';

/** What a step does in place of its code. */
export type StepMock =
  | { readonly output: EncodedValue; readonly error?: undefined }
  | { readonly error: string; readonly output?: undefined };

/** By the names of steps. */
export type Mocks = ReadonlyMap<string, StepMock>;

/** Does not end the pool that it stands before. */
export function mockedPool(pool: Pool, mocks: Mocks): Pool {
  return {
    warm: (kind, threads) => pool.warm(kind, threads),
    start(job: Job, context: JobContext): RunningJob {
      const mock = mocks.get(job.step);
      return mock === undefined ? pool.start(job, context) : answer(mock);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** The plan without what steps demand whose code does not run: secrets, a sandbox, another attempt, another turn. */
export function mockedPlan(plan: Plan, mocks: Mocks): Plan {
  return mocked(plan, mocks, undefined);
}

function mocked(plan: Plan, mocks: Mocks, outer: string | undefined): Plan {
  const nameOf = (step: Step): string => (outer === undefined ? step.name : nameWithin(outer, step.name));
  const without = (step: Step): Step => {
    if (!mocks.has(nameOf(step))) return step;
    const {
      secrets: _s,
      isolation: _i,
      loop: _l,
      foreach: _f,
      retryIf: _r,
      inputs: _in,
      computedEnv: _e,
      ...rest
    } = step;
    if (rest.work === undefined) return { ...rest, retry: NO_RETRY };
    // What the engine would do itself is left out as code would be.
    const { work: _w, interpreter: _p, ...others } = rest;
    return { ...others, ...NO_CODE, retry: NO_RETRY };
  };
  return {
    ...plan,
    workflow: { ...plan.workflow, steps: plan.workflow.steps.map(without) },
    steps: plan.steps.map((planned) => {
      const { inside } = planned;
      const step = without(planned.step);
      return { ...planned, step, ...(inside && { inside: mocked(inside, mocks, nameOf(step)) }) };
    }),
  };
}

const NO_CODE = {
  language: 'lua',
  runtime: 'embedded',
  script: { kind: 'code', code: '', origin: { file: '', line: 1, verbatim: false } },
  packages: [],
} as const;

function answer(mock: StepMock): RunningJob {
  const outcome: Outcome =
    mock.error === undefined
      ? { ok: true, output: mock.output, warnings: [] }
      : { ok: false, failure: { reason: 'threw', message: mock.error }, warnings: [] };
  const usage = { wallMs: 0, bytesIn: 0, bytesOut: mock.output?.length ?? 0 };
  return { finished: Promise.resolve({ outcome, usage }), stop() {}, kill() {} };
}
