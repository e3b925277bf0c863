/** The field `isolation`, on a step and on a workflow. */
import type { Isolation } from '../../../runners/contract.ts';
import type { Field } from './field-type.ts';
import { choice } from './scalars.ts';

const ISOLATIONS: Readonly<Record<Isolation, Isolation>> = { thread: 'thread', process: 'process', os: 'os' };

export const ISOLATION: Field<Isolation> = {
  type: choice(ISOLATIONS, 'unknown-choice', 'an isolation'),
  about: 'How strictly the step is kept apart: in a thread, a process without rights, or a sandbox of the system.',
  default: 'the strictest that the workflow and the configuration ask for, else "thread"',
  example: 'os',
};
