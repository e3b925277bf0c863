// Runs a graph on a fake pool and says what happened, in words short enough for a test's expectation.
import type { Engine, Run, RunOptions } from '../../src/api.ts';
import { createEngine } from '../../src/engine.ts';
import type { RunEvent, SkipReason } from '../../src/model/event.ts';
import type { RunRecord } from '../../src/model/record.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import { type Behaviour, FakePool } from './fake-pool.ts';
import { graph, planOf } from './graph.ts';

export interface Rig {
  readonly pool: FakePool;
  readonly events: RunEvent[];
  readonly engine: Engine;
  /** Each event in short: `start a`, `ok a`, `fail b`, `skip c (b)`, `cancel d`, `retry a`, `level 1`. */
  readonly story: string[];
  readonly start: (workflow: Workflow | string[], options?: RunOptions) => Run;
  readonly run: (workflow: Workflow | string[], options?: RunOptions) => Promise<RunRecord>;
}

export function rig(behaviours: Record<string, Behaviour | Behaviour[]> = {}): Rig {
  const pool = new FakePool(behaviours);
  const engine = createEngine({ pool });
  const events: RunEvent[] = [];
  const story: string[] = [];
  engine.watch({
    onEvent: (event) => {
      events.push(event);
      const line = inShort(event);
      if (line !== undefined) story.push(line);
    },
  });
  const start = (workflow: Workflow | string[], options: RunOptions = {}): Run =>
    engine.start(planOf(Array.isArray(workflow) ? graph(...workflow) : workflow), { maxParallelSteps: 4, ...options });
  return { pool, events, engine, story, start, run: (workflow, options) => start(workflow, options).finished };
}

function inShort(event: RunEvent): string | undefined {
  switch (event.kind) {
    case 'level-started':
      return `level ${event.level}`;
    case 'step-started':
      return `start ${event.step}`;
    case 'step-retrying':
      return `retry ${event.step}`;
    case 'step-succeeded':
      return `ok ${event.step}`;
    case 'step-failed':
      return `fail ${event.step}`;
    case 'step-cancelled':
      return `cancel ${event.step}`;
    case 'step-skipped':
      return `skip ${event.step} (${shortly(event.because)})`;
    case 'run-settled':
      return event.status;
    default:
      return undefined;
  }
}

function shortly(because: SkipReason): string {
  switch (because.kind) {
    case 'stopped':
      return because.reason;
    case 'condition':
      return `if ${because.expression}`;
    case 'run-if':
      return because.rule;
    default:
      return because.step;
  }
}

/** Lets everything that can happen without waiting happen. */
export async function settleDown(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
}
