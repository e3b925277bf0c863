/** The shared memory of one run: does what its steps ask, one act after the other, and notes what changed. */
import type { EncodedValue } from '../../runners/contract.ts';
import type { MemoryReply } from '../../runners/memory/step-memory.ts';
import { canonicalise } from '../../runners/value.ts';
import type { MailedAnswer, MailedQuestion } from '../../runners/memory/mailbox.ts';
import { type MemoryChange, MemoryContents } from '../model/shared-memory.ts';
import type { SharedMemorySettings } from '../model/workflow.ts';
import type { Masking } from './masking.ts';

/** Characters of one key. */
const LONGEST_KEY = 256;
const MOST_KEYS = 100_000;
const NULL = Buffer.from('null');
const NOTHING = new Uint8Array();

/** Answers one step. */
export interface MemoryHost {
  /** Of a thread, whose runner has put the texts into their one form. */
  answer(asked: MailedQuestion): MailedAnswer;
  /** Of whoever may say anything. */
  answerStranger(asked: MailedQuestion): MailedAnswer;
  /** Bytes that all of it may have. */
  readonly limit: number;
}

export class RunMemory {
  readonly limit: number;
  readonly #contents = new MemoryContents();
  /** By key, in order. */
  #changes = new Map<string, MemoryChange[]>();

  /** `before` is what the run held when it was interrupted. */
  constructor({ limit, initial }: SharedMemorySettings, before?: ReadonlyMap<string, EncodedValue>) {
    this.limit = limit;
    if (before === undefined)
      for (const [key, json] of initial) this.#apply({ act: 'set', key, value: oneForm(Buffer.from(json)) ?? NULL });
    else for (const [key, value] of before) this.#contents.apply({ act: 'set', key, value });
  }

  /** What has changed since this was last asked; nothing if nothing has. */
  takeChanges(): readonly MemoryChange[] | undefined {
    if (this.#changes.size === 0) return undefined;
    const changes = [...this.#changes.values()].flat();
    this.#changes = new Map();
    return changes;
  }

  /** What a step writes is masked, as what it hands on is. */
  for(masking: Masking | undefined): MemoryHost {
    const answer = ({ question, bytes }: MailedQuestion): MailedAnswer => {
      const [act = '', key = '', split = '0'] = question.args;
      const at = Number(split);
      const given = bytes.subarray(at);
      const { reply, text = NOTHING } = this.#do(
        act,
        key,
        masked(given, masking),
        masked(bytes.subarray(0, at), masking),
      );
      return { answer: { value: reply }, bytes: text };
    };
    return {
      limit: this.limit,
      answer,
      answerStranger: ({ question, bytes }) => {
        const at = Number(question.args[2]);
        if (!Number.isSafeInteger(at) || at < 0 || at > bytes.length) return refused('The question has no such form');
        const before = oneForm(bytes.subarray(0, at));
        const given = oneForm(bytes.subarray(at));
        if (before === undefined || given === undefined) return refused('The value is not JSON');
        const args = [...question.args.slice(0, 2), `${before.length}`];
        return answer({ question: { ask: 'memory', args }, bytes: Buffer.concat([before, given]) });
      },
    };
  }

  #do(act: string, key: string, given: EncodedValue, expected: EncodedValue): Done {
    if (act === 'keys') return there(Buffer.from(JSON.stringify(this.#contents.keys())));
    if (key === '' || key.length > LONGEST_KEY || !key.isWellFormed())
      return no(`A key has 1 to ${LONGEST_KEY} characters`);
    const value = given.length === 0 ? NULL : given;
    switch (act) {
      case 'get':
        return there(this.#contents.get(key));
      case 'set':
        return this.#keep({ act: 'set', key, value }) ?? there(undefined);
      case 'append': {
        if (!this.#contents.isList(key))
          return no(`"${key}" holds something else than a list, to which nothing can be appended`);
        const refusal = this.#refusalOf({ act: 'append', key, value });
        return refusal ?? there(Buffer.from(`${this.#apply({ act: 'append', key, value })}`));
      }
      case 'swap': {
        const now = this.#contents.get(key) ?? NULL;
        const isSame = Buffer.compare(now, expected.length === 0 ? NULL : expected) === 0;
        if (!isSame) return there(FALSE);
        return this.#keep({ act: 'set', key, value }) ?? there(TRUE);
      }
      case 'delete': {
        const isThere = this.#contents.get(key) !== undefined;
        if (isThere) this.#apply({ act: 'delete', key });
        return there(isThere ? TRUE : FALSE);
      }
      default:
        return no(`There is no act "${act}"`);
    }
  }

  #keep(change: MemoryChange & { act: 'set' }): Done | undefined {
    const refusal = this.#refusalOf(change);
    if (refusal === undefined) this.#apply(change);
    return refusal;
  }

  #refusalOf({ act, key, value }: MemoryChange & { act: 'set' | 'append' }): Done | undefined {
    const isNew = this.#contents.get(key) === undefined;
    if (isNew && this.#contents.size >= MOST_KEYS)
      return no(`The shared memory has ${MOST_KEYS} keys, and takes no more`);
    const without = act === 'set' ? this.#contents.bytes - this.#contents.bytesOf(key) : this.#contents.bytes;
    if (without + value.length + (isNew ? key.length : 0) <= this.limit) return undefined;
    return no(
      `There is no room for "${key}": the shared memory holds ${this.limit} bytes; set a larger "size" in "memory" of the workflow, or hand files on`,
    );
  }

  /** Of a key that is set again and again, as a counter is, only the last value is told. */
  #note(change: MemoryChange): void {
    const known = this.#changes.get(change.key);
    if (known === undefined || change.act !== 'append') this.#changes.set(change.key, [change]);
    else known.push(change);
  }

  #apply(change: MemoryChange): number {
    this.#note(change);
    return this.#contents.apply(change);
  }
}

interface Done {
  readonly reply: MemoryReply;
  readonly text?: EncodedValue | undefined;
}

const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

function there(text: EncodedValue | undefined): Done {
  return { reply: { ok: true, isThere: text !== undefined }, text };
}

function no(message: string): Done {
  return { reply: { ok: false, message } };
}

function refused(message: string): MailedAnswer {
  return { answer: { value: { ok: false, message } satisfies MemoryReply }, bytes: NOTHING };
}

function oneForm(text: Uint8Array): Uint8Array | undefined {
  if (text.length === 0) return text;
  const canonical = canonicalise(text);
  return canonical.ok ? canonical.value : undefined;
}

function masked(text: EncodedValue, masking: Masking | undefined): EncodedValue {
  const copy = Uint8Array.from(text);
  return masking?.value(copy) ?? copy;
}
