/** Guest code: the global `console`. */
import type { Bridge } from './bridge.ts';
import type { Format } from './inspect.ts';

export function installConsole(bridge: Bridge, format: Format): void {
  const { stringify } = JSON;
  const now = Date.now;
  let indent = '';
  const counts = new Map<string, number>();
  const timers = new Map<string, number>();

  function write(stream: 'stdout' | 'stderr', args: readonly unknown[]): void {
    const text = args.length === 1 && typeof args[0] === 'string' ? args[0] : format(args);
    bridge.print(stream, stringify(`${indent}${indent === '' ? text : text.replaceAll('\n', `\n${indent}`)}\n`));
  }
  const out = (...args: unknown[]): void => write('stdout', args);
  const err = (...args: unknown[]): void => write('stderr', args);
  const elapsed = (label: string): string => `${label}: ${now() - (timers.get(label) ?? now())}ms`;

  const console = {
    log: out,
    info: out,
    debug: out,
    dir: (value: unknown) => out(value),
    dirxml: out,
    table: (value: unknown) => out(value),
    warn: err,
    error: err,
    trace: (...args: unknown[]) => err(`Trace: ${format(args)}`),
    assert: (condition: unknown, ...args: unknown[]) => {
      if (!condition) err(args.length === 0 ? 'Assertion failed' : `Assertion failed: ${format(args)}`);
    },
    count: (label = 'default') => {
      counts.set(label, (counts.get(label) ?? 0) + 1);
      out(`${label}: ${counts.get(label)}`);
    },
    countReset: (label = 'default') => {
      counts.delete(label);
    },
    group: (...args: unknown[]) => {
      if (args.length > 0) out(...args);
      indent += '  ';
    },
    groupCollapsed: (...args: unknown[]) => console.group(...args),
    groupEnd: () => {
      indent = indent.slice(2);
    },
    time: (label = 'default') => {
      timers.set(label, now());
    },
    timeLog: (label = 'default') => out(elapsed(label)),
    timeEnd: (label = 'default') => {
      out(elapsed(label));
      timers.delete(label);
    },
  };
  Object.defineProperty(globalThis, 'console', { value: console, writable: true, configurable: true });
}
