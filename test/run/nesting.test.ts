// Steps inside steps: groups, callbacks, races and other files, in every mode and inside one another.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { decode } from '../../runners/value.ts';
import type { RunEvent } from '../../src/model/event.ts';
import type { RunRecord } from '../../src/model/record.ts';
import type { Workflow } from '../../src/model/workflow.ts';
import type { WorkflowDefinition } from '../../src/parse/definition.ts';
import type { StepDefinition } from '../../src/parse/step-definition.ts';
import { workflowFromObject } from '../../src/parse/index.ts';
import { diagnosticsOf, folder, readFile, workflowOf } from '../parse/files.ts';
import { type Rig, rig, settleDown } from '../support/rig.ts';

const MODES = ['sequential', 'parallel', 'work-stealing'] as const;
const lua = { language: 'lua', code: 'return 1' } as const;
const ok = (value: string) => () => ({ ok: true as const, output: Buffer.from(value), warnings: [] });

function read(definition: WorkflowDefinition): Workflow {
  return workflowOf(workflowFromObject(definition, { cwd: '/nowhere', modulesDir: '' }));
}

function outputOf(record: RunRecord, step: string): unknown {
  return decode(record.steps.get(step)!.output!);
}

function inputsOf({ pool }: Rig, step: string): unknown {
  const { inputs } = pool.jobs.find((job) => job.step === step)!;
  return Object.fromEntries([...inputs].map(([name, value]) => [name, decode(value)]));
}

describe.each(MODES)('in mode %s', (mode) => {
  it('a group runs its steps beside each other, and gives their outputs by name', async () => {
    const one = rig({ before: ok('5'), 'all/b': ok('"B"'), 'all/a': ok('"A"') });
    const steps = {
      before: lua,
      all: { depends_on: 'before', parallel: { a: lua, b: lua, c: { ...lua, depends_on: ['a', 'b'] } } },
      after: { ...lua, depends_on: 'all' },
    };
    const record = await one.run(read({ steps }), { mode });
    expect(record.status).toBe('succeeded');
    expect(outputOf(record, 'all')).toEqual({ a: 'A', b: 'B', c: 'all/c' });
    expect(inputsOf(one, 'all/a')).toEqual({ before: 5 });
    expect(inputsOf(one, 'all/c')).toEqual({ before: 5, a: 'A', b: 'B' });
    expect(one.pool.mostAtOnce).toBe(2);
    expect([...record.steps.keys()].toSorted()).toEqual(['after', 'all', 'all/a', 'all/b', 'all/c', 'before']);
  });

  it('the first success of a race ends the others', async () => {
    const { run, story } = rig({ 'who/slow': 'hang', 'who/bad': 'fail', 'who/quick': ok('7') });
    const record = await run(read({ steps: { who: { race: { steps: { slow: lua, bad: lua, quick: lua } } } } }), {
      mode,
    });
    expect(record.status).toBe('succeeded');
    expect(outputOf(record, 'who')).toEqual({ winner: 'quick', output: 7 });
    expect(story).toContain('cancel who/slow');
    expect(story).toContain('fail who/bad');
  });
});

test('a group keeps to its own cap, and to that of the run', async () => {
  const members = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`m${i}`, lua]));
  const own = rig();
  await own.run(read({ steps: { all: { parallel: members, max_concurrent: 2 } } }), { mode: 'parallel' });
  expect(own.pool.mostAtOnce).toBe(2);
  const whole = rig();
  const steps = { one: { parallel: members }, other: { parallel: { inner: { parallel: members } } } };
  await whole.run(read({ steps }), { mode: 'work-stealing', maxParallelSteps: 3 });
  expect(whole.pool.mostAtOnce).toBe(3);
});

test('steps of a group name one another and what is around, which makes the group wait for that', async () => {
  const one = rig({ around: ok('{"n":2}'), 'all/a': ok('3') });
  const workflow = read({
    steps: {
      all: {
        parallel: {
          a: { ...lua, inputs: { n: '{{ steps.around.output.n }}' } },
          b: { ...lua, inputs: { n: '{{ steps.a.output + steps.around.output.n }}' } },
        },
      },
      around: lua,
    },
  });
  const record = await one.run(workflow, { mode: 'work-stealing' });
  expect(record.status).toBe('succeeded');
  expect(one.pool.started).toEqual(['around', 'all/a', 'all/b']);
  expect(inputsOf(one, 'all/b')).toEqual({ around: { n: 2 }, a: 3, n: 5 });
});

test('a step of a group that depends on one around makes the group wait for that', async () => {
  const one = rig({ around: ok('5') });
  const steps = { all: { parallel: { deep: { parallel: { a: { ...lua, depends_on: 'around' } } } } }, around: lua };
  const record = await one.run(read({ steps }), { mode: 'work-stealing' });
  expect(record.status).toBe('succeeded');
  expect(one.pool.started).toEqual(['around', 'all/deep/a']);
  expect(inputsOf(one, 'all/deep/a')).toEqual({ around: 5 });
});

describe('a failed step of a group', () => {
  const group = (more: Partial<StepDefinition>): WorkflowDefinition => ({
    steps: {
      all: { parallel: { bad: lua, good: lua, behind: { ...lua, depends_on: 'bad' } }, ...more },
      last: { ...lua, depends_on: 'all' },
    },
  });

  it('fails the group, which names it', async () => {
    const { run, story } = rig({ 'all/bad': 'fail' });
    const record = await run(read(group({})), { mode: 'parallel' });
    expect(record.steps.get('all')!.failure).toEqual({
      reason: 'steps-failed',
      message: 'A step inside it failed: "bad": all/bad broke',
      steps: ['all/bad'],
    });
    expect(story).toContain('skip all/behind (all/bad)');
    expect(story).toContain('skip last (all)');
  });

  it('ends the others where its failure mode says so', async () => {
    const { run, story } = rig({ 'all/bad': 'fail', 'all/good': 'hang' });
    await run(read(group({ failure_mode: 'kill' })), { mode: 'parallel' });
    expect(story).toContain('cancel all/good');
  });

  it('is told to the callback, where the others go on', async () => {
    const one = rig({ 'all/bad': 'fail', 'all/good': ok('2') });
    const record = await one.run(read(group({ failure_mode: 'continue', callback: lua })), { mode: 'parallel' });
    expect(record.status).toBe('succeeded');
    expect(inputsOf(one, 'all/callback')).toEqual({
      outcomes: [
        { name: 'bad', status: 'failed', output: null, error: { reason: 'threw', message: 'all/bad broke' } },
        { name: 'good', status: 'succeeded', output: 2, error: null },
        { name: 'behind', status: 'skipped', output: null, error: null },
      ],
    });
    expect(outputOf(record, 'all')).toBe('all/callback');
    expect(one.pool.started.filter((step) => step === 'all/callback')).toHaveLength(1);
  });

  it('leaves no callback to run otherwise', async () => {
    const { run, story } = rig({ 'all/bad': 'fail' });
    const record = await run(read(group({ callback: lua })), { mode: 'parallel' });
    expect(record.status).toBe('failed');
    expect(story.some((line) => line.startsWith('skip all/callback'))).toBe(true);
  });
});

describe('a race', () => {
  const race = (settle?: 'first_done'): WorkflowDefinition => ({
    steps: { who: { race: { steps: { a: lua, b: lua }, ...(settle && { settle }) } } },
  });

  it('fails with each of its steps when all have failed', async () => {
    const { run } = rig({ 'who/a': 'fail', 'who/b': 'fail' });
    const record = await run(read(race()), { mode: 'parallel' });
    expect(record.steps.get('who')!.failure).toEqual({
      reason: 'steps-failed',
      message: 'All steps of the race failed: "a": who/a broke; "b": who/b broke',
      steps: ['who/a', 'who/b'],
    });
  });

  it('is decided by the first that ends, where it says so', async () => {
    const { run, story } = rig({ 'who/a': 'fail', 'who/b': 'hang' });
    const record = await run(read(race('first_done')), { mode: 'parallel' });
    expect(record.steps.get('who')!.failure).toMatchObject({
      message: 'The first step of the race failed: "a": who/a broke',
    });
    expect(story).toContain('cancel who/b');
  });

  it('starts nothing more once it is decided', async () => {
    const { run, story } = rig();
    await run(read(race()), { mode: 'parallel', maxParallelSteps: 1 });
    expect(story).toEqual([
      'level 0',
      'start who',
      'start who/a',
      'ok who/a',
      'skip who/b (who/a)',
      'ok who',
      'succeeded',
    ]);
    expect(story).not.toContain('start who/b');
  });
});

test('what is inside a step that is stopped is stopped, and a step that never opens skips what is inside it', async () => {
  const { start, story } = rig({ 'one/deep/x': 'hang' });
  const steps = {
    one: { parallel: { deep: { parallel: { x: lua } } } },
    two: { depends_on: 'one', race: { steps: { y: lua } } },
  };
  const run = start(read({ steps }), { mode: 'parallel' });
  await settleDown();
  run.stop();
  const record = await run.finished;
  expect(record.status).toBe('cancelled');
  expect(story).toEqual(
    expect.arrayContaining([
      'cancel one/deep/x',
      'cancel one/deep',
      'cancel one',
      'skip two (cancelled)',
      'skip two/y (two)',
    ]),
  );
});

test('a group whose time is over fails, and with it all that runs inside', async () => {
  const { run, story } = rig({ 'all/a': 'hang' });
  const record = await run(read({ steps: { all: { timeout: '30ms', parallel: { a: lua } } } }));
  expect(record.steps.get('all')!.failure).toEqual({ reason: 'timed-out', afterMs: 30 });
  expect(story).toContain('cancel all/a');
});

test('each item of a step has steps of its own inside it', async () => {
  const one = rig();
  const steps = { all: { foreach: ['x', 'y'], inputs: { item: '{{ item }}' }, parallel: { a: lua, b: lua } } };
  const record = await one.run(read({ steps }), { mode: 'parallel' });
  expect(record.status).toBe('succeeded');
  expect(outputOf(record, 'all')).toEqual([
    { a: 'all[0]/a', b: 'all[0]/b' },
    { a: 'all[1]/a', b: 'all[1]/b' },
  ]);
  expect(inputsOf(one, 'all[1]/b')).toMatchObject({ item: 'y' });
  expect(record.steps.get('all[1]/b')).toMatchObject({ status: 'succeeded', level: 0 });
});

test('items inside a group are told under its name', async () => {
  const { run } = rig();
  const steps = { all: { parallel: { each: { ...lua, foreach: 2 } } } };
  const record = await run(read({ steps }), { mode: 'parallel' });
  expect(outputOf(record, 'all')).toEqual({ each: ['all/each[0]', 'all/each[1]'] });
});

test('a run that goes on keeps what had succeeded inside a step that had not', async () => {
  const { run, pool, events } = rig();
  const steps = {
    all: { parallel: { a: lua, b: { ...lua, depends_on: 'a' } } },
    done: { race: { steps: { x: lua, y: lua } } },
  };
  const kept = new Map([
    ['all/a', Buffer.from('"kept"')],
    ['done', Buffer.from('{"output":1,"winner":"x"}')],
    ['done/x', Buffer.from('1')],
  ]);
  const record = await run(read({ steps }), { mode: 'parallel', resume: { id: '20261121-120000-0000000a', kept } });
  expect(record.status).toBe('succeeded');
  expect(pool.started).toEqual(['all/b']);
  expect(decode(pool.jobs[0]!.inputs.get('a')!)).toBe('kept');
  expect(outputOf(record, 'all')).toEqual({ a: 'kept', b: 'all/b' });
  expect(events[0]).toMatchObject({ kind: 'run-resumed', kept: ['done', 'all/a', 'done/x'] });
  expect(record.steps.get('done/y')).toMatchObject({ status: 'skipped' });
});

describe('another file', () => {
  const INNER = `workflow = {
    inputs = { n = { type = "integer", max = 9 }, word = { default = "x" } },
    outputs = { sum = "{{ steps.b.output }}" },
    steps = { a = { code = "return 1", inputs = { n = "{{ inputs.n }}" } }, b = { code = "return 2", depends_on = "a" } },
  }`;
  const outer = (fields: string): string =>
    `workflow = { steps = { first = { code = "return 4" }, sub = { workflow = "inner.lua"${fields} } } }`;
  const inFolder = (files: Record<string, string>) => folder({ 'inner.lua': INNER, ...files });

  it('runs inside a step, with typed inputs and outputs', async () => {
    const cwd = inFolder({ 'outer.lua': outer(', inputs = { n = "{{ steps.first.output }}" }') });
    const one = rig({ first: ok('4'), 'sub/b': ok('9') });
    const record = await one.run(workflowOf(await readFile(cwd, 'outer.lua')), { mode: 'parallel' });
    expect(record.status).toBe('succeeded');
    expect(outputOf(record, 'sub')).toEqual({ sum: 9 });
    expect(inputsOf(one, 'sub/a')).toEqual({ n: 4 });
    expect(one.pool.started).toEqual(['first', 'sub/a', 'sub/b']);
  });

  it('fails when a value that is computed is none that it takes', async () => {
    const cwd = inFolder({ 'outer.lua': outer(', inputs = { n = "{{ steps.first.output }}" }') });
    const { run, pool } = rig({ first: ok('40') });
    const record = await run(workflowOf(await readFile(cwd, 'outer.lua')), { mode: 'parallel' });
    expect(record.steps.get('sub')!.failure).toMatchObject({
      reason: 'expression',
      message: 'Input "n" takes a number up to 9. It was given 40.',
    });
    expect(pool.started).toEqual(['first']);
  });

  it('is checked when the outer one is read', async () => {
    const told = async (fields: string, inner = INNER): Promise<(string | undefined)[][]> => {
      const cwd = folder({ 'inner.lua': inner, 'outer.lua': outer(fields) });
      return diagnosticsOf(await readFile(cwd, 'outer.lua')).map(({ file, message }) => [
        file?.path.split('/').at(-1),
        message,
      ]);
    };
    expect(await told('')).toEqual([
      ['outer.lua', expect.stringMatching(/^Give "n" in "inputs" of step "sub": ".*inner.lua" cannot do without it$/)],
    ]);
    expect(await told(', inputs = { n = 10, wrod = 1 }')).toEqual([
      ['outer.lua', expect.stringMatching(/^Input "n" of ".*inner.lua" takes a number up to 9. It is given 10.$/)],
      [
        'outer.lua',
        expect.stringMatching(
          /^".*inner.lua" declares no input "wrod", which step "sub" gives it; did you mean "word"\?$/,
        ),
      ],
    ]);
    expect(await told('', 'workflow = { steps = { a = { code = "", depends_on = "b" } }, stepz = 1 }')).toEqual([
      ['inner.lua', 'Step "a" needs "b", which does not exist'],
      ['inner.lua', expect.stringContaining('stepz')],
    ]);
    expect(await told('', 'workflow = { steps = { a = { workflow = "outer.lua" } } }')).toEqual([
      [
        'inner.lua',
        expect.stringMatching(/^Let "outer.lua" not run inside itself: .*outer.lua -> .*inner.lua -> .*outer.lua$/),
      ],
    ]);
  });

  it('is told of once, however often it is inside', async () => {
    const inner = 'workflow = { steps = { a = { code = "", depends_on = "a" } } }';
    const twice =
      'workflow = { steps = { a = { workflow = "inner.lua" }, b = { parallel = { c = { workflow = "inner.lua" } } } } }';
    const cwd = folder({ 'inner.lua': inner, 'outer.lua': twice });
    expect(diagnosticsOf(await readFile(cwd, 'outer.lua')).map(({ code }) => code)).toEqual(['self-dependency']);
  });

  it('cleans up after itself when the run is stopped', async () => {
    const inner = 'workflow = { finally = "clean", steps = { a = { code = "" }, clean = { code = "" } } }';
    const cwd = folder({
      'inner.lua': inner,
      'outer.lua': 'workflow = { steps = { sub = { workflow = "inner.lua" } } }',
    });
    const { start, story } = rig({ 'sub/a': 'hang' });
    const run = start(workflowOf(await readFile(cwd, 'outer.lua')), { mode: 'parallel' });
    await settleDown();
    run.stop();
    await run.finished;
    expect(story.slice(1)).toEqual([
      'start sub',
      'start sub/a',
      'cancel sub/a',
      'start sub/clean',
      'ok sub/clean',
      'cancel sub',
      'cancelled',
    ]);
  });

  it('that is not there is told where it is named', async () => {
    const cwd = folder({ 'outer.lua': outer('') });
    const [diagnostic] = diagnosticsOf(await readFile(cwd, 'outer.lua'));
    expect(diagnostic).toMatchObject({ code: 'file-not-found', file: { path: 'outer.lua' } });
    expect(diagnostic!.span).toBeDefined();
  });

  it('hides what it declares as secret in all that its steps say', async () => {
    const cwd = folder({
      'inner.lua': `workflow = { inputs = { key = { secret = true } }, steps = { a = { code = "", inputs = { key = "{{ inputs.key }}" } } } }`,
      'outer.lua': outer(', inputs = { key = "{{ steps.first.output }}" }'),
    });
    const { run } = rig({ first: ok('"s3cret-value"'), 'sub/a': ok('{"echo":"got s3cret-value"}') });
    const record = await run(workflowOf(await readFile(cwd, 'outer.lua')), { mode: 'parallel' });
    expect(outputOf(record, 'sub/a')).toEqual({ echo: 'got ***' });
    expect(outputOf(record, 'sub')).toEqual({ a: { echo: 'got ***' } });
  });

  it('is held to what the step that it is inside of may do', async () => {
    const cwd = folder({
      'deep/inner.lua':
        'workflow = { permissions = { read = "data/" }, limits = { cpu = "9s", output = "1MB" }, steps = { a = { code = "" } } }',
      'outer.lua': `workflow = { steps = {
        bare = { workflow = "deep/inner.lua" },
        held = { workflow = "deep/inner.lua", permissions = { read = "files/" }, limits = { cpu = "2s" }, isolation = "process" },
      } }`,
    });
    const { steps } = workflowOf(await readFile(cwd, 'outer.lua'));
    const inside = (name: string) => {
      const { work } = steps.find((step) => step.name === name)!;
      return work?.kind === 'workflow' ? work.inside.steps[0]! : undefined;
    };
    expect(inside('bare')!.permissions.map(({ from, read: paths }) => [from, paths])).toEqual([
      ['workflow', []],
      ['workflow', ['data/']],
    ]);
    expect(inside('held')).toMatchObject({
      permissions: [
        { from: 'step', read: [`${cwd}/files/`] },
        { from: 'workflow', read: ['data/'] },
      ],
      limits: { cpu: { value: 2000 }, output: { value: 1024 ** 2 } },
      isolation: 'process',
    });
  });
});

test('mistakes inside a group stand where they are', () => {
  const told = (all: object): string[] =>
    diagnosticsOf(
      workflowFromObject({ steps: { all } } as WorkflowDefinition, { cwd: '/nowhere', modulesDir: '' }),
    ).map(({ message }) => message);
  expect(told({ parallel: { a: { ...lua, depends_on: 'b' }, c: { codee: '' } } })).toEqual([
    'Step "a" needs "b", which does not exist',
    'Step "c" has an unknown field "codee"; did you mean "code"?',
  ]);
  expect(told({ race: { steps: { a: lua, b: { ...lua, inputs: { x: '{{ steps.a.output }}' } } } } })).toEqual([
    'Let step "b" not wait for "a": in the race of step "all" all start at once; what has to follow one another is a step with "parallel"',
  ]);
  expect(told({ parallel: { a: lua, callback: lua }, callback: lua })).toEqual([
    'Rename step "callback" in "parallel" of step "all": its callback has that name',
  ]);
});

/** Any tree of steps: code, groups and races, with dependencies among those of one place. */
interface Drawn {
  readonly kind: 'code' | 'group' | 'race';
  readonly inside: readonly Drawn[];
  readonly picks: readonly number[];
  readonly cap: number;
  readonly continues: boolean;
  readonly calls: boolean;
  readonly fails: boolean;
}

function anyStep(depth: number): fc.Arbitrary<Drawn> {
  return fc.record({
    kind:
      depth === 0 ? fc.constant('code' as const) : fc.constantFrom('code' as const, 'group' as const, 'race' as const),
    inside: depth === 0 ? fc.constant([]) : fc.array(anyStep(depth - 1), { minLength: 1, maxLength: 4 }),
    picks: fc.array(fc.nat(9), { maxLength: 2 }),
    cap: fc.integer({ min: 1, max: 3 }),
    continues: fc.boolean(),
    calls: fc.boolean(),
    fails: fc.nat(9).map((dice) => dice === 0),
  });
}

function drawnSteps(drawn: readonly Drawn[], canWait = true): Record<string, StepDefinition> {
  return Object.fromEntries(
    drawn.map(({ kind, inside, picks, cap, continues, calls }, i): [string, StepDefinition] => {
      const needs = canWait && i > 0 ? [...new Set(picks.map((pick) => `s${pick % i}`))] : [];
      const common = needs.length === 0 ? {} : { depends_on: needs };
      if (kind === 'code') return [`s${i}`, { ...lua, ...common }];
      if (kind === 'race') return [`s${i}`, { ...common, race: { steps: drawnSteps(inside, false) } }];
      const modes = continues ? { failure_mode: 'continue' as const } : {};
      return [
        `s${i}`,
        { ...common, ...modes, parallel: drawnSteps(inside), max_concurrent: cap, ...(calls && { callback: lua }) },
      ];
    }),
  );
}

function failing(drawn: readonly Drawn[], outer = ''): string[] {
  return drawn.flatMap(({ inside, fails, kind }, i) => {
    const name = `${outer}s${i}`;
    return kind === 'code' ? (fails ? [name] : []) : failing(inside, `${name}/`);
  });
}

test('on any tree of groups and races every step settles exactly once, none starts too early, and all caps hold', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyStep(2), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(...MODES),
      fc.integer({ min: 1, max: 4 }),
      async (drawn, mode, cap) => {
        const { run, events, pool } = rig(Object.fromEntries(failing(drawn).map((name) => [name, 'fail' as const])));
        const workflow = read({ failure_mode: 'continue', steps: drawnSteps(drawn) });
        const record = await run(workflow, { mode, maxParallelSteps: cap });
        expect(['succeeded', 'failed']).toContain(record.status);
        expect(pool.mostAtOnce).toBeLessThanOrEqual(cap);
        settlesOnce(events, record);
        startsInTime(events, workflow.steps, '');
        keepsCaps(events, workflow.steps, '');
      },
    ),
    { numRuns: 120 },
  );
});

const ENDS = ['step-succeeded', 'step-failed', 'step-cancelled', 'step-skipped'];

function settlesOnce(events: readonly RunEvent[], record: RunRecord): void {
  const settled = events.flatMap((event) => (ENDS.includes(event.kind) && 'step' in event ? [event.step] : []));
  expect(settled.toSorted()).toEqual([...record.steps.keys()].toSorted());
}

function startsInTime(events: readonly RunEvent[], steps: Workflow['steps'], outer: string): void {
  const at = (kind: string, step: string): number =>
    events.findIndex((event) => event.kind === kind && 'step' in event && event.step === step);
  for (const { name, dependsOn, runIf, work } of steps) {
    const began = at('step-started', outer + name);
    if (work !== undefined && 'inside' in work) startsInTime(events, work.inside.steps, `${outer}${name}/`);
    if (began === -1) continue;
    if (outer !== '') expect(began).toBeGreaterThan(at('step-started', outer.slice(0, -1)));
    for (const dependency of dependsOn) {
      const ends = runIf === undefined ? ['step-succeeded'] : ENDS;
      const ended = Math.max(...ends.map((kind) => at(kind, outer + dependency.name)));
      expect(ended).toBeGreaterThan(-1);
      expect(began).toBeGreaterThan(ended);
    }
  }
}

/** Each group's own. */
function keepsCaps(events: readonly RunEvent[], steps: Workflow['steps'], outer: string): void {
  for (const { name, work } of steps) {
    if (work === undefined || !('inside' in work)) continue;
    const within = `${outer}${name}/`;
    const own = new Set(work.inside.steps.map((step) => within + step.name));
    let running = 0;
    for (const event of events) {
      if (!('step' in event) || !own.has(event.step)) continue;
      if (event.kind === 'step-started') running += 1;
      else if (ENDS.includes(event.kind) && event.kind !== 'step-skipped') running -= 1;
      expect(running).toBeLessThanOrEqual(Number(work.inside.maxParallelSteps ?? Number.POSITIVE_INFINITY));
    }
    keepsCaps(events, work.inside.steps, within);
  }
}
