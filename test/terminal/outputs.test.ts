// Final outputs: for people short, for documents readable, for programs the very bytes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encode } from '../../runners/value.ts';
import { shortOutputs, renderOutputs, type OutputFormat } from '../../src/terminal/outputs.ts';
import { prettyLines } from '../../src/terminal/pretty.ts';
import { shapeOf } from '../../src/terminal/canonical.ts';

function output(step: string, text: string): { step: string; value: Uint8Array } {
  return { step, value: new TextEncoder().encode(text) };
}

function document(format: OutputFormat, ...outputs: { step: string; value: Uint8Array }[]): string {
  return Buffer.concat(renderOutputs('demo', outputs, format).map((piece) => Buffer.from(piece))).toString();
}

const RECORDS = output('report', '[{"id":9007199254740993,"name":"Ada|x","ratio":5.0},{"id":2,"note":"*new*"}]');

describe('as JSON', () => {
  it('values keep their bytes', () => {
    expect(document('json', RECORDS, output('n', '1e+21'))).toBe(
      '{"report":[{"id":9007199254740993,"name":"Ada|x","ratio":5.0},{"id":2,"note":"*new*"}],"n":1e+21}\n',
    );
    expect(document('json')).toBe('{}\n');
  });

  it('values may sit in shared memory', () => {
    const shared = new Uint8Array(new SharedArrayBuffer(2));
    shared.set([0x31, 0x32]);
    expect(document('json', { step: 'a', value: shared })).toBe('{"a":12}\n');
    expect(document('plain', { step: 'a', value: shared })).toBe('a: 12\n');
  });
});

describe('as Markdown', () => {
  it('lists of records and flat records are tables, other structures a block, text is text', () => {
    const outputs = [
      RECORDS,
      output('total', '{"count":2,"sum":7.5}'),
      output('tree', '{"a":{"b":[1,2]}}'),
      output('word', '"a < b"'),
      output('text', '"one\\n```\\ntwo"'),
    ];
    expect(`\n${document('markdown', ...outputs)}`).toMatchInlineSnapshot(`
      "
      # demo

      ## report

      | id | name | ratio | note |
      | --- | --- | --- | --- |
      | 9007199254740993 | Ada\\|x | 5.0 |  |
      | 2 |  |  | \\*new\\* |

      ## total

      | field | value |
      | --- | --- |
      | count | 2 |
      | sum | 7.5 |

      ## tree

      \`\`\`json
      {"a": {"b": [1, 2]}}
      \`\`\`

      ## word

      a \\< b

      ## text

      \`\`\`\`
      one
      \`\`\`
      two
      \`\`\`\`
      "
    `);
  });
});

describe('in plain lines', () => {
  it('short values stand beside the name, long ones below it', () => {
    const deep = `{"items":[${Array.from({ length: 8 }, (_, i) => `{"index":${i},"name":"item number ${i}"}`).join(',')}]}`;
    expect(
      `\n${document('plain', output('n', '5.0'), output('s', '"hi\\nthere"'), output('deep', deep))}`,
    ).toMatchInlineSnapshot(`
      "
      n: 5.0
      s:
        hi
        there
      deep:
        {
          "items": [
            {"index": 0, "name": "item number 0"},
            {"index": 1, "name": "item number 1"},
            {"index": 2, "name": "item number 2"},
            {"index": 3, "name": "item number 3"},
            {"index": 4, "name": "item number 4"},
            {"index": 5, "name": "item number 5"},
            {"index": 6, "name": "item number 6"},
            {"index": 7, "name": "item number 7"}
          ]
        }
      "
    `);
  });

  it('what is long is cut with a word on how to see all', () => {
    const list = `[${Array.from({ length: 100_000 }, (_, i) => i).join(',')}]`;
    const lines = shortOutputs([output('list', list)], { mostLines: 3, width: 40 });
    expect(lines).toEqual(['list:', '  [', '    0,', '    1,', '  … (all of it: --output json)']);
    const wide = shortOutputs([output('text', `"${'word '.repeat(100)}"`)], { mostLines: 3, width: 30 });
    expect(wide).toEqual(['text:', '  word word word word word wo…', '  … (all of it: --output json)']);
  });

  it('a huge string is cut wherever its escapes are', () => {
    for (let shift = 0; shift < 8; shift++) {
      const text = `"${'a'.repeat(shift)}${'\\\\\\n\\u0001'.repeat(20_000)}"`;
      const lines = shortOutputs([output('s', text)], { mostLines: 2, width: 40 });
      expect(lines).toHaveLength(4);
      expect(lines[1]).toBe(`  ${'a'.repeat(shift)}\\`);
    }
  });

  it('never prints a control character', () => {
    expect(shortOutputs([output('s', '"\\u001b[2Jx"')], { mostLines: 3, width: 40 })).toEqual(['s: ␛[2Jx']);
  });
});

describe('laying out canonical text', () => {
  const anyText = fc.jsonValue().map((value) => {
    const encoded = encode(value);
    if (!encoded.ok) throw new Error('JSON values can be encoded');
    return new TextDecoder().decode(encoded.value);
  });

  it('changes nothing but white space', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 80 }), (text, width) => {
        const lines = prettyLines(text, width);
        expect(JSON.parse(lines.join('\n'))).toEqual(JSON.parse(text));
        expect(withoutSpaces(lines.join('\n'))).toBe(withoutSpaces(text));
      }),
    );
  });

  it('takes objects and arrays apart into the texts of their parts', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shape = shapeOf(text);
        const again =
          shape.kind === 'object'
            ? `{${shape.entries.map(([key, part]) => `${JSON.stringify(key)}:${part}`).join(',')}}`
            : shape.kind === 'array'
              ? `[${shape.items.join(',')}]`
              : shape.text;
        expect(JSON.parse(again)).toEqual(JSON.parse(text));
        expect(again.length).toBe(text.length);
      }),
    );
  });
});

function withoutSpaces(text: string): string {
  return text.replace(/\s/g, '');
}
