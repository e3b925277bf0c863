// Steps that let time pass.
import { describe, expect, it } from 'vitest';
import type { Workflow } from '../../src/model/workflow.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { diagnosticsOf, workflowOf } from '../parse/files.ts';
import { rig } from '../support/rig.ts';

const lua = { language: 'lua', code: 'return 1' } as const;
const FILES = { cwd: '/nowhere', modulesDir: '' };

function read(definition: WorkflowDefinition): Workflow {
  return workflowOf(workflowFromObject(definition, FILES));
}

describe.each(['sequential', 'parallel', 'work-stealing'] as const)('in mode %s', (mode) => {
  it('a step that waits takes no thread, and what depends on it starts that much later', async () => {
    const { run, pool, events } = rig({});
    const steps = {
      before: lua,
      pause: { wait: '80ms', depends_on: 'before' },
      after: { ...lua, depends_on: 'pause' },
    };
    const record = await run(read({ steps }), { mode });
    expect(record.status).toBe('succeeded');
    expect(pool.started).toEqual(['before', 'after']);
    const at = (kind: string, step: string): number =>
      events.find((event) => event.kind === kind && 'step' in event && event.step === step)!.at;
    expect(at('step-started', 'after') - at('step-succeeded', 'before')).toBeGreaterThanOrEqual(79);
    expect(Buffer.from(record.steps.get('pause')!.output!).toString()).toBe('null');
  });
});

it('its deadline fails it', async () => {
  const { run } = rig({});
  const record = await run(read({ steps: { pause: { wait: '1h', deadline: '20ms' } } }));
  expect(record.steps.get('pause')).toMatchObject({ status: 'failed', failure: { reason: 'timed-out', afterMs: 20 } });
});

it('a step that waits takes no code, and nothing that only code uses', () => {
  const told = (step: object): string[] =>
    diagnosticsOf(workflowFromObject({ steps: { a: step } } as WorkflowDefinition, FILES)).map(
      ({ message }) => message,
    );
  expect(told({ wait: '1s', code: 'return 1', retries: 2 })).toEqual([
    'Step "a" is done by the engine itself ("wait"), which has no "code"; leave it out',
    'Step "a" is done by the engine itself ("wait"), which has no "retries"; leave it out',
  ]);
  expect(told({ language: 'wait' })).toEqual(['Give step "a" "wait"; it has nothing to do']);
  expect(told({ language: 'lua', code: '', wait: 1 })).toEqual([
    'Step "a" is in lua, which has no "wait"; only wait steps do',
  ]);
});
