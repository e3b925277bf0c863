/** Any value passes between any two languages: the bytes at both ends are the same. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import fc from 'fast-check';
import type { EncodedValue, Runner } from '../../../runners/contract.ts';
import { withRecords } from '../../../runners/kinds/records.ts';
import { runModule, wasmRunner } from '../wasm/job.ts';
import { CAT, ECHO, Modules } from '../wasm/modules.ts';
import { IDENTITY } from './cases.ts';
import { createImplementations } from './implementations.ts';
import { canonicalText, kindsText, records } from './pairs.ts';

interface Hop {
  readonly name: string;
  /** Hands a value through one step. */
  pass(value: EncodedValue): Promise<EncodedValue>;
}

const implementations = createImplementations();
const modules = new Modules();
let wasm: Runner;
let echo: string;
beforeAll(async () => {
  wasm = await wasmRunner();
  // Its output is its inputs, an object: the value is its member x.
  echo = await modules.assemble(ECHO);
});
afterAll(async () => {
  modules.close();
  for (const implementation of implementations) await implementation.close?.();
});

const hops: readonly Hop[] = [
  ...implementations.map((implementation) => ({
    name: implementation.name,
    pass: async (value: EncodedValue) => {
      const { outcome } = await implementation.run({ code: IDENTITY[implementation.language]!, inputs: { x: value } });
      if (!outcome.ok) throw new Error(`${implementation.name}: ${JSON.stringify(outcome.failure)}`);
      return outcome.output;
    },
  })),
  {
    name: 'wasm (embedded)',
    pass: async (value) => {
      const { outcome } = await runModule(wasm, { path: echo, inputs: { x: Buffer.from(value).toString('utf8') } });
      if (!outcome.ok) throw new Error(`wasm: ${JSON.stringify(outcome.failure)}`);
      return outcome.output.slice('{"x":'.length, -1);
    },
  },
];

/** A WASI command, for vector 24. */
const throughCommand: Hop = {
  name: 'wasm (WASI)',
  pass: async (value) => {
    const request = { path: await modules.assemble(CAT), inputs: { x: Buffer.from(value).toString('utf8') } };
    const { outcome } = await runModule(wasm, request);
    if (!outcome.ok) throw new Error(`wasm: ${JSON.stringify(outcome.failure)}`);
    return outcome.output.slice('{"x":'.length, -1);
  },
};

const EMBEDDED = hops.filter(({ name }) => name.includes('embedded'));
const text = (value: EncodedValue): string => Buffer.from(value).toString('utf8');
const asRecords = (given: string): string => text(withRecords(Buffer.from(given)));

describe('random JSON comes out of the second language as it went into the first', () => {
  for (const first of EMBEDDED) {
    for (const second of EMBEDDED) {
      test(`${first.name} → ${second.name}`, async () => {
        await fc.assert(
          fc.asyncProperty(canonicalText, async (given) => {
            // A record's null is an absent key in Lua.
            if (first.name.startsWith('wasm') && second.name.startsWith('lua')) fc.pre(!given.includes('{"$table"'));
            const passed = await second.pass(await first.pass(Buffer.from(given)));
            // Who reads the text itself sees a table as its records.
            const isRead = [first, second].some(({ name }) => name.startsWith('wasm'));
            expect(text(passed)).toBe(isRead ? asRecords(given) : given);
          }),
          { numRuns: first.name.startsWith('python') || second.name.startsWith('python') ? 15 : 60 },
        );
      });
    }
  }
});

describe('bytes, files and tables, and what nearly is one, come out as they went in', () => {
  for (const hop of hops) {
    test(hop.name, async () => {
      await fc.assert(
        fc.asyncProperty(kindsText, async (given) => {
          const isRead = hop.name.startsWith('shell') || hop.name.startsWith('wasm');
          expect(text(await hop.pass(Buffer.from(given)))).toBe(isRead ? asRecords(given) : given);
        }),
        { numRuns: hop.name.includes('native') ? 20 : 200 },
      );
    });
  }
});

describe('random JSON comes out of a process as it went in', () => {
  for (const hop of hops.filter((each) => !EMBEDDED.includes(each))) {
    test(hop.name, async () => {
      await fc.assert(
        fc.asyncProperty(canonicalText, async (given) => {
          const expected = hop.name.startsWith('shell') ? asRecords(given) : given;
          expect(text(await hop.pass(Buffer.from(given)))).toBe(expected);
        }),
        { numRuns: 15 },
      );
    });
  }
});

test('100,000 records go from Lua through JavaScript, Python, shell and WASM back to Lua unharmed', async () => {
  const given = Buffer.from(records(100_000));
  const named = (name: string): Hop => hops.find((hop) => hop.name === name)!;
  const order = ['lua (embedded)', 'javascript (embedded)', 'python (embedded)', 'shell (native)'].map(named);
  let value: EncodedValue = given;
  for (const hop of [...order, throughCommand, order[0]!]) {
    value = await hop.pass(value);
    expect(Buffer.compare(Buffer.from(value.buffer, value.byteOffset, value.length), given), hop.name).toBe(0);
  }
}, 120_000);
