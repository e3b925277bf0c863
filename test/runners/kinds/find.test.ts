// Bytes, files and tables are told from plain objects by their exact shape, and tables become records for who reads text.
import { describe, expect, it } from 'vitest';
import { filesIn, kindsIn, markKinds } from '../../../runners/kinds/find.ts';
import { withRecords } from '../../../runners/kinds/records.ts';

const HASH = 'a'.repeat(64);
const FILE = `{"$file":"out/a.txt","sha256":"${HASH}","size":12}`;
const TABLE = '{"$table":{"columns":["b","a"],"data":[[1,null],[{"$bytes":"AQ=="},"x"]],"types":["integer","json"]}}';

const kinds = (text: string): string => [...kindsIn(Buffer.from(text))].map(({ kind }) => kind).join('');

describe('the exact shape', () => {
  it.each([
    ['{"$bytes":""}', 'b'],
    ['{"$bytes":"aGk="}', 'b'],
    ['[{"$bytes":"AAAA"},{"x":{"$bytes":"+/8="}}]', 'bb'],
    [FILE, 'f'],
    [`{"$file":"\\"","sha256":"${HASH}","size":0}`, 'f'],
    [TABLE, 'tb'],
    ['{"$table":{"columns":[],"data":[],"types":[]}}', 't'],
    ['{"$table":{"columns":["a"],"data":[[]],"types":["json"]}}', 't'],
    [`{"$table":{"columns":["a"],"data":[[[${TABLE}]]],"types":["json"]}}`, 'ttb'],
  ])('%s', (text, found) => {
    expect(kinds(text)).toBe(found);
  });

  it.each([
    '{"$bytes":"aGk"}',
    '{"$bytes":"aGl="}',
    '{"$bytes":"a==="}',
    '{"$bytes":"===="}',
    '{"$bytes":"aG\\n="}',
    '{"$bytes":"aGk=","x":1}',
    '{"a":"{\\"$bytes\\":\\"aGk=\\"}"}',
    '"{\\"$bytes\\":\\"aGk=\\"}"',
    '{"$file":"a"}',
    `{"$file":"../a","sha256":"${HASH}","size":1}`,
    `{"$file":"a/","sha256":"${HASH}","size":1}`,
    `{"$file":"a","sha256":"${HASH}","size":1.0}`,
    `{"$file":"a","sha256":"${HASH}","size":9007199254740992}`,
    '{"$table":{"columns":["a"],"data":[[1.0]],"types":["integer"]}}',
    '{"$table":{"columns":["a"],"data":[[1]],"types":["float"]}}',
    '{"$table":{"columns":["a"],"data":[["x"]],"types":["boolean"]}}',
    '{"$table":{"columns":["a","a"],"data":[[],[]],"types":["json","json"]}}',
    '{"$table":{"columns":["a"],"data":[[1]],"types":["constructor"]}}',
    '{"$table":{"columns":["a","b"],"data":[[1],[]],"types":["json","json"]}}',
    '{"$table":{"columns":["a"',
  ])('not %s', (text) => {
    expect(kinds(text)).toBe('');
  });
});

it('marks the first key of each and leaves all else as it is', () => {
  const marked = (text: string): string | undefined => markKinds(Buffer.from(text), 'm')?.toString();
  expect(marked('{"$bytes":1}')).toBeUndefined();
  expect(marked(`[{"$bytes":"?"},${FILE}]`)).toBe(`[{"$bytes":"?"},${FILE.replace('$file', 'mf')}]`);
  expect(marked(TABLE)).toBe(TABLE.replace('$table', 'mt').replace('$bytes', 'mb'));
});

it('lists the files', () => {
  expect(filesIn(Buffer.from(`[${FILE},1]`))).toEqual([{ path: 'out/a.txt', sha256: HASH, size: 12 }]);
});

describe('a table as records', () => {
  it.each([
    ['[1,{"a":"b"}]', '[1,{"a":"b"}]'],
    [TABLE, '[{"a":{"$bytes":"AQ=="},"b":1},{"a":"x","b":null}]'],
    ['{"$table":{"columns":[],"data":[],"types":[]}}', '[]'],
    ['{"$table":{"columns":["é"],"data":[["😀"]],"types":["string"]}}', '[{"é":"😀"}]'],
    [
      '["é",{"$table":{"columns":["a"],"data":[[{"$table":{"columns":["b"],"data":[[1]],"types":["integer"]}}]],"types":["json"]}},2]',
      '["é",[{"a":[{"b":1}]}],2]',
    ],
    [
      '{"$table":{"columns":["a"],"data":[[1]],"types":["float"]}}',
      '{"$table":{"columns":["a"],"data":[[1]],"types":["float"]}}',
    ],
  ])('%s', (text, records) => {
    expect(Buffer.from(withRecords(Buffer.from(text))).toString()).toBe(records);
  });
});
