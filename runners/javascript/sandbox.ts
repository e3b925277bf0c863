/** A QuickJS that is as new for every step: the first one's memory, kept from before any code of a step ran. */
import type { QuickJSContext, QuickJSHandle, QuickJSRuntime } from 'quickjs-emscripten';
import type { Deadline, StepFailure } from '../contract.ts';
import { MACHINE_CLOCK, type StepClock } from '../grants/clock.ts';
import { GrantedFiles } from '../grants/granted-files.ts';
import { MACHINE_RANDOM, type StepRandom } from '../grants/random.ts';
import { Network } from '../grants/network.ts';
import { RunFiles } from '../kinds/run-files.ts';
import { EMBEDDED_MEMORY } from '../limits.ts';
import type { StepMemory } from '../memory/step-memory.ts';
import { createBridge, type Print } from './bridge.ts';
import type { Kernel } from './guest/kernel.ts';
import type { Part } from './guest/parts.ts';
import { MemoryImage } from '../memory-image.ts';
import { evaluatePrelude, OWN_FILE, partText, preparedKernel } from './prelude.ts';
import { type Prepared, readPrepared } from './prepared.ts';
import { newQuickJS, quickJSCode } from './quickjs.ts';
import { Requests } from './requests.ts';

/** Of the guest's C stack; deeper recursion is a "stack overflow" that the step's code can catch. */
const STACK_LIMIT = 2 * 1024 * 1024;
/** An instance whose memory grew beyond this, in bytes, is not kept: wasm memory never shrinks. */
const KEEP_UNDER = 64 * 1024 * 1024;
const PAGE = 65_536;
export class Sandbox {
  readonly context: QuickJSContext;
  readonly runtime: QuickJSRuntime;
  print: Print = () => {};
  /** Of the step that runs now. */
  files: RunFiles = new RunFiles('');
  granted: GrantedFiles = new GrantedFiles(undefined, {});
  requests: Requests = new Requests(new Network(undefined, {}));
  random: StepRandom = MACHINE_RANDOM;
  memory: StepMemory | undefined;
  readonly #time: { clock: StepClock };
  /** Bodies of answers that the guest is about to take. */
  readonly bodies: Map<number, Uint8Array> = new Map<number, Uint8Array>();
  /** In bytes, all that lies in the wasm memory included; no less than what a new instance has. */
  memoryLimit: number = EMBEDDED_MEMORY;
  /** It began with what the build kept. */
  readonly isPrepared: boolean;
  deadline: Deadline | undefined;
  /** Why the step was ended in the middle of its code. */
  overtime: StepFailure | undefined;
  /** The last request for memory was refused. */
  starved = false;
  #used = false;
  readonly #memory: WebAssembly.Memory;
  #image: MemoryImage;
  /** Parts that a step used and the image does not have yet. */
  readonly #wanted = new Set<Part>();
  readonly #installed = new Set<Part>();
  readonly #kernel: ReadonlyMap<string, QuickJSHandle>;
  readonly #bridge: QuickJSHandle;

  private constructor(
    context: QuickJSContext,
    memory: WebAssembly.Memory,
    time: { clock: StepClock },
    prepared: Prepared | undefined,
  ) {
    this.context = context;
    this.#time = time;
    this.runtime = context.runtime;
    this.#memory = memory;
    // QuickJS's own limit does not count what it allocates.
    const grow = memory.grow.bind(memory);
    memory.grow = (pages) => {
      // Filling memory takes long and is seldom interrupted.
      this.starved = this.isOver() || this.memoryBytes + pages * PAGE > this.memoryLimit;
      if (this.starved) throw new RangeError('the step may not have more memory');
      return grow(pages);
    };
    this.runtime.setMaxStackSize(STACK_LIMIT);
    this.runtime.setInterruptHandler(() => this.isOver());
    this.runtime.setModuleLoader((name) => ({
      error: new Error(
        `There is no module "${name}" here: a JavaScript step runs in a sandbox without modules; use its globals and inputs, or runtime = "native" for Node and its packages`,
      ),
    }));
    const bridge = createBridge(
      context,
      (stream, text) => this.print(stream, text),
      (name) => this.#part(name as Part),
      () => this,
    );
    this.isPrepared = prepared?.handles['bridge'] === bridge.value;
    if (prepared !== undefined && this.isPrepared) {
      this.#image = new MemoryImage(memory, prepared.regions);
      this.#image.restore();
      this.#kernel = preparedKernel(prepared.handles, this.runtime);
    } else {
      this.#kernel = evaluatePrelude(context, bridge);
      this.#image = new MemoryImage(memory);
    }
    this.#bridge = bridge;
  }

  /** With what the build kept, if it did, so that its own code need not be evaluated. */
  static async create(): Promise<Sandbox> {
    const prepared = readPrepared();
    const time = { clock: MACHINE_CLOCK };
    const module = await newQuickJS(
      () => prepared?.code ?? quickJSCode(),
      () => time.clock.wall(),
    );
    return new Sandbox(module.newContext(), module.getWasmMemory(), time, prepared);
  }

  /** For another process to begin with. */
  prepared(): Pick<Prepared, 'regions' | 'handles'> {
    const kernel = [...this.#kernel].map(([name, handle]) => [name, Number(handle.value)]);
    return {
      regions: this.#image.regions,
      handles: { ...Object.fromEntries(kernel), bridge: Number(this.#bridge.value) },
    };
  }

  /** Of the step that runs now. */
  get clock(): StepClock {
    return this.#time.clock;
  }

  set clock(clock: StepClock) {
    this.#time.clock = clock;
  }

  /** Forgets all that a step did; handles made since are dead and must not be disposed of. Begins the next one. */
  renew(): void {
    const isNew = !this.#used;
    this.#used = true;
    if (isNew) return;
    this.memoryLimit = EMBEDDED_MEMORY;
    this.starved = false;
    this.deadline = undefined;
    this.overtime = undefined;
    this.#image.restore();
    if (this.#wanted.size === 0) return;
    // What one step used, the next ones find compiled.
    for (const part of this.#wanted) {
      this.context.unwrapResult(this.call('load', this.context.newString(part)));
      this.#installed.add(part);
    }
    this.#wanted.clear();
    this.#image = new MemoryImage(this.#memory);
  }

  /** From then on, no code of the step goes far: what is interrupted cannot be caught. */
  isOver(): boolean {
    this.overtime ??= this.deadline?.passed();
    return this.overtime !== undefined;
  }

  get memoryBytes(): number {
    return this.#memory.buffer.byteLength;
  }

  get outgrown(): boolean {
    return this.memoryBytes > KEEP_UNDER;
  }

  call(name: keyof Kernel, ...args: QuickJSHandle[]): ReturnType<QuickJSContext['callFunction']> {
    return this.context.callFunction(this.#kernel.get(name)!, this.context.undefined, ...args);
  }

  #part(name: Part): QuickJSHandle {
    if (!this.#installed.has(name)) this.#wanted.add(name);
    return this.context.unwrapResult(this.context.evalCode(partText(name), OWN_FILE));
  }
}
