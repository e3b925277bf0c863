/** A QuickJS that is as new for every step: the first one's memory, kept from before any code of a step ran. */
import {
  newQuickJSWASMModule,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  RELEASE_SYNC,
} from 'quickjs-emscripten';
import { createBridge, type Print } from './bridge.ts';
import { installClone } from './guest/clone.ts';
import { installConsole } from './guest/console.ts';
import { createFormat } from './guest/inspect.ts';
import { createKernel, type Kernel } from './guest/kernel.ts';
import { createSerialiser } from './guest/serialise.ts';
import { installTimers } from './guest/timers.ts';
import { installUrl } from './guest/url.ts';
import { installWeb } from './guest/web.ts';
import { MemoryImage } from './memory-image.ts';

/** What a step may allocate, in bytes: wasm32 ends at 2 GiB here, and the engine's own copies need room. */
export const MEMORY_LIMIT: number = 1024 * 1024 * 1024;
/** Of the guest's C stack; deeper recursion is a "stack overflow" that the step's code can catch. */
const STACK_LIMIT = 1024 * 1024;
/** An instance whose memory grew beyond this, in bytes, is not kept: wasm memory never shrinks. */
const KEEP_UNDER = 64 * 1024 * 1024;
/** The file name of our own code inside the guest, by which its frames are told from the step's. */
export const OWN_FILE = 'hwfe:guest';

/** The guest's code is written as functions of this program and travels as their text. */
const PRELUDE = `(bridge) => {
  const format = (${createFormat.toString()})();
  const serialise = (${createSerialiser.toString()})();
  const timers = (${installTimers.toString()})();
  (${installConsole.toString()})(bridge, format);
  (${installWeb.toString()})(bridge);
  (${installUrl.toString()})(bridge);
  (${installClone.toString()})();
  return (${createKernel.toString()})(serialise, format, timers);
}`;

export class Sandbox {
  readonly context: QuickJSContext;
  readonly runtime: QuickJSRuntime;
  print: Print = () => {};
  readonly #memory: WebAssembly.Memory;
  readonly #image: MemoryImage;
  readonly #kernel: ReadonlyMap<string, QuickJSHandle>;

  private constructor(context: QuickJSContext, memory: WebAssembly.Memory) {
    this.context = context;
    this.runtime = context.runtime;
    this.#memory = memory;
    this.runtime.setMemoryLimit(MEMORY_LIMIT);
    this.runtime.setMaxStackSize(STACK_LIMIT);
    this.runtime.setModuleLoader((name) => ({
      error: new Error(
        `There is no module "${name}" here: a JavaScript step runs in a sandbox without modules; use its globals and inputs, or runtime = "native" for Node and its packages`,
      ),
    }));
    const bridge = createBridge(context, () => this.print);
    const install = context.unwrapResult(context.evalCode(PRELUDE, OWN_FILE));
    const kernel = context.unwrapResult(context.callFunction(install, context.undefined, bridge));
    const names = ['begin', 'start', 'poll', 'fire', 'settled', 'outputText', 'describe'] satisfies (keyof Kernel)[];
    this.#kernel = new Map(names.map((name) => [name, context.getProp(kernel, name)]));
    this.#image = new MemoryImage(memory);
  }

  static async create(): Promise<Sandbox> {
    const module = await newQuickJSWASMModule(RELEASE_SYNC);
    return new Sandbox(module.newContext(), module.getWasmMemory());
  }

  /** Forgets all that a step did. Handles made since are dead and must not be disposed of. */
  renew(): void {
    this.#image.restore();
  }

  get outgrown(): boolean {
    return this.#memory.buffer.byteLength > KEEP_UNDER;
  }

  call(name: keyof Kernel, ...args: QuickJSHandle[]): ReturnType<QuickJSContext['callFunction']> {
    return this.context.callFunction(this.#kernel.get(name)!, this.context.undefined, ...args);
  }
}
