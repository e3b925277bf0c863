/** What a dry run says of the cache. */
import type { Engine, RunOptions } from '../api.ts';
import type { GivenInputs } from '../model/event.ts';
import type { Plan } from '../model/plan.ts';
import type { Style } from '../terminal/style.ts';
import type { Console } from './console.ts';
import type { SessionWishes } from './session.ts';
import type { Setup } from './setup.ts';

interface Surroundings {
  readonly setup: Setup;
  readonly console: Console;
  readonly start: RunOptions | undefined;
  readonly inputs: SessionWishes['inputs'];
}

/** No lines where nothing is remembered, or nothing may be cached; an exit status where inputs are wrong, which has been reported. */
export async function forecastLines(
  engine: Engine,
  plan: Plan,
  { setup, console, start, inputs }: Surroundings,
  style: Style,
): Promise<string[] | number> {
  const isCached = setup.config.cache.default || plan.workflow.steps.some(({ cache }) => cache === true);
  if (!isCached || start?.cache?.off === true) return [];
  const given = plan.workflow.inputs === undefined ? undefined : await inputs?.(plan);
  if (given?.ok === false) return given.error;
  const values = (given?.value ?? {}) as GivenInputs;
  const [{ findStore }, { openHistory }, { Forecast }, { renderForecast }] = await Promise.all([
    import('../store/place.ts'),
    import('../store/history.ts'),
    import('../store/forecast.ts'),
    import('../terminal/forecast.ts'),
  ]);
  const directory = findStore(setup.config.store.path, console.cwd);
  const history = directory === undefined ? undefined : openHistory(directory);
  if (history?.ok !== true) return [];
  try {
    const forecast = new Forecast(history.value, plan, values);
    const found = await engine.foresee(plan, forecast, { ...start, inputs: values });
    return renderForecast(
      found.map((one) => (one.kind === 'runs' ? { ...one, earlier: forecast.causes(one.step) } : one)),
      style,
    );
  } finally {
    history.value[Symbol.dispose]();
  }
}
