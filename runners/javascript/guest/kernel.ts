/** Guest code: begins a step, calls its `run`, and tells the host how it stands. */
import type { Fetching } from './fetch.ts';
import type { Format } from './inspect.ts';
import type { Kinds } from './kinds.ts';
import type { Native } from './native.ts';
import type { LoadPart, Part } from './parts.ts';
import type { Refusals, Refused } from './refusals.ts';
import type { Serialised } from './serialise.ts';
import type { Timers } from './timers.ts';

/** What `poll` answers besides the milliseconds to sleep. */
export interface Kernel {
  /** Sets `inputs`, `process.env` and the seeds of Math.random; integers that begin with `mark` become BigInts, and objects whose first key does, bytes, files and tables. Without a network there is no `fetch`. `refused` is empty, or JSON of `Refused`. */
  begin(
    inputs: string,
    mark: string,
    env: string,
    seeds: ArrayBuffer,
    hasNetwork: boolean,
    refused: string,
    hasMemory: boolean,
  ): void;
  /** Calls `run` of the global scope, or of the module whose namespace (or a promise of it) is given. */
  start(hasInputs: boolean, namespace?: unknown): void;
  /** Milliseconds to sleep before `fire`, at least 0; -1 when the step has settled; -2 when nothing can settle it. */
  poll(): number;
  fire(): void;
  /** An answer to `fetch` has come: JSON of its head. */
  answered(head: string): void;
  /** JSON of a `Settled`, without the output's text. */
  settled(): string;
  outputText(): string;
  /** JSON of a `Thrown`. */
  describe(error: unknown): string;
  /** Installs a part before any step asks for it. */
  load(part: Part): void;
  revived(value: unknown, mark: string): unknown;
}

export type Settled =
  | { readonly kind: 'output'; readonly notFinite?: string /** In UTF-16 units. */; readonly length: number }
  | { readonly kind: 'invalid'; readonly problem: string }
  | { readonly kind: 'no-run' }
  | { readonly kind: 'threw'; readonly thrown: Thrown };

export interface Thrown {
  /** Empty when what was thrown is no Error. */
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

export function createKernel(native: Native, serialise: (value: unknown) => Serialised, load: LoadPart): Kernel {
  const { parse, stringify } = JSON;
  const { isArray } = Array;
  const { keys, setPrototypeOf } = Object;
  const { get } = Reflect;
  const Big = BigInt;
  const Failure = Error;
  // A script's `const run` is no property of the global object; only code in the global scope sees it.
  // oxlint-disable-next-line no-eval
  const evaluate = eval;
  const startsWith = native<boolean>(String.prototype, 'startsWith');
  const slice = native<string>(String.prototype, 'slice');
  /** Of what is said about an error, in UTF-16 units. */
  const LONGEST_MESSAGE = 65_536;
  /** Of a timer of the host, in milliseconds. */
  const LONGEST_SLEEP = 2 ** 31 - 1;
  let settled: Settled | undefined;
  let text = '';
  const format: Format = (args) => (load('console') as Format)(args);

  const timers = (): Timers => load('timers') as Timers;

  /** A step may have given Object.prototype a `toJSON`, which would answer in place of what the host asked for. */
  function bare<const T extends object>(message: T): T {
    return setPrototypeOf(message, null) as T;
  }

  function short(given: unknown): string {
    return slice(`${given as string}`, 0, LONGEST_MESSAGE);
  }

  function settle(value: unknown): void {
    const result = serialise(value);
    if (result.text === undefined) {
      settled = bare({ kind: 'invalid', problem: short(result.problem) });
      return;
    }
    text = result.text;
    const { notFinite } = result;
    settled = bare({
      kind: 'output',
      length: text.length,
      ...(notFinite !== undefined && { notFinite: short(notFinite) }),
    });
  }

  function thrownFrom(error: unknown): Thrown {
    try {
      if (!(error instanceof Failure)) return bare({ name: '', message: short(format([error])), stack: '' });
      const stack = typeof error.stack === 'string' ? error.stack : '';
      const cause = error.cause === undefined ? '' : `\nCaused by: ${format([error.cause])}`;
      return bare({ name: short(error.name), message: short(error.message), stack: short(stack + cause) });
    } catch {
      return bare({ name: '', message: 'an error that cannot be shown', stack: '' });
    }
  }

  function revived(value: unknown, mark: string): unknown {
    if (typeof value === 'string') return startsWith(value, mark) ? Big(slice(value, mark.length)) : value;
    if (typeof value !== 'object' || value === null) return value;
    if (isArray(value)) {
      for (let i = 0; i < value.length; i++) value[i] = revived(value[i], mark);
      return value;
    }
    const members = value as Record<string, unknown>;
    const names = keys(value);
    for (const key of names) {
      const member = members[key];
      // Assigning an unchanged member would call the setter of a key such as __proto__ for nothing.
      const changed = revived(member, mark);
      if (changed !== member)
        Object.defineProperty(members, key, { value: changed, writable: true, enumerable: true, configurable: true });
    }
    if (names.length > 0 && startsWith(names[0], mark)) return (load('kinds') as Kinds).revive(names[0]!, members);
    return value;
  }

  /** sfc32: the interpreter's own generator would begin alike in every step. */
  function seedRandom(seeds: ArrayBuffer): void {
    let [a = 1, b = 2, c = 3, d = 4] = new Uint32Array(seeds);
    const next = (): number => {
      const sum = (((a + b) | 0) + d) | 0;
      d = (d + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (c << 21) | (c >>> 11);
      c = (c + sum) | 0;
      return sum >>> 0;
    };
    for (let i = 0; i < 12; i++) next();
    const random = (): number => ((next() >>> 5) * 67_108_864 + (next() >>> 6)) / 9_007_199_254_740_992;
    Object.defineProperty(Math, 'random', { value: random, writable: true, configurable: true });
  }

  function global(name: string, value: unknown): void {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }

  global('require', (name: unknown) => {
    throw new Failure(
      `require(${stringify(name)}) is not there: a JavaScript step runs in a sandbox without modules; use its globals and inputs, or runtime = "native" for Node and its packages`,
    );
  });

  return {
    begin: (inputs, mark, env, seeds, hasNetwork, refused, hasMemory) => {
      if (!hasNetwork) for (const name of ['fetch', 'Headers', 'Response']) Reflect.deleteProperty(globalThis, name);
      const value: unknown = parse(inputs);
      global('inputs', mark === '' ? value : revived(value, mark));
      global('process', { env: parse(env) as unknown });
      seedRandom(seeds);
      if (hasMemory) load('memory');
      if (refused !== '') (load('refusals') as Refusals)(parse(refused) as Refused);
    },
    start: (hasInputs, namespace) => {
      const inputs: unknown = get(globalThis, 'inputs');
      const attempt = async (): Promise<void> => {
        const exported = (await namespace) as { default?: unknown; run?: unknown; hwfe_run?: unknown } | undefined;
        const run: unknown =
          exported === undefined
            ? evaluate('typeof run === "function" ? run : undefined')
            : (exported.default ?? exported.run ?? exported.hwfe_run);
        if (typeof run !== 'function') settled = bare({ kind: 'no-run' });
        else settle(await (hasInputs ? (run as (given: unknown) => unknown)(inputs) : (run as () => unknown)()));
      };
      void (async () => {
        try {
          await attempt();
        } catch (error) {
          settled = bare({ kind: 'threw', thrown: thrownFrom(error) });
        }
      })();
    },
    poll: () => {
      if (settled !== undefined) return -1;
      // The timers go by the step's own Date and Math.
      const wait: unknown = timers().wait();
      if (typeof wait !== 'number' || !(wait >= 0)) return -2;
      return wait < LONGEST_SLEEP ? wait : LONGEST_SLEEP;
    },
    fire: () => {
      try {
        timers().fire();
      } catch (error) {
        settled = bare({ kind: 'threw', thrown: thrownFrom(error) });
      }
    },
    answered: (head) => (load('fetch') as Fetching).answered(head),
    settled: () => stringify(settled),
    outputText: () => text,
    describe: (error) => stringify(thrownFrom(error)),
    load,
    revived,
  };
}
