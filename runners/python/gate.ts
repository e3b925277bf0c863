/** Closes host calls that Pyodide imports, before there is an interpreter that could make them. */

/** Emscripten's number for "operation not permitted". */
const EPERM = 63;

/** What stands in for an import. */
const CLOSED: Readonly<Record<string, () => number>> = {
  // Runs a command in a shell of the host.
  _emscripten_system: () => -EPERM,
  // Its timers would fire into an interpreter that was put back in the meantime.
  _setitimer_js: () => 0,
};

type Imports = Record<string, Record<string, unknown>>;
type Instantiate = (source: unknown, imports?: Imports) => Promise<unknown>;

/** Boots with the closed imports: whatever `work` instantiates through `WebAssembly.instantiate` and has them gets ours. */
export async function withClosedImports<T>(work: () => Promise<T>): Promise<T> {
  const host = WebAssembly as { instantiate?: unknown };
  const instantiate = host.instantiate as Instantiate;
  const gated: Instantiate = (source, imports) => {
    const env = imports?.['env'];
    for (const [name, closed] of Object.entries(CLOSED)) if (env !== undefined && name in env) env[name] = closed;
    return instantiate(source, imports);
  };
  host.instantiate = gated;
  try {
    return await work();
  } finally {
    // Two boots at once in one thread may end in any order: only the last one's wrapper is taken off.
    if (host.instantiate === gated) host.instantiate = instantiate;
  }
}
