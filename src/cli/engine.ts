/** Gives a command an engine for as long as it needs one. */
import type { Engine } from '../api.ts';
import type { HeadStart } from '../head-start.ts';
import type { Console } from './console.ts';
import type { Setup } from './setup.ts';

/** Everything the engine started has ended when this returns. */
export async function withEngine<T>(
  { config, env }: Setup,
  { cwd, err }: Console,
  use: (engine: Engine) => Promise<T>,
  headStart?: HeadStart,
): Promise<T> {
  const [{ createEngine }, { storeFor }] = await Promise.all([import('../engine.ts'), import('./store.ts')]);
  // A line in the midst of a view that redraws itself would be lost.
  const late: string[] = [];
  const store = storeFor(config.store, cwd, (sentence) => {
    if (err.isTerminal) late.push(`warning: ${sentence}`);
    else err.lines([`warning: ${sentence}`]);
  });
  const engine = createEngine({
    config,
    cwd,
    env,
    ownsProcess: true,
    ...(headStart && { headStart }),
    ...(store && { store }),
  });
  try {
    return await use(engine);
  } finally {
    await engine[Symbol.asyncDispose]();
    err.lines(late);
  }
}
