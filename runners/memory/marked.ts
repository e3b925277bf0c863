/** The shared memory for languages that read JSON as it is: what is more than JSON is marked for them. */
import { markBigIntegers, mayHoldBigIntegers } from '../javascript/big-integers.ts';
import { markKinds, newMark } from '../kinds/find.ts';
import type { StepMemory } from './step-memory.ts';

/** `text` is JSON, in which big integers, bytes, files and tables are known by `mark`; `plain` is the same without, where there are any. */
export type MemoryWord =
  | { readonly ok: true; readonly text?: string; readonly mark?: string; readonly plain?: string }
  | { readonly ok: false; readonly message: string };

/** An empty text stands for none. */
export function askMemory(
  memory: StepMemory | undefined,
  act: string,
  key: string,
  value: string,
  expected: string,
  { hasBigIntegers = false }: { readonly hasBigIntegers?: boolean } = {},
): MemoryWord {
  if (memory === undefined) return { ok: false, message: 'The step has no shared memory' };
  const answer = memory.do(act, key, Buffer.from(value), Buffer.from(expected));
  if (!answer.ok) return answer;
  if (answer.text === undefined) return { ok: true };
  const plain = Buffer.from(answer.text).toString();
  const mark = newMark();
  const kinds = markKinds(answer.text, mark)?.toString();
  const marked =
    hasBigIntegers || !mayHoldBigIntegers(plain) ? kinds : (markBigIntegers(kinds ?? plain, mark) ?? kinds);
  return marked === undefined ? { ok: true, text: plain } : { ok: true, text: marked, mark, plain };
}
