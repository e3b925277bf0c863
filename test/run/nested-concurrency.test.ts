// Pools, costs and locks of steps inside steps: kept by all of a run together, and nobody waits for somebody that waits.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/model/event.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { planWorkflow } from '../../src/plan/index.ts';
import { hasLocks } from '../../src/run/has-locks.ts';
import { folder, readFile, workflowOf } from '../parse/files.ts';
import { rig, settleDown } from '../support/rig.ts';

const lua = { language: 'lua', code: 'return 1' } as const;
const read = (definition: WorkflowDefinition): Workflow =>
  workflowOf(workflowFromObject(definition, { cwd: process.cwd(), modulesDir: '' }));

describe('a group in a pool', () => {
  it('runs its first step in what it has, and further ones of the pool as there is room', async () => {
    const { pool, start } = rig(Object.fromEntries(['g/a', 'g/b', 'g/c'].map((name) => [name, 'hang' as const])));
    const one = { ...lua, pool: 'api' };
    const definition = { pools: { api: 2 }, steps: { g: { pool: 'api', parallel: { a: one, b: one, c: one } } } };
    const run = start(read(definition), { mode: 'parallel', maxParallelSteps: 9 });
    await settleDown();
    expect(pool.running).toEqual(['g/a', 'g/b']);
    pool.release('g/a');
    await settleDown();
    expect(pool.running).toEqual(['g/b', 'g/c']);
    run.kill();
    await run.finished;
  });
});

describe.skipIf(!hasLocks())('a lock', () => {
  it('of a group is not waited for by the steps inside, of which one at a time has it', async () => {
    const { pool, events, run } = rig();
    const lock = `nested ${process.pid}`;
    const inside = { a: { ...lua, lock }, b: { ...lua, lock }, c: lua };
    const record = await run(read({ steps: { g: { lock, parallel: inside } } }), {
      mode: 'parallel',
      maxParallelSteps: 9,
    });
    expect(record.status).toBe('succeeded');
    expect(pool.mostAtOnce).toBe(2);
    expect(events.some(({ kind }) => kind === 'lock-awaited')).toBe(false);
  });

  it('of a workflow is that of the step in which it runs', async () => {
    const lock = `inner ${process.pid}`;
    const cwd = folder({
      'inner.toml': `lock = "${lock}"\n[steps.work]\ncode = "return 1"\n`,
      'outer.toml': '[steps.a]\nworkflow = "inner.toml"\n[steps.b]\nworkflow = "inner.toml"\n',
    });
    const outer = workflowOf(await readFile(cwd, 'outer.toml'));
    const { pool, events, start } = rig({ 'a/work': 'hang', 'b/work': 'hang' });
    const first = start(outer, { mode: 'parallel', maxParallelSteps: 9 });
    await until(() => pool.running.length > 0);
    await settleDown();
    expect(pool.running).toEqual(['a/work']);
    const second = start(workflowOf(await readFile(cwd, 'inner.toml')));
    await until(() => events.some((event) => event.kind === 'lock-awaited' && event.run === second.id));
    pool.release('a/work');
    await until(() => pool.running.includes('b/work') || pool.running.includes('work'));
    first.kill();
    await first.finished;
    expect((await second.finished).status).toBe('succeeded');
  });
});

describe('on any tree of groups', () => {
  it('every step settles once, and pools, locks and the cap hold', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyTree(),
        fc.constantFrom('sequential', 'parallel', 'work-stealing'),
        fc.integer({ min: 1, max: 5 }),
        async (steps, mode, cap) => {
          const definition = { pools: { p: 2, q: 3 }, failure_mode: 'continue', steps } as const;
          const workflow = read(definition);
          // Those that could wait for each other for ever are refused.
          if (!planWorkflow(workflow).ok) return;
          const leaves = leavesOf(steps, '');
          const { pool, events, start: engineStart } = rig();
          const most = { p: 0, q: 0 };
          const start = pool.start.bind(pool);
          pool.start = (job, context) => {
            const running = start(job, context);
            for (const name of ['p', 'q'] as const) {
              const inside = pool.running.filter((step) => leaves.get(step)?.pool === name);
              most[name] = Math.max(most[name], inside.length);
            }
            return running;
          };
          const going = engineStart(workflow, { mode, maxParallelSteps: cap });
          const hung = setTimeout(() => going.kill(), 3000);
          const record = await going.finished;
          clearTimeout(hung);
          expect(record.status).toBe('succeeded');
          expect(pool.mostAtOnce).toBeLessThanOrEqual(cap);
          expect(most.p).toBeLessThanOrEqual(2);
          expect(most.q).toBeLessThanOrEqual(3);
          const ended = events.filter(({ kind }) => kind === 'step-succeeded') as (RunEvent & { step: string })[];
          for (const name of leaves.keys()) expect(ended.filter(({ step }) => step === name)).toHaveLength(1);
        },
      ),
      { numRuns: 300 },
    );
  });
});

function anyTree(depth = 2): fc.Arbitrary<Record<string, StepDefinition>> {
  const bounds = fc.record({
    pool: fc.constantFrom(undefined, undefined, 'p', 'q'),
    cost: fc.constantFrom(undefined, undefined, 2),
    priority: fc.constantFrom(undefined, 1),
  });
  const leaf = bounds.map((own): StepDefinition => ({ ...given(own), ...lua }));
  const group = (inside: fc.Arbitrary<Record<string, StepDefinition>>): fc.Arbitrary<StepDefinition> =>
    fc.tuple(bounds, inside).map(([own, parallel]): StepDefinition => ({ ...given(own), parallel }));
  const step = depth === 0 ? leaf : fc.oneof(leaf, group(anyTree(depth - 1)));
  return fc
    .array(step, { minLength: 1, maxLength: 4 })
    .map((all) => Object.fromEntries(all.map((one, index) => [`s${index}`, one])));
}

function given<T extends object>(fields: T): { [K in keyof T]: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

function leavesOf(steps: Record<string, StepDefinition>, outer: string): Map<string, StepDefinition> {
  return new Map(
    Object.entries(steps).flatMap(([name, step]) =>
      step.parallel === undefined
        ? [[outer + name, step] as const]
        : [...leavesOf(step.parallel as Record<string, StepDefinition>, `${outer}${name}/`)],
    ),
  );
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
}
