/** One word about each input, as a status-code function's output has it. */
import type { EncodedValue } from '../contract.ts';

const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const QUOTE = 0x22;

/** `array[items]`, `object[members]`, `string[UTF-8 bytes]`, `number[text]`, `bool[text]`, `null`, from canonical text. */
export function summarise(value: EncodedValue): string {
  const text = (): string => Buffer.from(value).toString('utf8');
  switch (value[0]!) {
    case OPEN_OBJECT:
      return `object[${countMembers(value)}]`;
    case OPEN_ARRAY:
      return `array[${countMembers(value)}]`;
    case QUOTE:
      return `string[${Buffer.byteLength(JSON.parse(text()) as string)}]`;
    case 0x6e:
      return 'null';
    case 0x74:
    case 0x66:
      return `bool[${text()}]`;
    default:
      return `number[${text()}]`;
  }
}

/** Commas at the first depth, and one more unless there is nothing between the brackets. */
function countMembers(value: EncodedValue): number {
  if (value.length === 2) return 0;
  let depth = 0;
  let count = 1;
  for (let at = 0; at < value.length; at++) {
    const byte = value[at];
    if (byte === QUOTE) at = endOfString(value, at);
    else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth += 1;
    else if (byte === 0x7d || byte === 0x5d) depth -= 1;
    else if (byte === 0x2c && depth === 1) count += 1;
  }
  return count;
}

function endOfString(value: EncodedValue, start: number): number {
  let at = start + 1;
  for (let byte = value[at]; byte !== QUOTE; byte = value[at]) at += byte === 0x5c ? 2 : 1;
  return at;
}
