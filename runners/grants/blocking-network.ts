/** Requests of a language that cannot wait and do something else meanwhile. */
import { createRequire } from 'node:module';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Grants, Limits } from '../contract.ts';
import type { Denial } from './denial.ts';
import { ANSWERS, type Carried, type Errand, type PorterSetup, THERE } from './errand.ts';
import type { FetchAnswer, FetchRequest } from './fetch.ts';
import { firstHop, hostOf, portOf, Refused } from './hops.ts';
import { Reach } from './reach.ts';

const BOOT_MS = 20_000;

export interface Porter {
  /** Returns when the answer is there. */
  carry(errand: Errand): Carried;
}

/** A porter in another thread, which is started for the first request and ends with this one. */
export class PorterThread implements Porter {
  readonly #cells = new Int32Array(new SharedArrayBuffer(8));
  #port: MessagePort | undefined;

  carry(errand: Errand): Carried {
    const port = (this.#port ??= this.#start());
    const before = Atomics.load(this.#cells, ANSWERS);
    port.postMessage(errand);
    // What woke this thread for the last answer may come only now, where the other was held up in between.
    while (Atomics.load(this.#cells, ANSWERS) === before) Atomics.wait(this.#cells, ANSWERS, before);
    const received = receiveMessageOnPort(port) as { message: Carried } | undefined;
    if (received === undefined) throw new Error('Internal error: the thread that carries requests brought no answer');
    return received.message;
  }

  #start(): MessagePort {
    const { port1, port2: port } = new MessageChannel();
    const setup: PorterSetup = { port, cells: this.#cells };
    const entry = createRequire(import.meta.url).resolve('#porter');
    const thread = new Worker(entry, { workerData: setup, transferList: [port], env: {}, execArgv: [] });
    thread.unref();
    port1.unref();
    if (Atomics.wait(this.#cells, THERE, 0, BOOT_MS) === 'timed-out')
      throw new Error('Internal error: the thread that carries requests does not start');
    return port1;
  }
}

/** Of one step. */
export class BlockingNetwork {
  /** The last act that was denied, whether or not the step noticed. */
  denied: Denial | undefined;
  /** Which limit the step ran into, whether or not it noticed. */
  exceeded: 'memory' | undefined;
  readonly #grants: Grants | undefined;
  readonly #limits: Pick<Limits, 'memory'>;
  readonly #porter: Porter;

  constructor(grants: Grants | undefined, limits: Pick<Limits, 'memory'>, porter: Porter) {
    this.#grants = grants;
    this.#limits = limits;
    this.#porter = porter;
  }

  /** Returns when the answer is there. */
  fetch(request: FetchRequest, body: Uint8Array): FetchAnswer {
    const refusal = this.#refusalOf(request, body);
    if (refusal !== undefined) return { ok: false, message: refusal };
    const errand = { grants: this.#grants, limits: this.#limits, request, body };
    const { answer, denied, exceeded } = this.#porter.carry(errand);
    this.denied = denied ?? this.denied;
    this.exceeded = exceeded ?? this.exceeded;
    return answer;
  }

  /** What is refused as it is asked for needs no other thread. */
  #refusalOf(request: FetchRequest, body: Uint8Array): string | undefined {
    const reach = new Reach(this.#grants);
    try {
      const { url } = firstHop(request, body);
      reach.check(hostOf(url), portOf(url));
      return undefined;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.denied = reach.denied ?? this.denied;
      return error.message;
    }
  }
}
