/** Lua steps: Lua 5.4 in WebAssembly, a fresh state for each. */
import type { Job, LoadRunner, Outcome, RunnerContext, StepFailure } from '../contract.ts';
import { definesNoRun } from '../failures.ts';
import { BlockingNetwork } from '../grants/blocking-network.ts';
import { clockFor } from '../grants/clock.ts';
import { notGranted } from '../grants/denial.ts';
import { filesFor, porterFor, runFilesFor } from '../grants/granted-to.ts';
import { randomFor } from '../grants/random.ts';
import { OVER_LIMIT } from '../kinds/run-files.ts';
import { EMBEDDED_MEMORY, outputTooLarge, overLimit } from '../limits.ts';
import { optimiseLate } from '../optimise-late.ts';
import { unreachable } from '../unreachable.ts';
import { LuaType, type State, Status } from './api.ts';
import { pushValue } from './decode.ts';
import { takeValue } from './encode.ts';
import { chunkName, notRunnable, threw } from './failure.ts';
import { loadMachines, type Machine } from './machine.ts';
import { Aborted } from './libc.ts';
import { Host } from './state.ts';

/** An instance whose memory grew beyond this, in bytes, is not kept: wasm memory never shrinks. */
const KEEP_UNDER = 64 * 1024 * 1024;

export const load: LoadRunner = async (setup) => {
  optimiseLate(setup);
  const newMachine = await loadMachines();
  const porter = porterFor(setup);
  let kept: Host | undefined = new Host(newMachine());
  return {
    run: (job, context) => {
      const limit = job.limits.memory ?? EMBEDDED_MEMORY;
      const host = hostFor(job, kept, limit, newMachine);
      host.machine.memoryLimit = limit;
      // Whatever this step throws at the host, the next one must not find it here.
      kept = undefined;
      host.kinds.network = new BlockingNetwork(job.grants, job.limits, porter);
      host.kinds.granted = filesFor(job, setup);
      host.kinds.files = runFilesFor(job, setup);
      const outcome = attempt(host, job, context);
      context.spent?.({ memoryBytes: host.machine.bytes.length });
      if (outcome === undefined || host.machine.bytes.length > KEEP_UNDER) kept = new Host(newMachine());
      else kept = host;
      return Promise.resolve(outcome ?? outOfMemory(job));
    },
  };
};

/** The one that is kept, if it will do. */
function hostFor({ clock, random }: Job, kept: Host | undefined, limit: number, newMachine: () => Machine): Host {
  // Where tables lie, which an earlier step has a part in, decides in which order some of them are walked through.
  const isRepeatable = clock?.kind === 'frozen' || random?.kind === 'seeded';
  // A memory that an earlier step grew beyond this one's limit cannot hold it to that.
  const fits = kept !== undefined && kept.machine.bytes.length <= limit;
  if (fits && (!isRepeatable || kept.machine.renew())) return kept;
  return isRepeatable ? Host.renewable(newMachine()) : new Host(newMachine());
}

function outOfMemory({ limits }: Job): Outcome {
  return { ok: false, failure: overLimit('memory', limits), warnings: [] };
}

/** Nothing when the instance is lost, which only lack of memory brings about. */
function attempt(host: Host, job: Job, context: RunnerContext): Outcome | undefined {
  host.surroundings = {
    print: (stream, text) => context.print(stream, text),
    env: job.env,
    random: randomFor(job.random),
    traceback: '',
  };
  host.machine.clock = clockFor(job.clock);
  host.shared.memory = job.memory === undefined ? undefined : context.memory;
  try {
    const L = host.open();
    const outcome = new Step(host, L, job).run();
    if (outcome === undefined) return undefined;
    host.machine.api.lua_close(L);
    return outcome;
  } catch (error) {
    if (error instanceof Aborted || error instanceof WebAssembly.RuntimeError || error instanceof RangeError)
      return undefined;
    throw error;
  }
}

class Step {
  readonly #host: Host;
  readonly #L: State;
  readonly #job: Job;
  readonly #script: Extract<Job['script'], { kind: 'code' }>;
  readonly #chunk: string;
  readonly #warnings: string[] = [];

  constructor(host: Host, L: State, job: Job) {
    if (job.script.kind !== 'code') throw new Error('Internal error: a Lua step has no code');
    this.#host = host;
    this.#L = L;
    this.#job = job;
    this.#script = job.script;
    this.#chunk = chunkName(job.step);
  }

  run(): Outcome | undefined {
    this.#setInputs();
    const syntax = this.#compile();
    if (syntax !== undefined) return this.#fail(syntax);
    const L = this.#L;
    const { api } = this.#host.machine;
    const top = this.#host.callForAll(L, 0);
    if (top.status !== Status.ok) return this.#error(top.status);
    api.lua_settop(L, top.results === 0 ? 0 : 1);
    if (this.#host.pushGlobal(L, 'run') !== LuaType.function) {
      this.#host.machine.pop(L, 1);
      if (top.results === 0) return this.#fail(definesNoRun(this.#job.step, this.#script.origin));
      if (api.lua_type(L, -1) !== LuaType.function) return this.#output();
    }
    const args = this.#job.inputs.size === 0 ? 0 : 1;
    if (args === 1) this.#host.pushGlobal(L, 'inputs');
    const status = this.#host.call(L, args, 1);
    return status === Status.ok ? this.#output() : this.#error(status);
  }

  #setInputs(): void {
    const { machine } = this.#host;
    const L = this.#L;
    machine.api.lua_createtable(L, 0, this.#job.inputs.size);
    for (const [name, value] of this.#job.inputs) {
      machine.pushString(L, name);
      if (pushValue(machine, L, value, this.#host.kinds))
        this.#warnings.push(`Input "${name}" has integers of more than 64 bits, which became floats in Lua`);
      machine.api.lua_rawset(L, -3);
    }
    machine.api.lua_setglobal(L, machine.name('inputs'));
  }

  #compile(): StepFailure | undefined {
    const { machine } = this.#host;
    const code = Buffer.from(this.#script.code);
    const text = machine.copyIn(code);
    const name = machine.copyIn(Buffer.from(`=${this.#chunk}`));
    const status = machine.api.luaL_loadbufferx(this.#L, text, code.length, name, machine.name('t'));
    machine.api.free(text);
    machine.api.free(name);
    if (status === Status.ok) return undefined;
    if (status === Status.memory) throw new Aborted('no room for the code');
    return notRunnable(machine.string(this.#L, -1), this.#chunk, this.#script.origin);
  }

  #output(): Outcome {
    const encoded = takeValue(this.#host.machine, this.#L, this.#job.limits.output, 'output');
    const { origin } = this.#script;
    switch (encoded.kind) {
      case 'value':
        return { ok: true, output: encoded.value, warnings: [...this.#warnings, ...encoded.warnings] };
      case 'invalid':
        return this.#fail({
          reason: 'output-invalid',
          message: encoded.message,
          position: { file: origin.file, line: origin.line },
        });
      case 'too-large':
        return this.#fail(outputTooLarge(encoded.bytes, this.#job.limits));
      default:
        return unreachable(encoded);
    }
  }

  /** Nothing when memory ran out, which leaves the instance in no state to be used again. */
  #error(status: number): Outcome | undefined {
    if (status === Status.memory) return undefined;
    const text = this.#errorText();
    const { files, granted, network } = this.#host.kinds;
    const { machine, surroundings } = this.#host;
    for (const denial of [granted?.denied, network?.denied, machine.clock.refused, surroundings.random.refused]) {
      const denied = notGranted(denial, text);
      if (denied !== undefined) return this.#fail(denied);
    }
    const exceeded = files?.exceeded ?? granted?.exceeded ?? network?.exceeded;
    if (exceeded !== undefined && text.includes(OVER_LIMIT)) return this.#fail(overLimit(exceeded, this.#job.limits));
    return this.#fail(threw(text, this.#host.surroundings.traceback, this.#chunk, this.#script.origin));
  }

  /** The error value on top, as text: tables without `__tostring` as JSON where they can be. */
  #errorText(): string {
    const { machine } = this.#host;
    const L = this.#L;
    if (machine.api.lua_type(L, -1) === LuaType.table && !machine.hasMetatable(L, -1)) {
      const encoded = takeValue(machine, L, 4096, 'error');
      if (encoded.kind === 'value') return Buffer.from(encoded.value).toString('utf8');
    }
    return this.#host.textOf(L);
  }

  #fail(failure: StepFailure): Outcome {
    return { ok: false, failure, warnings: this.#warnings };
  }
}
