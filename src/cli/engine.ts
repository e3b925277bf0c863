/** Gives a command an engine for as long as it needs one. */
import type { Engine } from '../engine.ts';
import type { HeadStart } from '../head-start.ts';
import type { Console } from './console.ts';
import type { Setup } from './setup.ts';

/** Everything the engine started has ended when this returns. */
export async function withEngine<T>(
  { config, env }: Setup,
  { cwd }: Console,
  use: (engine: Engine) => Promise<T>,
  headStart?: HeadStart,
): Promise<T> {
  const { createEngine } = await import('../engine.ts');
  const engine = createEngine({ config, cwd, env, ownsProcess: true, ...(headStart && { headStart }) });
  try {
    return await use(engine);
  } finally {
    await engine[Symbol.asyncDispose]();
  }
}
