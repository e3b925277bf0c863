/** Which records of a list were added, removed or changed, told apart by a key. */
import type { JsonValue } from '../../runners/value.ts';
import { firstDifference, type Difference } from './difference.ts';

export interface RecordsDifference {
  /** Keys as JSON. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly { readonly key: string; readonly difference: Difference }[];
  readonly same: number;
}

/** Nothing if one of the two is no list of objects that all have the key, each once. */
export function diffRecords(before: JsonValue, after: JsonValue, key: string): RecordsDifference | undefined {
  const [old, now] = [byKey(before, key), byKey(after, key)];
  if (old === undefined || now === undefined) return undefined;
  const changed: { key: string; difference: Difference }[] = [];
  let same = 0;
  for (const [name, record] of now) {
    const was = old.get(name);
    if (was === undefined) continue;
    const difference = firstDifference(was, record);
    if (difference === undefined) same += 1;
    else changed.push({ key: name, difference });
  }
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    changed,
    same,
  };
}

function byKey(value: JsonValue, key: string): Map<string, JsonValue> | undefined {
  if (!Array.isArray(value)) return undefined;
  const records = new Map<string, JsonValue>();
  for (const record of value as readonly JsonValue[]) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) return undefined;
    const name = (record as Readonly<Record<string, JsonValue>>)[key];
    if (name === undefined) return undefined;
    records.set(typeof name === 'bigint' ? String(name) : JSON.stringify(name), record);
  }
  return records.size === value.length ? records : undefined;
}
