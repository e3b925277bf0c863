/** One measurement of `scale.bench.ts` or `store.bench.ts`, in a process of its own: language, shape, size and history in, figures out. */
import { setFlagsFromString } from 'node:v8';
import { createEngine, openStore } from '/tmp/me/dist/src/index.js';
const [language = 'lua', shape = 'chain', size = '1000', directory] = process.argv.slice(2);
const count = Number(size);
const code = language === 'lua' ? 'return 1' : 'export default () => 1';
/** A linear congruential generator: the same layers in every run. */
let seed = 42;
const random = (below) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
};
const LAYER = 100;
function dependenciesOf(i) {
    if (i === 0)
        return [];
    if (shape === 'chain')
        return [i - 1];
    if (shape === 'fan')
        return i === count - 1 ? Array.from({ length: count - 2 }, (_, j) => j + 1) : [0];
    const layer = Math.floor(i / LAYER);
    return layer === 0 ? [] : [...new Set([0, 1].map(() => (layer - 1) * LAYER + random(LAYER)))];
}
const steps = {};
for (let i = 0; i < count; i++) {
    steps[`s${i}`] = { language: language, code, depends_on: dependenciesOf(i).map((j) => `s${j}`) };
}
// As the command does (src/cli/memory.ts); a program that embeds the library decides for itself.
setFlagsFromString('--heap-growing-percent=25');
const engine = createEngine(directory === undefined ? { ownsProcess: true } : { ownsProcess: true, store: openStore({ directory }) });
// Boots and first compilations are the cost of a run, not of a step.
await finish({ only: { language: language, code } });
const tick=(n)=>{const m=process.memoryUsage();console.error(n.padEnd(10),'rss',(m.rss/1e6).toFixed(0),'heapTotal',(m.heapTotal/1e6).toFixed(0),'used',(m.heapUsed/1e6).toFixed(0),'ext',(m.external/1e6).toFixed(0),'ab',(m.arrayBuffers/1e6).toFixed(0),'peak',(process.resourceUsage().maxRSS/1024).toFixed(0))};globalThis.tick=tick;setInterval(()=>tick('run'),3000).unref();tick('start');const cpuBefore = process.cpuUsage();
const started = performance.now();
await finish(steps);
tick('done');globalThis.gc?.();tick('gc');const wallMs = performance.now() - started;
const { user, system } = process.cpuUsage(cpuBefore);
const memoryMb = process.resourceUsage().maxRSS / 1024;
await engine[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, memoryMb }));
async function finish(all) {
    const plan = await engine.define({ mode: 'work-stealing', max_parallel_steps: 2, steps: all });
    globalThis.tick?.('planned'); if (!plan.ok)
        throw new Error(plan.error[0]?.message);
    const record = await engine.start(plan.value).finished;
    if (record.status !== 'succeeded')
        throw new Error(`The run ${record.status}.`);
}
