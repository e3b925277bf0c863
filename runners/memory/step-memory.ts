/** The workflow's shared memory as the code of one step reaches it, whatever its language. */
import type { EncodedValue } from '../contract.ts';
import type { Ask } from '../slot/errands.ts';
import { canonicalise } from '../value.ts';

export type MemoryAnswer =
  /** Nothing where the key holds none, and where there is nothing to tell. */
  { readonly ok: true; readonly text: EncodedValue | undefined } | { readonly ok: false; readonly message: string };

/** What the engine answers beside the bytes of a text. */
export type MemoryReply =
  | { readonly ok: true; readonly isThere: boolean }
  | { readonly ok: false; readonly message: string };

export const NOT_SHARED =
  'Add memory = true to the workflow to have a memory that its steps share; a step with memory = false has none';

const NOTHING = new Uint8Array();

export class StepMemory {
  readonly #ask: Ask | undefined;

  /** Without a way to ask, the step has no shared memory. */
  constructor(ask: Ask | undefined) {
    this.#ask = ask;
  }

  /**
   * Returns when the engine has answered. Texts are JSON in any form. Acts are `get`, `set`, `append`, `delete`, `keys`, and `swap`, which
   * sets a value if the key still holds the one that is expected, where null stands for nothing.
   */
  do(act: string, key: string, value: Uint8Array = NOTHING, expected: Uint8Array = NOTHING): MemoryAnswer {
    if (this.#ask === undefined) return { ok: false, message: NOT_SHARED };
    const [given, before] = [oneForm(value), oneForm(expected)];
    if (!given.ok) return given;
    if (!before.ok) return before;
    const bytes = new Uint8Array(given.text!.length + before.text!.length);
    bytes.set(before.text!);
    bytes.set(given.text!, before.text!.length);
    const { answer, bytes: text } = this.#ask({ ask: 'memory', args: [act, key, `${before.text!.length}`] }, bytes);
    const reply = answer.value as MemoryReply;
    return reply.ok ? { ok: true, text: reply.isThere ? text : undefined } : reply;
  }
}

function oneForm(text: Uint8Array): MemoryAnswer {
  if (text.length === 0) return { ok: true, text };
  const canonical = canonicalise(text);
  return canonical.ok ? { ok: true, text: canonical.value } : { ok: false, message: canonical.message };
}
