/** One measurement of `items.bench.ts`, in a process of its own: language, shape, number and history in, figures out. */
import { setFlagsFromString } from 'node:v8';
import { createEngine, openStore, type StepDefinition } from 'hwfe';

const [language = 'lua', shape = 'items', size = '1000', directory] = process.argv.slice(2);
const count = Number(size);
const CODE: Readonly<Record<string, string>> = {
  lua: 'return 1',
  javascript: 'export default () => 1',
  python: 'def run(): return 1',
};
const step: StepDefinition = { language: language as 'lua', code: CODE[language] ?? '' };

// As the command does (src/cli/memory.ts); a program that embeds the library decides for itself.
setFlagsFromString('--heap-growing-percent=25');
const engine = createEngine(
  directory === undefined ? { ownsProcess: true } : { ownsProcess: true, store: openStore({ directory }) },
);
// Boots and first compilations are the cost of a run, not of an item.
await finish({ one: step, other: step });
const cpuBefore = process.cpuUsage();
const started = performance.now();
await finish(stepsOf());
const wallMs = performance.now() - started;
const { user, system } = process.cpuUsage(cpuBefore);
const memoryMb = process.resourceUsage().maxRSS / 1024;
await engine[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, memoryMb }));

function stepsOf(): Record<string, StepDefinition> {
  if (shape === 'items') return { each: { ...step, foreach: count } };
  return Object.fromEntries(
    Array.from({ length: count }, (_, item) => [`s${item}`, { ...step, inputs: { item, index: item } }]),
  );
}

async function finish(steps: Record<string, StepDefinition>): Promise<void> {
  const plan = await engine.define({ mode: 'work-stealing', max_parallel_steps: 2, steps });
  if (!plan.ok) throw new Error(plan.error[0]?.message);
  const record = await engine.start(plan.value).finished;
  if (record.status !== 'succeeded') throw new Error(`The run ${record.status}.`);
}
