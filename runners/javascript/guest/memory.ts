/** Guest code: `memory`, what the steps of a workflow share. */
import type { MemoryWord } from '../../memory/marked.ts';
import type { Bridge } from './bridge.ts';
import type { Inside } from './parts.ts';

export function installMemory(bridge: Bridge, inside: Inside): void {
  const { parse, stringify } = JSON;
  const Failure = Error;

  function ask(act: string, key: unknown, value = '', expected = ''): MemoryWord & { ok: true } {
    if (typeof key !== 'string') throw new TypeError('memory: a key is a string');
    const word = parse(
      bridge.memory(act, stringify(key.toWellFormed()), stringify(value), stringify(expected)),
    ) as MemoryWord;
    if (!word.ok) throw new Failure(`memory: ${word.message}`);
    return word;
  }

  function read({ text, mark }: MemoryWord & { ok: true }): unknown {
    if (text === undefined) return undefined;
    const value: unknown = parse(text);
    return mark === undefined ? value : inside.revived!(value, mark);
  }

  function write(value: unknown): string {
    const { text, problem } = inside.serialise!(value);
    if (text === undefined) throw new TypeError(`memory: ${problem!}`);
    return text;
  }

  const memory = {
    get(key: string, fallback?: unknown): unknown {
      const value = read(ask('get', key));
      return value === undefined ? fallback : value;
    },
    set(key: string, value: unknown): void {
      ask('set', key, write(value));
    },
    append(key: string, value: unknown): unknown {
      return read(ask('append', key, write(value)));
    },
    delete(key: string): unknown {
      return read(ask('delete', key));
    },
    keys(): unknown {
      return read(ask('keys', ''));
    },
    compareAndSet(key: string, expected: unknown, value: unknown): unknown {
      return read(ask('swap', key, write(value), write(expected)));
    },
    update(key: string, change: (value: unknown) => unknown): unknown {
      if (typeof change !== 'function')
        throw new TypeError('memory.update takes a function of the value that is there');
      for (;;) {
        const before = ask('get', key);
        const changed = change(read(before));
        if (read(ask('swap', key, write(changed), before.plain ?? before.text ?? '')) === true) return changed;
      }
    },
  };
  Object.defineProperty(globalThis, 'memory', { value: memory, writable: true, configurable: true });
}
