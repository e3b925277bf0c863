/** Reads the configuration a command works with, and reports what is wrong with it. */
import type { Config } from '../config/config.ts';
import { loadConfig, type LoadedConfig } from '../config/load.ts';
import { SETTINGS } from '../config/settings.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { didYouMean } from '../model/nearest.ts';
import { createStyle, type Style, wantsColours } from '../terminal/style.ts';
import type { Console, Output } from './console.ts';
import type { Arguments, Option } from './options.ts';

export interface Setup extends LoadedConfig {
  /** Environment with `.env` below it, as steps may be granted it. */
  readonly env: NodeJS.ProcessEnv;
  readonly styleFor: (output: Output) => Style;
}

/** Nothing if the configuration or a flag is wrong, which has been reported then. */
export async function setUp(
  args: Arguments,
  options: readonly Option[],
  console: Console,
  { positions = false }: { readonly positions?: boolean } = {},
): Promise<Setup | undefined> {
  const flags = options.flatMap(({ name, setting }) => {
    const text = args.value(name);
    return setting === undefined || text === undefined ? [] : [{ key: setting, flag: `--${name}`, text }];
  });
  for (const pair of args.values('set')) {
    const [key = '', ...rest] = pair.split('=');
    const keys = SETTINGS.map((setting) => setting.key);
    if (!keys.includes(key) || rest.length === 0) {
      const reason = rest.length === 0 ? '; write --set KEY=VALUE' : didYouMean(key, keys) || '; see: hwfe config';
      console.err.lines([`error: There is no setting "${key}"${reason}`]);
      return undefined;
    }
    flags.push({ key, flag: '--set', text: rest.join('=') });
  }
  if (args.has('no-store')) flags.push({ key: 'store.path', flag: '--no-store', text: 'none' });
  if (args.has('require-store')) flags.push({ key: 'store.required', flag: '--require-store', text: 'true' });
  if (args.has('verbose')) flags.push({ key: 'logging.level', flag: '--verbose', text: 'info' });
  if (args.has('quiet')) flags.push({ key: 'logging.level', flag: '--quiet', text: 'error' });
  const file = args.value('config');
  const { cwd, env } = console;
  const loaded = await loadConfig({ cwd, env, flags, positions, ...(file !== undefined && { file }) });
  const flag = args.has('no-color') ? false : args.has('color') ? true : undefined;
  const styleFor = styles(flag, loaded.ok ? loaded.value.config : undefined, console);
  if (!loaded.ok) {
    await reportDiagnostics(loaded.error, styleFor, console);
    return undefined;
  }
  const { warnings, config, variables } = loaded.value;
  if (warnings.length > 0 && config.logging.level !== 'error') await reportDiagnostics(warnings, styleFor, console);
  return { ...loaded.value, env: { ...variables, ...env }, styleFor };
}

/** Diagnostics go to standard error, so that they never end up in what a program reads. */
export async function reportDiagnostics(
  diagnostics: readonly Diagnostic[],
  styleFor: (output: Output) => Style,
  { err }: Console,
): Promise<void> {
  if (diagnostics.length === 0) return;
  const { renderDiagnostics } = await import('../terminal/diagnostics.ts');
  err.lines([
    ...renderDiagnostics(diagnostics, { style: styleFor(err), width: err.isTerminal ? err.size().columns : 100 }),
  ]);
}

function styles(flag: boolean | undefined, config: Config | undefined, console: Console): (output: Output) => Style {
  return ({ isTerminal }) =>
    createStyle(
      wantsColours({
        ...(flag !== undefined && { flag }),
        configured: config?.logging.colored ?? true,
        env: console.env,
        isTerminal,
      }),
    );
}
