/** Which module runs which language, loaded only in the threads that need it. */
import type { LoadRunner, ThreadSetup } from './contract.ts';
import { unreachable } from './unreachable.ts';

export async function loaderFor(setup: ThreadSetup): Promise<LoadRunner> {
  if (setup.language === 'shell') return (await import('./shell/index.ts')).load;
  if (setup.runtime === 'native') return (await import('./native/index.ts')).load;
  switch (setup.language) {
    case 'lua':
      return (await import('./lua/index.ts')).load;
    case 'javascript':
      return (await import('./javascript/index.ts')).load;
    case 'python':
      return (await import('./python/index.ts')).load;
    case 'wasm':
      return (await import('./wasm/index.ts')).load;
    default:
      return unreachable(setup.language);
  }
}
