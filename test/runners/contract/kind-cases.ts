/** What holds of bytes, files and tables in every language. */
import type { Language } from '../../../runners/contract.ts';
import type { Case, Codes } from './case.ts';

const TABLE =
  '{"$table":{"columns":["id","price","name","raw","more"],' +
  '"data":[[1,9007199254740993],[1.5,5.0],["a",null],[{"$bytes":"AQ=="},null],[[1],{"b":"c"}]],' +
  '"types":["integer","float","string","bytes","json"]}}';

const WRITES: Codes = {
  lua: 'function run() return { hwfe.file("out/a.txt", "h\u00e4llo") } end',
  javascript: 'function run() { return [hwfe.file("out/a.txt", "h\u00e4llo")] }',
  python: 'def run():\n  return [hwfe.file("out/a.txt", "h\u00e4llo")]',
  shell: `mkdir -p "$HWFE_WORKDIR/out"; printf h\u00e4llo > "$HWFE_WORKDIR/out/a.txt"; echo '[{"$file":"out/a.txt"}]' > "$HWFE_OUTPUT"`,
};
const WRITTEN =
  '{"$file":"out/a.txt","sha256":"0fbc7403536f425ad5498d9cd846497f5371ba8374b1aa583c79d2f0c87501ff","size":6}';

/** A program's own output is read after it; the others say so where the step asks. */
const refusal = (message: RegExp) => (language: Language) => ({
  failure: { reason: language === 'shell' ? ('output-invalid' as const) : ('threw' as const), message },
});

const fileAt = (path: string): Codes => ({
  lua: `function run() return { hwfe.file("${path}") } end`,
  javascript: `function run() { return [hwfe.file("${path}")] }`,
  python: `def run():\n  return [hwfe.file("${path}")]`,
  shell: `echo '[{"$file":"${path}"}]' > "$HWFE_OUTPUT"`,
});

export const kindCases: readonly Case[] = [
  {
    name: 'bytes come and go as bytes',
    code: {
      lua: 'function run(inputs) local x = inputs.x return { #x, x.data == "hi\\xff", x, hwfe.bytes("\\xff\\0"), hwfe.bytes("") } end',
      javascript:
        'function run({ x }) { return [x.length, x[2] === 255 && x instanceof Uint8Array, x, Uint8Array.of(255, 0), new ArrayBuffer(0)] }',
      python:
        'def run(inputs):\n  x = inputs["x"]\n  return [len(x), x == b"hi\\xff", x, bytearray(b"\\xff\\0"), memoryview(b"")]',
      shell:
        'digits=$(parse_input x | cut -d\\" -f4)\ncount=$(printf %s "$digits" | base64 -d | wc -c)\n' +
        'printf \'[%s,true,{"$bytes":"%s"},{"$bytes":"%s"},{"$bytes":""}]\' $count "$digits" "$(printf \'\\377\\0\' | base64)" > "$HWFE_OUTPUT"',
    },
    inputs: { x: '{"$bytes":"aGn/"}' },
    expect: { output: '[3,true,{"$bytes":"aGn/"},{"$bytes":"/wA="},{"$bytes":""}]' },
  },
  {
    name: 'a file that a step hands on comes with its size and hash',
    code: WRITES,
    expect: { output: `[${WRITTEN}]` },
  },
  {
    name: 'the next step reads a file by its value, and hands it on as it came',
    before: WRITES,
    takes: 'made',
    code: {
      lua: 'function run(inputs) local f = inputs.made[1] return { f.path, f.size, #f.sha256, f:text(), hwfe.bytes(f:bytes()), f } end',
      javascript: 'function run({ made: [f] }) { return [f.path, f.size, f.sha256.length, f.text(), f.bytes(), f] }',
      python:
        'def run(inputs):\n  f = inputs["made"][0]\n  return [f.path, f.size, len(f.sha256), open(f, encoding="utf-8").read(), f.read_bytes(), f]',
      shell:
        'f=$(parse_input made | cut -d\\" -f4)\ntext=$(cat "$HWFE_WORKDIR/$f")\n' +
        'printf \'["%s",6,64,"%s",{"$bytes":"%s"},{"$file":"%s"}]\' "$f" "$text" "$(printf %s "$text" | base64)" "$f" > "$HWFE_OUTPUT"',
    },
    expect: { output: `["out/a.txt",6,64,"h\u00e4llo",{"$bytes":"aMOkbGxv"},${WRITTEN}]` },
  },
  {
    name: 'a file is written from bytes, over one that is there, and found by its absolute path',
    before: WRITES,
    code: {
      lua: 'function run() return { hwfe.file("out/a.txt", hwfe.bytes("\\xff")), hwfe.file("./out//a.txt").size } end',
      javascript:
        'function run() { return [hwfe.file("out/a.txt", Uint8Array.of(255)), hwfe.file("./out//a.txt").size] }',
      python:
        'import os\ndef run():\n  return [hwfe.file("out/a.txt", b"\\xff"), hwfe.file(os.environ["HWFE_WORKDIR"] + "/out/a.txt").size]',
      shell:
        'printf "\\377" > "$HWFE_WORKDIR/out/a.txt"; printf \'[{"$file":"%s"},1]\' "$HWFE_WORKDIR/out/a.txt" > "$HWFE_OUTPUT"',
    },
    expect: {
      output:
        '[{"$file":"out/a.txt","sha256":"a8100ae6aa1940d0b663bb31cd466142ebbdbd5187131b92d93818987832eb89","size":1},1]',
    },
  },
  {
    name: 'a file that has changed since it was handed on is not read',
    before: WRITES,
    takes: 'made',
    code: {
      lua: 'function run(inputs) hwfe.file("out/a.txt", "another") return inputs.made[1]:text() end',
      javascript: 'function run({ made: [f] }) { hwfe.file(f.path, "another"); return f.text() }',
      python: 'def run(inputs):\n  hwfe.file("out/a.txt", "another")\n  return inputs["made"][0].read_text()',
    },
    expect: { failure: { reason: 'threw', message: /The file "out\/a\.txt" has changed since a step handed it on/ } },
  },
  {
    name: 'a file that is not there fails the step',
    code: fileAt('out/none'),
    expect: refusal(/There is no file "out\/none" in the run's directory/),
  },
  ...['../up', '/etc/hostname', 'out/../../up'].map((path) => ({
    name: `"${path}" is no file of the run`,
    code: fileAt(path),
    expect: refusal(/Name a file below the run's directory/),
  })),
  {
    name: 'a directory is no file',
    before: WRITES,
    code: fileAt('out'),
    expect: refusal(/"out" (is not a file of the run's directory|in the run's directory)/),
  },
  {
    name: 'a table behaves as a list of records, and gives its columns',
    code: {
      lua: `function run(inputs)
  local x, names, ids = inputs.x, {}, {}
  for i, record in ipairs(x) do names[i] = record.name or "none" end
  for i, record in pairs(x) do ids[i] = record.id end
  return { #x, x[1].price, names, ids, x:column("price")[2], x:column("id") == x:column("id"), x[3] == nil, x }
end`,
      javascript: `function run({ x }) {
  const prices = x.column("price")
  return [x.length, x[0].price, x.map((record) => record.name ?? "none"), [...x].map(({ id }) => id), prices[1] + 0.5, prices === x.column("price"), x[2] === undefined && Array.isArray(x), x]
}`,
      python: `def run(inputs):
  x = inputs["x"]
  prices = x.column("price")
  return [len(x), x[0]["price"], [record["name"] or "none" for record in x], [record["id"] for record in x], prices[1], prices is x.column("price"), x[-1] == x[1] and x[0:1] == [x[0]], x]`,
    },
    inputs: { x: TABLE },
    expect: (language) => ({
      output: `[2,1.5,["a","none"],[1,9007199254740993],${language === 'javascript' ? '5.5' : '5.0'},true,true,${TABLE}]`,
    }),
  },
  {
    name: 'a table is made of records or of columns',
    code: {
      lua: `function run()
  return {
    hwfe.table { { a = 1, b = "x" }, { a = 2, b = hwfe.bytes("x"), c = 1.5 } },
    hwfe.table { a = { true, false }, b = { 1.5, 2.0 } },
    hwfe.table {},
  }
end`,
      javascript: `function run() {
  return [
    hwfe.table([{ a: 1, b: "x" }, { a: 2, b: Uint8Array.of(120), c: 1.5 }]),
    hwfe.table({ a: [true, false], b: [1.5, 2] }),
    hwfe.table([]),
  ]
}`,
      python: `def run():
  return [
    hwfe.table([{"a": 1, "b": "x"}, {"a": 2, "b": b"x", "c": 1.5}]),
    hwfe.table({"a": [True, False], "b": (1.5, 2.0)}),
    hwfe.table([]),
  ]`,
    },
    expect: {
      output:
        '[{"$table":{"columns":["a","b","c"],"data":[[1,2],["x",{"$bytes":"eA=="}],[null,1.5]],"types":["integer","json","float"]}},' +
        '{"$table":{"columns":["a","b"],"data":[[true,false],[1.5,2.0]],"types":["boolean","float"]}},' +
        '{"$table":{"columns":[],"data":[],"types":[]}}]',
    },
  },
  {
    name: 'a file of the machine is written and read, where that is granted',
    code: {
      lua: 'function run() hwfe.write("granted/a.txt", hwfe.bytes("h\u00e4llo")) return { hwfe.read("granted/a.txt"), hwfe.bytes(hwfe.read_bytes("granted/a.txt")) } end',
      javascript:
        'function run() { hwfe.write("granted/a.txt", "h\u00e4llo"); return [hwfe.read("granted/a.txt"), hwfe.readBytes("granted/a.txt")] }',
      python:
        'def run():\n  hwfe.write("granted/a.txt", "h\u00e4llo")\n  return [hwfe.read("granted/a.txt"), hwfe.read_bytes("granted/a.txt")]',
    },
    expect: { output: '["h\u00e4llo",{"$bytes":"aMOkbGxv"}]' },
  },
  {
    name: 'granted files are listed by their pattern',
    code: {
      lua: 'function run() hwfe.write("granted/b/c.txt", "") return hwfe.list("granted/b/*") end',
      javascript: 'function run() { hwfe.write("granted/b/c.txt", ""); return hwfe.list("granted/b/*") }',
      python: 'def run():\n  hwfe.write("granted/b/c.txt", "")\n  return hwfe.list("granted/b/*")',
    },
    expect: { output: '["granted/b/c.txt"]' },
  },
];
