/** How much later 100 honest steps are done for 100 hostile ones beside them. */
import { createEngine, type StepDefinition } from 'hwfe';
import { median, ms, report, times } from './report.ts';

const STEPS = 100;
const ROUNDS = 5;
const POOL = 4;

/** Each hostile step, and one that takes as long without harm. */
const PAIRS: readonly (readonly [StepDefinition, StepDefinition])[] = [
  [
    { language: 'javascript', code: 'Object.prototype.toJSON = () => undefined; function run() { return 1 }' },
    { language: 'javascript', code: 'function run() { return 1 }' },
  ],
  [
    { language: 'javascript', code: 'function run() { for (;;); }', timeout: '200ms' },
    { language: 'javascript', code: 'function run() { const t = Date.now(); while (Date.now() - t < 200); }' },
  ],
  [
    { language: 'javascript', code: 'function run() { return "x".repeat(2 ** 30) }', limits: { memory: '64MB' } },
    { language: 'javascript', code: 'function run() { return "x".repeat(2e7).length }' },
  ],
  [
    { language: 'lua', code: 'while true do pcall(function() while true do end end) end', timeout: '200ms' },
    { language: 'lua', code: 'local t = os.clock() while os.clock() - t < 0.2 do end' },
  ],
  [
    {
      language: 'lua',
      code: 'for i = 1, 20000 do print("\\27[2J", i) end error(setmetatable({}, { __tostring = error }))',
    },
    { language: 'lua', code: 'for i = 1, 20000 do print("      ", i) end' },
  ],
];

const honest = (index: number): StepDefinition =>
  index % 2 === 0
    ? { language: 'javascript', code: `function run() { return ${index} }` }
    : { language: 'lua', code: `return ${index}` };

/** When the last honest step was done, and the longest that one of them took from its start. */
async function measure(
  others: (index: number) => StepDefinition | undefined,
): Promise<{ last: number; longest: number }> {
  const engine = createEngine();
  const steps: Record<string, StepDefinition> = {};
  for (let i = 0; i < STEPS; i++) {
    const other = others(i);
    if (other !== undefined) steps[`other-${i}`] = other;
    steps[`honest-${i}`] = honest(i);
  }
  const plan = await engine.define({
    mode: 'work-stealing',
    failure_mode: 'continue',
    max_parallel_steps: POOL,
    steps,
  });
  if (!plan.ok) throw new Error(plan.error[0]?.message);
  const begun = performance.now();
  let [last, longest, done] = [0, 0, 0];
  await engine.start(plan.value, {
    listener: {
      onEvent: (event) => {
        if (event.kind !== 'step-succeeded' || !event.step.startsWith('honest')) return;
        last = performance.now() - begun;
        longest = Math.max(longest, event.durationMs);
        done += 1;
      },
    },
  }).finished;
  await engine[Symbol.asyncDispose]();
  if (done !== STEPS) throw new Error(`${STEPS - done} honest steps were lost`);
  return { last, longest };
}

export async function run(): Promise<void> {
  const cases: [string, (index: number) => StepDefinition | undefined][] = [
    ['nothing', () => undefined],
    ['100 that take as long and do no harm', (index) => PAIRS[index % PAIRS.length]![1]],
    ['100 hostile ones', (index) => PAIRS[index % PAIRS.length]![0]],
  ];
  const samples = cases.map(() => [] as { last: number; longest: number }[]);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, [, others]] of cases.entries()) samples[index]!.push(await measure(others));
  }
  const lasts = samples.map((all) => median(all.map(({ last }) => last)));
  report('depth', [
    {
      title: `${STEPS} honest steps on a pool of ${POOL}, a new engine each time`,
      columns: ['beside', 'the last is done after', '', 'the longest took'],
      rows: cases.map(([name], index) => [
        name,
        ms(lasts[index]!),
        index === 0 ? '' : times(lasts[index]! / lasts[1]!),
        ms(median(samples[index]!.map(({ longest }) => longest))),
      ]),
      note: `Medians of ${ROUNDS} rounds, by turns. Hostile steps hold their places in the pool until their limits end them, which 100 honest ones of the same length do as well; the bound is that nothing is later than 2 × beside them. What is lost besides, threads that have to boot again, is started ahead of a time limit.`,
    },
  ]);
}
