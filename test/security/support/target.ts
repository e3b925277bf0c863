// The engine as attacks meet it: real threads, one per language, canaries around them.
import type { StepFailure } from '../../../runners/contract.ts';
import type { Engine } from '../../../src/api.ts';
import { createEngine } from '../../../src/engine.ts';
import type { StepDefinition } from '../../../src/parse/step-definition.ts';
import type { Attack } from './attack.ts';
import { Canaries } from './canaries.ts';

export interface Attempt {
  /** The output's text; absent when the step failed. */
  readonly output?: string;
  readonly failure?: StepFailure;
  /** Everything that came back: output, failure, printed lines, warnings. */
  readonly shown: string;
}

export class Target {
  readonly canaries: Canaries;
  readonly #engine: Engine;

  static async open(): Promise<Target> {
    return new Target(await Canaries.open());
  }

  private constructor(canaries: Canaries) {
    this.canaries = canaries;
    this.#engine = createEngine({ cwd: canaries.directory });
  }

  async attack({ step, before, given }: Attack): Promise<Attempt> {
    const { aims } = this.canaries;
    if (before !== undefined) await this.run({ step: before(aims) });
    if (given === undefined) return this.run({ step: step(aims) });
    return this.run({
      given: { language: 'javascript', code: given },
      step: { ...step(aims), depends_on: 'given' },
    });
  }

  /** Runs the steps one after another and tells what became of `step`. */
  async run(steps: Record<string, StepDefinition>): Promise<Attempt> {
    const plan = await this.#engine.define({ name: 'attack', steps });
    if (!plan.ok) return { shown: plan.error.map(({ message }) => message).join('\n') };
    const printed: string[] = [];
    const run = this.#engine.start(plan.value, {
      mode: 'sequential',
      listener: {
        onEvent: (event) => {
          if (event.kind === 'step-printed') printed.push(...event.lines.map(({ text }) => text));
          if (event.kind === 'step-warned') printed.push(event.message);
        },
      },
    });
    const { output, failure } = (await run.finished).steps.get('step')!;
    const text = output === undefined ? undefined : Buffer.from(output).toString();
    return {
      ...(text !== undefined && { output: text }),
      ...(failure !== undefined && { failure }),
      shown: [text ?? '', JSON.stringify(failure ?? ''), ...printed].join('\n'),
    };
  }

  async close(): Promise<void> {
    await this.#engine[Symbol.asyncDispose]();
    await this.canaries.close();
  }
}
