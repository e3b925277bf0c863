// Runs steps that do actions, in a directory of their own, and tells how each ended.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StepFailure } from '../../../runners/contract.ts';
import type { Engine, EngineOptions } from '../../../src/api.ts';
import { createEngine } from '../../../src/engine.ts';
import type { WorkflowDefinition } from '../../../src/parse/definition.ts';
import type { StepDefinition } from '../../../src/parse/step-definition.ts';

export interface Ended {
  /** Canonical text. */
  readonly text: string | undefined;
  readonly output: unknown;
  readonly failure: StepFailure | undefined;
  readonly warnings: readonly string[];
  readonly lines: readonly string[];
}

export interface Rig extends AsyncDisposable {
  readonly directory: string;
  readonly engine: Engine;
  /** One step of this definition. */
  step(step: StepDefinition, more?: Omit<WorkflowDefinition, 'steps'>): Promise<Ended>;
  /** By name. */
  run(workflow: WorkflowDefinition, inputs?: Record<string, unknown>): Promise<ReadonlyMap<string, Ended>>;
}

export function rig(options: EngineOptions = {}): Rig {
  const directory = mkdtempSync(join(tmpdir(), 'hwfe-actions-'));
  const engine = createEngine({ cwd: directory, env: {}, ...options });
  const run: Rig['run'] = async (workflow, inputs = {}) => {
    const plan = await engine.define(workflow);
    if (!plan.ok) throw new Error(plan.error.map(({ message }) => message).join('\n'));
    const unmet = await engine.check(plan.value, { inputs });
    if (unmet.length > 0) throw new Error(unmet.map(({ message }) => message).join('\n'));
    const lines = new Map<string, string[]>();
    const { steps } = await engine.start(plan.value, {
      inputs,
      failureMode: 'continue',
      listener: {
        onEvent(event) {
          if (event.kind !== 'step-printed') return;
          lines.set(event.step, [...(lines.get(event.step) ?? []), ...event.lines.map(({ text }) => text)]);
        },
      },
    }).finished;
    return new Map(
      [...steps].map(([name, { output, failure, warnings = [] }]) => {
        const text = output && Buffer.from(output).toString();
        const value: unknown = text === undefined ? undefined : JSON.parse(text);
        return [name, { text, output: value, failure, warnings, lines: lines.get(name) ?? [] }];
      }),
    );
  };
  return {
    directory,
    engine,
    run,
    step: async (step, more = {}) => (await run({ ...more, steps: { step } })).get('step')!,
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
