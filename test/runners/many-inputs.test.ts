// Many inputs read as a map, here and behind a crossing.
import { deserialize, serialize } from 'node:v8';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManyInputs, receivedInputs } from '../../runners/many-inputs.ts';
import { gather } from '../../src/run/inputs.ts';

const COUNT = 300;
const names = Array.from({ length: COUNT }, (_, i) => `s${i}`);
const small = names.map((name) => Buffer.from(JSON.stringify(name.repeat(4))));
const large = Buffer.from(JSON.stringify('x'.repeat(5000)));
const values = small.map((value, i) => (i === 0 || i === 7 || i === COUNT - 1 ? large : value));

type Inputs = ReadonlyMap<string, Uint8Array>;
const texts = (inputs: Inputs): string[] =>
  [...inputs].map(([name, value]) => `${name}=${Buffer.from(value).toString()}`);

function throughThread(inputs: Inputs): Inputs {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(inputs);
  const { message } = receiveMessageOnPort(port2) as { message: Inputs };
  port1.close();
  return message;
}

describe.each([
  ['where they were gathered', (inputs: Inputs) => inputs],
  ['in another thread', throughThread],
  ['in another process', (inputs: Inputs) => deserialize(serialize(inputs)) as Inputs],
])('inputs %s', (_, cross) => {
  it.each([1, 255, 256, COUNT])('are there, in order and unchanged: %i of them', (count) => {
    const given = gather(names.slice(0, count), values.slice(0, count));
    const inputs = receivedInputs(cross(given));
    expect(inputs.size).toBe(count);
    expect(texts(inputs)).toEqual(texts(new Map(names.slice(0, count).map((name, i) => [name, values[i]!]))));
  });

  it('answer whatever a map of them would', () => {
    const inputs = receivedInputs(cross(gather(names, values)));
    const map = new Map(names.map((name, i) => [name, values[i]!]));
    expect(inputs).toBeInstanceOf(ManyInputs);
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...names, '', 'size', 'ends', '__proto__'), fc.string()), (name) => {
        expect(inputs.has(name)).toBe(map.has(name));
        expect(Buffer.from(inputs.get(name) ?? [])).toEqual(Buffer.from(map.get(name) ?? []));
      }),
    );
    const seen: string[] = [];
    inputs.forEach((value, name, all) => seen.push(`${name} ${value.length} ${all === inputs}`));
    expect(seen).toEqual(names.map((name, i) => `${name} ${values[i]!.length} true`));
    expect([...inputs.keys()]).toEqual(names);
    expect([...inputs.values()].map(({ length }) => length)).toEqual(values.map(({ length }) => length));
  });
});
