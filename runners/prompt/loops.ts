/** The code that a step runs in place of its own while a person types into it. */
import type { Language, Runtime } from '../contract.ts';
import { javascriptLoop } from './javascript.ts';
import { luaLoop } from './lua.ts';
import type { LoopNames } from './names.ts';
import { pythonLoop } from './python.ts';
import { shellLoop } from './shell.ts';

/** Nothing where the language has no prompt. */
export function loopFor(language: Language, runtime: Runtime, names: LoopNames): string | undefined {
  const isNative = runtime === 'native';
  switch (language) {
    case 'lua':
      return luaLoop(names, isNative);
    case 'javascript':
      return javascriptLoop(names, isNative);
    case 'python':
      return pythonLoop(names, isNative);
    case 'shell':
      return shellLoop(names);
    case 'action':
    case 'wasm':
      return undefined;
  }
}
