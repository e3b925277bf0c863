/** Guest code: globals that few steps use, compiled when one first does. */
import type { Bridge } from './bridge.ts';
import type { Serialised } from './serialise.ts';

export type Part = 'console' | 'timers' | 'web' | 'url' | 'clone' | 'kinds' | 'fetch' | 'refusals' | 'memory';
/** What parts need of the kernel, which is there before any of them is asked for. */
export interface Inside {
  serialise?(value: unknown): Serialised;
  /** Integers that begin with `mark` become BigInts, and objects whose first key does, bytes, files and tables. */
  revived?(value: unknown, mark: string): unknown;
}

/** Installs a part once, and gives what its code returned. */
export type LoadPart = (part: Part) => unknown;

export interface Parts {
  readonly load: LoadPart;
  /** What is installed already. */
  readonly loaded: Partial<Record<Part, { result: unknown }>>;
}

/** `globals` says which part brings which global. */
export function createParts(bridge: Bridge, globals: Readonly<Record<string, Part>>, inside: Inside): Parts {
  const { create, defineProperty } = Object;
  const loaded = create(null) as Partial<Record<Part, { result: unknown }>>;
  const load: LoadPart = (part) => {
    loaded[part] ??= { result: bridge.part(part)(bridge, inside) };
    return loaded[part].result;
  };
  for (const name of Object.keys(globals)) {
    defineProperty(globalThis, name, {
      get: () => {
        load(globals[name]!);
        return Reflect.get(globalThis, name) as unknown;
      },
      set: (value: unknown) => defineProperty(globalThis, name, { value, writable: true, configurable: true }),
      configurable: true,
    });
  }
  return { load, loaded };
}
