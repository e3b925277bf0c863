/** JavaScript steps: ES2023 in QuickJS, one warm interpreter that is put back to new before each. */
import type { LoadRunner } from '../contract.ts';
import { EMBEDDED_MEMORY } from '../limits.ts';
import { optimiseLate } from '../optimise-late.ts';
import { Sandbox } from './sandbox.ts';
import { Step } from './step.ts';

export const load: LoadRunner = async (setup) => {
  optimiseLate(setup);
  let sandbox: Sandbox | undefined = await Sandbox.create();
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (job, context) => {
      const outcome = last.then(async () => {
        const limit = job.limits.memory ?? EMBEDDED_MEMORY;
        // A memory that an earlier step grew beyond this one's limit cannot hold it to that.
        const current = sandbox === undefined || sandbox.memoryBytes > limit ? await Sandbox.create() : sandbox;
        current.renew();
        current.memoryLimit = limit;
        current.print = (stream, text) => context.print(stream, text);
        current.deadline = context.deadline;
        current.memory = job.memory === undefined ? undefined : context.memory;
        const step = new Step(current, job, setup);
        // Whatever this step throws at the host, the next one must not find it here.
        sandbox = undefined;
        const ended = await step.run();
        context.spent?.({ memoryBytes: current.memoryBytes });
        // Putting the memory back is cheap, a memory that grew large or was left in the middle of a call is not worth it.
        if (step.broken || current.outgrown) return ended;
        sandbox = current;
        return ended;
      });
      last = outcome.catch(() => {});
      return outcome;
    },
  };
};
