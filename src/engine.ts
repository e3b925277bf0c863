/** The pipeline on one page: load a workflow, plan it, run the plan, record what happened. */
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { EncodedValue, Runtime, Services } from '../runners/contract.ts';
import type { CheckOptions, Engine, EngineOptions, LoadOptions, Run, RunOptions } from './api.ts';
import type { Config } from './config/config.ts';
import { defaultConfig } from './config/defaults.ts';
import { ruledOutBy } from './config/ruled-out.ts';
import { missingServices, withServiceSecrets } from './config/services-for.ts';
import type { Diagnostic } from './model/diagnostic.ts';
import type { RunEvent, RunListener } from './model/event.ts';
import { strictest } from './model/isolation.ts';
import type { Allowed } from './model/permissions.ts';
import { everyStepOf } from './model/nested.ts';
import type { Plan } from './model/plan.ts';
import { emptyRecord, type RunRecord } from './model/record.ts';
import { fold } from './model/fold.ts';
import { fail, type Result } from './model/result.ts';
import { MemoryContents } from './model/shared-memory.ts';
import type { Step } from './model/step.ts';
import type { ParsedWorkflow, ParseFailure } from './parse/index.ts';
import type { WorkflowDefinition } from './parse/definition.ts';
import { type JobSettings, runtimeOf } from './run/job.ts';
import { configuredLimits } from './run/limits.ts';
import type { Foresight, Memory } from './run/foresee.ts';
import { mockedPlan, mockedPool } from './run/mocked-pool.ts';
import type { Pool } from './run/pool.ts';
import { settleInputs } from './run/given-inputs.ts';
import { SystemProbe } from './run/machine-probe.ts';
import { newRunId } from './run/run-id.ts';
import { paced } from './run/paced.ts';
import { PlanRun } from './run/run.ts';
import { handOut, Secrets } from './run/secrets.ts';
import { sharedBy, Sharing } from './run/sharing.ts';
import { ThreadPool } from './run/thread-pool.ts';
import type { RunStore } from './store/store.ts';
import { givenOptions, rulesOf } from './run-rules.ts';
import { languagesInText, needsOf } from './warm-up.ts';

export function createEngine(options: EngineOptions = {}): Engine {
  return new LocalEngine(options);
}

class LocalEngine implements Engine {
  readonly #config: Config;
  readonly #cwd: string;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #secrets: Secrets;
  readonly #services: Services;
  readonly #pool: Pool;
  readonly #store: RunStore | undefined;
  readonly #listeners = new Set<RunListener>();
  readonly #runs = new Set<Run>();

  constructor(options: EngineOptions) {
    this.#env = options.env ?? process.env;
    this.#config = options.config ?? defaultConfig();
    this.#cwd = resolve(options.cwd ?? process.cwd());
    this.#secrets = new Secrets({ sources: this.#config.secrets, env: this.#env, cwd: this.#cwd });
    this.#services = paced(this.#config.services);
    this.#store = options.store;
    const cacheDir = resolve(this.#cwd, this.#config.cache.directory);
    this.#pool =
      options.pool ??
      new ThreadPool({
        cacheDir,
        wasi: this.#config.runners.wasm.wasiEnabled,
        ownsProcess: options.ownsProcess ?? false,
        ...(options.headStart !== undefined && { early: options.headStart }),
      });
  }

  async load(path: string, options: LoadOptions = {}): Promise<Result<Plan, readonly Diagnostic[]>> {
    if (options.warm === true) this.#warmForText(path);
    const { parseWorkflow } = await import('./parse/index.ts');
    const parsed = await parseWorkflow(path, this.#parseOptions());
    return this.#plan(parsed, options.warm === true);
  }

  async define(definition: WorkflowDefinition): Promise<Result<Plan, readonly Diagnostic[]>> {
    const { withNestedFiles, workflowFromObject } = await import('./parse/index.ts');
    const options = this.#parseOptions();
    const read = async (withPlaces: boolean): Promise<Result<Plan, readonly Diagnostic[]>> =>
      this.#plan(await withNestedFiles(workflowFromObject(definition, { ...options, withPlaces }), options), false);
    const plan = await read(false);
    return plan.ok && plan.value.warnings.length === 0 ? plan : read(true);
  }

  async check(given: Plan, { inputs, mocks }: CheckOptions = {}): Promise<readonly Diagnostic[]> {
    const plan = mocks === undefined ? given : mockedPlan(given, mocks);
    const { missingSecrets, unmetDemands } = await import('./run/demands.ts');
    const unmet = await unmetDemands(plan, this.#config.execution.isolation);
    const { problems } = settleInputs(plan.workflow, inputs, this.#cwd);
    const secrets = await missingSecrets(plan, this.#secrets);
    const services = missingServices(plan, this.#config.services);
    return [...unmet, ...services, ...secrets, ...problems, ...(await this.#missingHistory())];
  }

  /** Where the configuration demands one. */
  async #missingHistory(): Promise<readonly Diagnostic[]> {
    if (!this.#config.store.required) return [];
    const off = 'The history is switched off, and "store.required" demands one; leave out one of the two';
    const why = this.#store === undefined ? off : await this.#store.trouble?.();
    if (why === undefined) return [];
    const message = this.#store === undefined ? why : `${why}; "store.required" demands a history`;
    return [{ code: 'history-missing', severity: 'error', message }];
  }

  async foresee(plan: Plan, memory: Memory, options: RunOptions = {}): Promise<readonly Foresight[]> {
    const { workflow } = plan;
    const { foresee } = await import('./run/foresee.ts');
    const settings: JobSettings = {
      ...this.#jobSettings('', workflow.file.path),
      allowed: this.#allowed(options),
      workdir: '',
      tmp: '',
      secrets: { values: new Map(), hidden: this.#secrets.hidden(workflow) },
    };
    const { refresh = [] } = options.cache ?? {};
    const inputs = settleInputs(workflow, options.inputs, this.#cwd).values;
    return foresee(plan, { settings, inputs, cacheDefault: this.#config.cache.default, refresh, memory });
  }

  start(given: Plan, options: RunOptions = {}): Run {
    const { mocks } = options;
    const plan = mocks === undefined ? given : mockedPlan(given, mocks);
    const { workflow } = plan;
    const { execution } = this.#config;
    const { resume } = options;
    const inputs = settleInputs(workflow, options.inputs, this.#cwd);
    if (inputs.problems.length > 0) throw new Error(inputs.problems.map(({ message }) => message).join('\n'));
    const id = resume?.id ?? newRunId(new Date());
    const record = emptyRecord();
    const workdir = options.workdir === undefined ? undefined : resolve(this.#cwd, options.workdir);
    if (workdir !== undefined) mkdirSync(workdir, { recursive: true });
    const recording = this.#store?.record({
      id,
      plan,
      cwd: this.#cwd,
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
        this.#tell(event, options.listener);
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
      mocks === undefined ? this.#pool : mockedPool(this.#pool, mocks),
      {
        ...rules,
        probe: isAuto ? new SystemProbe() : undefined,
        settings: {
          ...this.#jobSettings(id, workflow.file.path),
          allowed: this.#allowed(options),
          ...(options.prompt && { prompt: options.prompt }),
          sharing,
        },
        hidden: this.#secrets.hidden(workflow),
        ...((inputs.secrets.size > 0 || everyStepOf(workflow).some(({ secrets }) => secrets !== undefined)) && {
          secrets: () => handOut(this.#secrets, workflow, inputs.secrets),
        }),
        inputs: inputs.values,
        ...(inputs.shown && { shownInputs: inputs.shown }),
        ...(resume && { kept: resume.kept }),
        ...(resume?.lastLines && { lastLines: resume.lastLines }),
        ...(resume?.items && { keptItems: resume.items }),
        workdir,
        ...(recording && options.cache?.off !== true && { recall: recording }),
        cacheDefault: this.#config.cache.default,
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
      this.#runs.delete(run);
      sharing?.[Symbol.dispose]();
      await recording?.kept();
      return record;
    });
    const run: Run = {
      id,
      record,
      finished,
      answer: (step, answer) => planRun.lobby.answer(step, answer),
      signal: (signal) => planRun.lobby.signal(signal),
      stop: (reason = 'cancelled') => planRun.stop(reason),
      kill: () => planRun.kill(),
    };
    this.#runs.add(run);
    return run;
  }

  watch(listener: RunListener): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const running = [...this.#runs];
    for (const run of running) run.kill();
    await Promise.all(running.map((run) => run.finished));
    await Promise.all([this.#pool[Symbol.asyncDispose](), this.#store?.[Symbol.asyncDispose]()]);
  }

  async #plan(
    parsed: Result<ParsedWorkflow, ParseFailure>,
    warm: boolean,
  ): Promise<Result<Plan, readonly Diagnostic[]>> {
    const { planWorkflow, allMistakes } = await import('./plan/index.ts');
    if (!parsed.ok) return fail(allMistakes(parsed.error));
    const { warnings } = parsed.value;
    const workflow = withServiceSecrets(parsed.value.workflow, this.#config.services);
    const ruledOut = ruledOutBy(this.#config, workflow, (step) => this.#runtimeOf(step));
    if (ruledOut.length > 0) return fail(ruledOut);
    const plan = planWorkflow(workflow, warnings);
    if (plan.ok && warm) {
      const { cap } = rulesOf(workflow, {}, this.#config.execution);
      const needs = needsOf(plan.value, cap, (step) => ({
        runtime: this.#runtimeOf(step),
        isolation: strictest(this.#config.execution.isolation, step.isolation),
      }));
      for (const { threads, ...kind } of needs) this.#pool.warm(kind, threads);
    }
    return plan;
  }

  /** What the text lacks or misspells is told by whoever reads it for good. */
  #warmForText(path: string): void {
    let text: string;
    try {
      text = readFileSync(resolve(this.#cwd, path), 'utf8');
    } catch {
      return;
    }
    // Which threads or slots they will need is not known yet.
    if (/\bisolation\b/.test(text)) return;
    for (const language of languagesInText(text)) {
      const runner = this.#config.runners[language];
      const runtime: Runtime = language === 'shell' ? 'native' : 'runtime' in runner ? runner.runtime : 'embedded';
      this.#pool.warm({ language, runtime, isolation: this.#config.execution.isolation }, 1);
    }
  }

  #runtimeOf(step: Step): Runtime {
    return runtimeOf(step, this.#config.runners);
  }

  #jobSettings(run: string, file: string): Omit<JobSettings, 'workdir' | 'tmp' | 'secrets'> {
    return {
      run,
      cwd: this.#cwd,
      directory: dirname(resolve(this.#cwd, file)),
      cacheDir: resolve(this.#cwd, this.#config.cache.directory),
      env: this.#env,
      runners: this.#config.runners,
      limits: configuredLimits(this.#config.limits),
      isolation: this.#config.execution.isolation,
      services: this.#services,
    };
  }

  /** Relative patterns start where the engine does. */
  #allowed({ allow }: RunOptions): Allowed | undefined {
    if (allow === undefined) return undefined;
    const absolute = (patterns: readonly string[] = []): string[] =>
      patterns.map((pattern) => resolve(this.#cwd, pattern) + (pattern.endsWith('/') ? '/' : ''));
    return { ...allow, read: absolute(allow.read), write: absolute(allow.write) };
  }

  #parseOptions(): { cwd: string; modulesDir: string } {
    return { cwd: this.#cwd, modulesDir: this.#config.runners.wasm.modulesDir };
  }

  #tell(event: RunEvent, own: RunListener | undefined): void {
    own?.onEvent(event);
    for (const listener of this.#listeners) listener.onEvent(event);
  }
}

function keepOutput(record: RunRecord, step: string, output: EncodedValue): void {
  const kept = record.steps.get(step);
  if (kept !== undefined) kept.output = output;
}
