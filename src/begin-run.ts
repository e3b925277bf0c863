/** A plan begins to run: every event is folded, told, kept. */
import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import type { EncodedValue } from '../runners/contract.ts';
import type { Run, RunOptions } from './api.ts';
import { type JobMeans, jobSettings } from './job-settings.ts';
import type { RunListener } from './model/event.ts';
import { fold } from './model/fold.ts';
import { everyStepOf } from './model/nested.ts';
import type { Plan } from './model/plan.ts';
import { emptyRecord, type RunRecord } from './model/record.ts';
import { MemoryContents } from './model/shared-memory.ts';
import { settleInputs } from './run/given-inputs.ts';
import { SystemProbe } from './run/machine-probe.ts';
import { mockedPlan, mockedPool } from './run/mocked-pool.ts';
import type { Pool } from './run/pool.ts';
import { PlanRun } from './run/run.ts';
import { newRunId } from './run/run-id.ts';
import { handOut, type Secrets } from './run/secrets.ts';
import { sharedBy, Sharing } from './run/sharing.ts';
import { givenOptions, rulesOf } from './run-rules.ts';
import type { RunStore } from './store/store.ts';

/** What an engine has for each of its runs. */
export interface RunMeans extends JobMeans {
  readonly secrets: Secrets;
  readonly pool: Pool;
  readonly store: RunStore | undefined;
  /** Of every run. */
  readonly listeners: Iterable<RunListener>;
}

export function beginRun(given: Plan, options: RunOptions, means: RunMeans): Run {
  const { cwd, config, secrets, store } = means;
  const { mocks } = options;
  const plan = mocks === undefined ? given : mockedPlan(given, mocks);
  const { workflow } = plan;
  const { execution } = config;
  const { resume } = options;
  const inputs = settleInputs(workflow, options.inputs, cwd);
  if (inputs.problems.length > 0) throw new Error(inputs.problems.map(({ message }) => message).join('\n'));
  const id = resume?.id ?? newRunId(new Date());
  const record = emptyRecord();
  const workdir = options.workdir === undefined ? undefined : resolve(cwd, options.workdir);
  if (workdir !== undefined) mkdirSync(workdir, { recursive: true });
  const recording = store?.record({
    id,
    plan,
    cwd,
    options: givenOptions({ ...options, ...(workdir !== undefined && { workdir }) }, inputs),
    isResumed: resume !== undefined,
    refresh: options.cache?.refresh ?? [],
    onWish: (wish) => (wish === 'kill' ? planRun.kill() : planRun.stop('cancelled')),
  });
  const listener: RunListener = {
    onEvent: (event) => {
      fold(record, event);
      if (event.kind === 'run-resumed')
        for (const [step, output] of resume?.kept ?? []) keepOutput(record, step, output);
      recording?.onEvent(event);
      options.listener?.onEvent(event);
      for (const each of means.listeners) each.onEvent(event);
    },
  };
  const shared = sharedBy(workflow);
  const sharing = shared && new Sharing(shared, resume?.memory);
  for (const [key, value] of resume?.memory ?? []) {
    record.memory ??= new MemoryContents();
    record.memory.apply({ act: 'set', key, value });
  }
  const { isAuto, ...rules } = rulesOf(workflow, options, execution);
  const planRun = new PlanRun(
    plan,
    mocks === undefined ? means.pool : mockedPool(means.pool, mocks),
    {
      ...rules,
      probe: isAuto ? new SystemProbe() : undefined,
      settings: {
        ...jobSettings(means, { run: id, file: workflow.file.path, allow: options.allow }),
        ...(options.prompt && { prompt: options.prompt }),
        sharing,
      },
      hidden: secrets.hidden(workflow),
      ...((inputs.secrets.size > 0 || everyStepOf(workflow).some((step) => step.secrets !== undefined)) && {
        secrets: () => handOut(secrets, workflow, inputs.secrets),
      }),
      inputs: inputs.values,
      ...(inputs.shown && { shownInputs: inputs.shown }),
      ...(resume && { kept: resume.kept }),
      ...(resume?.lastLines && { lastLines: resume.lastLines }),
      ...(resume?.items && { keptItems: resume.items }),
      attempts: resume?.attempts,
      timedSince: resume?.timedSince,
      stepsTimedSince: resume?.stepsTimedSince,
      turns: resume?.turns,
      workdir,
      ...(recording && options.cache?.off !== true && { recall: recording }),
      cacheDefault: config.cache.default,
      parallelItems: execution.enableStepParallelism,
      keys: options.keys,
      waits: resume?.waits,
      letters: recording?.letters?.bind(recording),
      keepRoom: recording?.keepRoom?.bind(recording),
      // Nobody answers a test, and a run that is not kept cannot go on later.
      park: recording === undefined && mocks === undefined ? 'never' : (options.park ?? 'auto'),
    },
    sharing?.telling(listener) ?? listener,
  );
  const stopForSignal = (): void => planRun.stop('cancelled');
  options.signal?.addEventListener('abort', stopForSignal);
  if (options.signal?.aborted === true) stopForSignal();
  const finished = planRun.finished.then(async () => {
    options.signal?.removeEventListener('abort', stopForSignal);
    sharing?.[Symbol.dispose]();
    await recording?.kept();
    return record;
  });
  return {
    id,
    record,
    finished,
    answer: (step, answer) => planRun.lobby.answer(step, answer),
    signal: (signal) => planRun.lobby.signal(signal),
    stop: (reason = 'cancelled') => planRun.stop(reason),
    kill: () => planRun.kill(),
  };
}

function keepOutput(record: RunRecord, step: string, output: EncodedValue): void {
  const kept = record.steps.get(step);
  if (kept !== undefined) kept.output = output;
}
