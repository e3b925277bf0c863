// Runs a workflow with a history, and is killed at the n-th step on the way to the disk.
import { createEngine, openStore } from '../../dist/src/index.js';

const [directory, file, at] = process.argv.slice(2);
let count = 0;
const transition = () => {
  count += 1;
  if (count === Number(at)) process.kill(process.pid, 'SIGKILL');
};
const engine = createEngine({ store: openStore({ directory, transition }) });
const plan = await engine.load(file);
if (!plan.ok) throw new Error(plan.error[0].message);
await engine.start(plan.value).finished;
await engine[Symbol.asyncDispose]();
