/** A request that is carried for a language while that stands still: what the porter is told, and what it brings back. */
import type { MessagePort } from 'node:worker_threads';
import type { Grants, Limits } from '../contract.ts';
import type { Question } from '../slot/errands.ts';
import type { Denial } from './denial.ts';
import type { FetchAnswer, FetchRequest } from './fetch.ts';

export interface Errand {
  readonly grants: Grants | undefined;
  readonly limits: Pick<Limits, 'memory'>;
  readonly request: FetchRequest;
  readonly body: Uint8Array;
}

export interface Carried {
  readonly answer: FetchAnswer;
  readonly denied?: Denial | undefined;
  /** Which limit the answer ran into. */
  readonly exceeded?: 'memory' | undefined;
}

/** What the porter's thread is given. Of the cells, one counts its answers, and one says that it is there. */
export interface PorterSetup {
  readonly port: MessagePort;
  readonly cells: Int32Array;
}

/** What the engine tells a porter that serves a slot: which step it has now, and what that asks for. */
export type SlotErrand =
  | {
      readonly kind: 'begin';
      readonly grants: Grants | undefined;
      readonly limits: Pick<Limits, 'memory' | 'files'>;
      readonly workdir: string;
    }
  | { readonly kind: 'ask'; readonly question: Question; readonly bytes: Uint8Array };

export const ANSWERS = 0;
export const THERE = 1;
