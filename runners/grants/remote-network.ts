/** Requests of a process without rights: the engine makes them, which looks at each. */
import type { Grants, Limits } from '../contract.ts';
import type { Ask } from '../slot/errands.ts';
import { BlockingNetwork, type Porter } from './blocking-network.ts';
import type { FetchAnswer, FetchFailure, FetchHead, FetchRequest } from './fetch.ts';
import { Network } from './network.ts';

export function remotePorter(ask: Ask): Porter {
  return {
    carry({ request, body }) {
      const { answer, bytes } = ask({ ask: 'fetch', args: [JSON.stringify(request)] }, body);
      const head = answer.value as FetchHead | FetchFailure;
      const exceeded = answer.exceeded === 'memory' ? answer.exceeded : undefined;
      return { answer: head.ok ? { ...head, body: bytes } : head, denied: answer.denied, exceeded };
    },
  };
}

/** For a language that could wait: here it stands still all the same. */
export class RemoteNetwork extends Network {
  readonly #network: BlockingNetwork;

  constructor(grants: Grants | undefined, limits: Pick<Limits, 'memory'>, ask: Ask) {
    super(grants, limits);
    this.#network = new BlockingNetwork(grants, limits, remotePorter(ask));
  }

  override get denied(): BlockingNetwork['denied'] {
    return this.#network.denied;
  }

  override fetch(request: FetchRequest, body: Uint8Array): Promise<FetchAnswer> {
    const answer = this.#network.fetch(request, body);
    this.exceeded = this.#network.exceeded ?? this.exceeded;
    return Promise.resolve(answer);
  }
}
