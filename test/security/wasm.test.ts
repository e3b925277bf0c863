// Hostile WASM modules.
import { readFileSync } from 'node:fs';
import { afterAll } from 'vitest';
import { Modules } from '../runners/wasm/modules.ts';
import { type HostileModule, WASM } from './attacks/wasm.ts';
import type { Control } from './support/attack.ts';
import { describeBattery } from './support/battery.ts';
import { stillRuns } from './support/controls.ts';

const modules = new Modules();
afterAll(() => modules.close());

const FEATURES = { bulk_memory: true, reference_types: true, exceptions: true };
const paths = new Map<HostileModule, string>();
for (const { modules: all } of WASM)
  for (const module of all) paths.set(module, await modules.assemble(module.wat, `${paths.size}.wasm`, FEATURES));
const honest = await modules.assemble('(module (func (export "run") (param i32) (result i32) (local.get 0)))');

/** In an ordinary object as imports, a module finds what every object has. */
const ordinary: Control = {
  proof: ({ mark }) => {
    const module = new WebAssembly.Module(readFileSync(paths.get(WASM[0]!.modules[0]!)!));
    const instance = new WebAssembly.Instance(module, {});
    return 'run' in instance.exports ? mark : '';
  },
};
const outlives: Control = { proof: async ({ mark }) => ((await stillRuns('for (;;);')) ? mark : '') };
const ORDERLY = 'it asks for an orderly end, not for something out of reach: every engine may end it in its own way';
const NO_NAME =
  'the import names nothing that an ordinary object would have either; the module must be refused all the same';

function controlOf(family: string, module: HostileModule, index: number): Control {
  if (family === 'WASM: imports') {
    if (index === 0) return ordinary;
    return /imports (constructor|__proto__|toString|hasOwnProperty|\S*\.(constructor|__proto__|hasOwnProperty))/.test(
      module.name,
    )
      ? { like: 'imports constructor.constructor as (func)' }
      : { none: NO_NAME };
  }
  if (family === 'WASM: without end') return index === 0 ? outlives : { like: 'loops' };
  return { none: ORDERLY };
}

describeBattery(
  WASM.map((family) => ({
    name: family.name,
    attacks: family.modules.map((module, index) => ({
      name: module.name,
      step: () => ({
        module: paths.get(module)!,
        func: module.func ?? 'run',
        ...(module.args !== undefined && { args: module.args }),
        timeout: family.name === 'WASM: without end' ? '500ms' : '5s',
        limits: { memory: '64MB' },
      }),
      ends: module.ends,
      ...(module.output !== undefined && { output: module.output }),
      control: controlOf(family.name, module, index),
    })),
  })),
  { step: { module: honest, args: [42] }, output: '42' },
);
