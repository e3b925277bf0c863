/** The pipeline on one page: load a workflow, plan it, begin its run. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Runtime } from '../runners/contract.ts';
import type { CheckOptions, Engine, EngineOptions, LoadOptions, Run, RunOptions } from './api.ts';
import { beginRun, type RunMeans } from './begin-run.ts';
import type { Config } from './config/config.ts';
import { defaultConfig } from './config/defaults.ts';
import { ruledOutBy } from './config/ruled-out.ts';
import { missingServices, withServiceSecrets } from './config/services-for.ts';
import { jobSettings } from './job-settings.ts';
import type { Diagnostic } from './model/diagnostic.ts';
import type { RunListener } from './model/event.ts';
import { strictest } from './model/isolation.ts';
import type { Plan } from './model/plan.ts';
import { fail, type Result } from './model/result.ts';
import type { Step } from './model/step.ts';
import type { WorkflowDefinition } from './parse/definition.ts';
import type { ParsedWorkflow, ParseFailure } from './parse/index.ts';
import type { Foresight, Memory } from './run/foresee.ts';
import { settleInputs } from './run/given-inputs.ts';
import { type JobSettings, runtimeOf } from './run/job.ts';
import { mockedPlan } from './run/mocked-pool.ts';
import { paced } from './run/paced.ts';
import type { Pool } from './run/pool.ts';
import { Secrets } from './run/secrets.ts';
import { ThreadPool } from './run/thread-pool.ts';
import { rulesOf } from './run-rules.ts';
import type { RunStore } from './store/store.ts';
import { languagesInText, namesPrograms, needsOf } from './warm-up.ts';

export function createEngine(options: EngineOptions = {}): Engine {
  return new LocalEngine(options);
}

class LocalEngine implements Engine {
  readonly #cwd: string;
  readonly #config: Config;
  readonly #secrets: Secrets;
  readonly #pool: Pool;
  readonly #store: RunStore | undefined;
  readonly #listeners = new Set<RunListener>();
  readonly #runs = new Set<Run>();
  readonly #means: RunMeans;

  constructor(options: EngineOptions) {
    const { env = process.env, store } = options;
    const config = options.config ?? defaultConfig();
    const cwd = resolve(options.cwd ?? process.cwd());
    const secrets = new Secrets({ sources: config.secrets, env, cwd });
    const pool =
      options.pool ??
      new ThreadPool({
        cacheDir: resolve(cwd, config.cache.directory),
        wasi: config.runners.wasm.wasiEnabled,
        ownsProcess: options.ownsProcess ?? false,
        ...(options.headStart !== undefined && { early: options.headStart }),
      });
    const listeners = this.#listeners;
    this.#means = { cwd, env, config, services: paced(config.services), secrets, pool, store, listeners };
    this.#cwd = cwd;
    this.#config = config;
    this.#secrets = secrets;
    this.#pool = pool;
    this.#store = store;
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
      ...jobSettings(this.#means, { run: '', file: workflow.file.path, allow: options.allow }),
      workdir: '',
      tmp: '',
      secrets: { values: new Map(), hidden: this.#secrets.hidden(workflow) },
    };
    const { refresh = [] } = options.cache ?? {};
    const inputs = settleInputs(workflow, options.inputs, this.#cwd).values;
    return foresee(plan, { settings, inputs, cacheDefault: this.#config.cache.default, refresh, memory });
  }

  start(plan: Plan, options: RunOptions = {}): Run {
    const run = beginRun(plan, options, this.#means);
    this.#runs.add(run);
    void run.finished.then(() => this.#runs.delete(run));
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
    const { isolation } = this.#config.execution;
    if (namesPrograms(text)) this.#pool.warm({ language: 'shell', runtime: 'native', isolation }, 0);
    for (const language of languagesInText(text)) {
      const runner = this.#config.runners[language];
      const runtime: Runtime = language === 'shell' ? 'native' : 'runtime' in runner ? runner.runtime : 'embedded';
      this.#pool.warm({ language, runtime, isolation }, 1);
    }
  }

  #runtimeOf(step: Step): Runtime {
    return runtimeOf(step, this.#config.runners);
  }

  #parseOptions(): { cwd: string; modulesDir: string } {
    return { cwd: this.#cwd, modulesDir: this.#config.runners.wasm.modulesDir };
  }
}
