/** Embedded Python steps, as sections 1, 2 and 4 of the contract and its vectors promise. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ORIGIN } from '../contract/job.ts';
import { writeWheel } from './wheel.ts';
import { PythonRig } from './rig.ts';

const python = new PythonRig(mkdtempSync(join(tmpdir(), 'hwfe-test-')));
afterAll(() => rmSync(python.cacheDir, { recursive: true }));

describe('vectors', () => {
  test('8: kinds of numbers arrive', async () => {
    const code = 'def run(inputs):\n  return [inputs["a"]["half"], str(inputs["a"]["half"]), None, True]';
    expect(await python.output(code, { inputs: { a: '{"half":5.0,"idiv":3}' } })).toBe('[5.0,"5.0",null,true]');
  });

  test('9: strings, floats and None leave', async () => {
    expect(await python.output('def run():\n  return {"s":"a    b","f":5.0,"n":None}')).toBe(
      '{"f":5.0,"n":null,"s":"a    b"}',
    );
  });

  test('10: one namespace for what stands at top level and in run', async () => {
    const code = 'import math\ndef area(r):\n  return math.floor(math.pi * r * r)\nK = 2\ndef run():\n  return area(K)';
    expect(await python.output(code)).toBe('12');
  });

  test('23: text of every kind arrives identical', async () => {
    const value = '"q\\"q\\n\\t😀\\u0000\u2028é"';
    expect(await python.output('def run(inputs): return inputs["x"]', { inputs: { x: value } })).toBe(value);
    expect(await python.output('def run(inputs): return len(inputs["x"])', { inputs: { x: value } })).toBe('9');
  });
});

describe('calling run', () => {
  const inputs = { a: '1' };

  test.each([
    ['def run(): return "none"', '"none"', '"none"'],
    ['def run(given): return given', '{}', '{"a":1}'],
    ['def run(given=None): return given', 'null', '{"a":1}'],
    ['def run(*given): return len(given)', '0', '1'],
    ['run = lambda given=7: given', '7', '{"a":1}'],
    ['import functools\nrun = functools.partial(lambda x, given: [x, given], 1)', '[1,{}]', '[1,{"a":1}]'],
    ['class Runner:\n  def __call__(self, given): return given\nrun = Runner()', '{}', '{"a":1}'],
    ['class Runner:\n  def go(self): return 1\nrun = Runner().go', '1', '1'],
    [
      'import functools\ndef twice(f):\n  @functools.wraps(f)\n  def call(*a): return [f(*a)] * 2\n  return call\n@twice\ndef run(): return 1',
      '[1,1]',
      '[1,1]',
    ],
  ])('%s', async (code, without, with_) => {
    expect(await python.output(code)).toBe(without);
    expect(await python.output(code, { inputs })).toBe(with_);
  });

  test('run has to be a function', async () => {
    expect(await python.failure('run = 1')).toMatchObject({ reason: 'not-runnable', position: { line: ORIGIN.line } });
  });

  test('__name__ is __main__ and pickling what the step defines works', async () => {
    const code =
      'import pickle\nclass P:\n  pass\ndef run():\n  p = P(); p.x = 1\n  return [__name__, pickle.loads(pickle.dumps(p)).x]';
    expect(await python.output(code)).toBe('["__main__",1]');
  });

  test('asyncio works: gather, sleep, timeouts, run inside run', async () => {
    const code = `
import asyncio
async def f(n):
  await asyncio.sleep(0.01 * n)
  return n
async def late():
  try:
    async with asyncio.timeout(0.01):
      await asyncio.sleep(5)
  except TimeoutError:
    return "late"
def run():
  async def all(): return await asyncio.gather(f(2), f(1), late())
  return asyncio.run(all())`;
    expect(await python.output(code)).toBe('[2,1,"late"]');
  });

  test('awaiting what can never happen fails at once', async () => {
    const code = 'import asyncio\nasync def run():\n  await asyncio.Event().wait()';
    expect(await python.failure(code)).toMatchObject({ reason: 'threw', message: /never happen/ });
  });

  test('time.sleep sleeps without burning the processor', async () => {
    const used = process.cpuUsage();
    const started = performance.now();
    expect(await python.output('import time\ndef run():\n  time.sleep(0.5)')).toBe('null');
    const { user, system } = process.cpuUsage(used);
    expect(performance.now() - started).toBeGreaterThan(490);
    expect((user + system) / 1000).toBeLessThan(350);
  });

  test('the environment is what was granted', async () => {
    const code = 'import os\ndef run(): return dict(os.environ)';
    expect(await python.output(code, { env: { GREETING: 'héllo', EMPTY: '' } })).toBe(
      '{"EMPTY":"","GREETING":"héllo","HWFE_WORKDIR":"/workdir"}',
    );
  });
});

describe('output', () => {
  test.each([
    ['(1, (2, 3))', '[1,[2,3]]'],
    ['{1: "a", 2.5: "b", True: "c", None: "d"}', '{"1":"c","2.5":"b","null":"d"}'],
    ['__import__("datetime").datetime(2020, 1, 2, 3, 4, 5)', '"2020-01-02T03:04:05"'],
    ['[__import__("datetime").date(2020, 1, 2), __import__("datetime").time(3, 4)]', '["2020-01-02","03:04:00"]'],
    ['__import__("pathlib").Path("/a") / "b"', '"/a/b"'],
    ['__import__("enum").Enum("Color", {"RED": "r"}).RED', '"r"'],
    ['__import__("enum").IntEnum("N", {"ONE": 1}).ONE', '1'],
    ['__import__("collections").namedtuple("P", "x y")(1, 2)', '[1,2]'],
    ['__import__("collections").Counter("aab")', '{"a":2,"b":1}'],
    ['__import__("collections").ChainMap({"a": 1}, {"b": 2})', '{"a":1,"b":2}'],
    ['10 ** 30', '1000000000000000000000000000000'],
    ['10 ** 5000', `1${'0'.repeat(5000)}`],
    ['[1e16, 1e22, 0.1, -0.0, 5.0]', '[10000000000000000.0,1e+22,0.1,-0.0,5.0]'],
    ['{"é": "\\u2028", "b": "\\x00"}', '{"b":"\\u0000","é":"\u2028"}'],
  ])('%s', async (expression, text) => {
    expect(await python.output(`def run():\n  return ${expression}`)).toBe(text);
  });

  test('dataclasses, also nested', async () => {
    const code = `
from dataclasses import dataclass, field
@dataclass
class Point:
  x: int
  tags: list = field(default_factory=list)
def run():
  return [Point(1, [Point(2)])]`;
    expect(await python.output(code)).toBe('[{"tags":[{"tags":[],"x":2}],"x":1}]');
  });

  test('values of NumPy and pandas are taken by what they offer', async () => {
    const code = `
class DataFrame:
  __module__ = "pandas.core.frame"
  def to_dict(self, orient): return [{"a": int64(1), "b": float("nan")}] if orient == "records" else None
class int64:
  __module__ = "numpy"; ndim = 0
  def __init__(self, v): self.v = v
  def item(self): return self.v
class ndarray:
  __module__ = "numpy"; ndim = 1
  def tolist(self): return [1.5, 2]
class NaTType:
  __module__ = "pandas._libs.tslibs.nattype"
def run():
  return {"frame": DataFrame(), "array": ndarray(), "none": NaTType()}`;
    const { outcome } = await python.run({ code });
    expect(outcome).toMatchObject({
      ok: true,
      warnings: [expect.stringMatching(/^output\.frame\[0\]\.b is not a finite/)],
    });
    expect(await python.output(code)).toBe('{"array":[1.5,2],"frame":[{"a":1,"b":null}],"none":null}');
  });

  test.each([
    [
      '{"items": [0, 1, 2, {"tags": {1}}]}',
      'output.items[3].tags is a Python set, which JSON has no form for; return a list',
    ],
    ['(i for i in range(3))', 'output is a Python generator, which JSON has no form for; return a list'],
    ['{"a": "\\ud800"}', 'output.a is a string with half a surrogate pair, which is no valid Unicode'],
    ['{(1, 2): 3}', 'output has a key that is a Python tuple, where JSON has strings; use str(key)'],
    [
      '{"d": __import__("decimal").Decimal(1)}',
      'output.d is a Python Decimal, which JSON has no form for; return float(x) or str(x)',
    ],
    ['[object()]', 'output[0] is a Python object, which JSON has no form for'],
    ['[int]', 'output[0] is a Python class, which JSON has no form for'],
  ])('%s is refused with its path', async (expression, message) => {
    const failure = await python.failure(`def run():\n  return ${expression}`);
    expect(failure).toMatchObject({ reason: 'output-invalid', message, position: { line: ORIGIN.line } });
  });

  test.each([600, 2000, 200_000])('a list nested %d deep is refused', async (depth) => {
    const failure = await python.failure(`def run():\n  t = []\n  for _ in range(${depth}): t = [t]\n  return t`);
    expect(failure['message']).toMatch(/deeper than (512 levels|the interpreter's stack)/);
    expect(await python.output('def run(): return 1')).toBe('1');
  });

  test('100,000 records pass in and out unharmed', async () => {
    const records = Array.from(
      { length: 100_000 },
      (_, i) => `{"a":${i},"b":"name ${i}","c":${i}.5,"d":true,"e":null,"f":[${i}]}`,
    );
    const text = `[${records.join(',')}]`;
    expect(await python.output('def run(inputs): return inputs["x"]', { inputs: { x: text } })).toBe(text);
  }, 60_000);
});

describe('printing', () => {
  test('both streams, line by line, and nothing of it is output', async () => {
    const code = `
import sys, os
print("one"); print("é 😀"); print("err", file=sys.stderr)
def run():
  sys.stdout.write("ha"); sys.stdout.write("lf\\n"); os.write(1, b"raw\\n"); print("\\ud800"); print("end", end="")`;
    const { lines, outcome } = await python.run({ code });
    expect(outcome.ok).toBe(true);
    expect(lines.filter((line) => line.stream === 'stdout').map((line) => line.text)).toEqual([
      'one',
      'é 😀',
      'half',
      'raw',
      '\\ud800',
      'end',
    ]);
    expect(lines.filter((line) => line.stream === 'stderr').map((line) => line.text)).toEqual(['err']);
  });

  test('reading standard input finds it closed', async () => {
    expect(await python.failure('def run(): return input()')).toMatchObject({
      message: expect.stringMatching(/^EOFError/),
    });
  });
});

describe('failures', () => {
  test('an exception has its type, its place, and a trace without our frames', async () => {
    const failure = await python.failure('def f():\n  raise ValueError("boom")\ndef run():\n  f()');
    expect(failure).toEqual({
      reason: 'threw',
      message: 'ValueError: boom',
      position: { file: ORIGIN.file, line: ORIGIN.line + 1 },
      trace: [
        'Traceback (most recent call last):',
        '  File "workflows/contract.lua", line 43, in run',
        '    f()',
        '    ~^^',
        '  File "workflows/contract.lua", line 41, in f',
        '    raise ValueError("boom")',
        'ValueError: boom',
      ].join('\n'),
    });
  });

  test('an exception of an async run, of a library, with a cause', async () => {
    const asynchronous = await python.failure('import asyncio\nasync def run():\n  await asyncio.sleep(0)\n  1 / 0');
    expect(asynchronous).toMatchObject({ message: 'ZeroDivisionError: division by zero', position: { line: 43 } });
    expect(asynchronous['trace']).not.toMatch(/hwfe|runners\.py/);
    const library = await python.failure('import json\ndef run():\n  json.loads("{")');
    expect(library).toMatchObject({
      message: expect.stringMatching(/^json\.decoder\.JSONDecodeError: /),
      position: { line: 42 },
    });
    const caused = await python.failure(
      'def run():\n  try:\n    1 / 0\n  except Exception as e:\n    raise KeyError("k") from e',
    );
    expect(caused).toMatchObject({ message: "KeyError: 'k'", position: { line: 44 } });
    expect(caused['trace']).toMatch(/ZeroDivisionError[\s\S]*direct cause[\s\S]*KeyError/);
  });

  test.each([
    ['def run():\n  return 1 +/ 2', 41],
    ['def run():\n    x = 1\n  return x', 42],
    ['x = (1,\n', 40],
    ['def run():\n  return "\x00"', 40],
  ])('code that is not Python is not runnable: %j', async (code, line) => {
    const failure = await python.failure(code);
    expect(failure).toMatchObject({
      reason: 'not-runnable',
      message: expect.stringMatching(/^This is not valid Python: /),
    });
    expect((failure['position'] as { line: number }).line).toBe(line);
  });

  test.each([
    ['import sys\nsys.exit(3)', /^Return from run .*sys\.exit\(3\)/],
    ['def run(): raise KeyboardInterrupt', /^KeyboardInterrupt$/],
    ['def run(): return run()', /^RecursionError: /],
    ['class E(Exception):\n  def __str__(self): raise E()\ndef run(): raise E()', /^E: <its message cannot be shown>$/],
    ['def run(): raise ExceptionGroup("many", [ValueError(1), KeyError(2)])', /^ExceptionGroup: many/],
    ['import os\ndef run(): os._exit(3)', /ended its Python interpreter: it left with status 3/],
    ['def run(): return eval("(" * 100000)', /./],
    ['import json\ndef run(): return json.loads("[" * 1000000)', /^RecursionError|./],
    [
      'def run():\n  import sys; sys.setrecursionlimit(10**8)\n  class A:\n    def __repr__(self): return repr(self)\n  repr(A())',
      /./,
    ],
  ])('%s is an outcome, and the next step runs', async (code, message) => {
    expect(await python.failure(code)).toMatchObject({ reason: 'threw', message: expect.stringMatching(message) });
    expect(await python.output('def run(): return 1')).toBe('1');
  });

  test.each([
    ['import os\ndef run(): os.system("id")', /use a shell step/],
    ['import subprocess\ndef run(): subprocess.run(["ls"])', /use a shell step/],
    ['import os\ndef run(): os.popen("ls")', /use a shell step/],
    ['import threading\ndef run(): threading.Thread(target=print).start()', /runtime = "native"/],
    ['import js', /Use a javascript step/],
    ['from pyodide.ffi import create_proxy', /Use a javascript step/],
    ['import pyodide_js', /Use a javascript step/],
    ['import requests', /No module named 'requests'; add packages = \["requests"\]/],
    ['import signal\nsignal.setitimer(signal.ITIMER_REAL, 0.001)', /asyncio\.timeout/],
  ])('%s says what to do instead', async (code, message) => {
    expect(await python.failure(code)).toMatchObject({ reason: 'threw', message: expect.stringMatching(message) });
  });

  test('a fresh copy of the module that runs commands runs none either', async () => {
    const code = `import sys\ndef run():\n  del sys.modules["posix"]\n  import posix\n  return [posix.system("touch ${python.cacheDir}/escaped"), posix.system.__name__]`;
    expect(await python.output(code)).toBe('[-1,"system"]');
    expect(existsSync(join(python.cacheDir, 'escaped'))).toBe(false);
  });

  test('code that does not stand in the file line by line fails at its first line', async () => {
    const origin = { file: 'w.toml', line: 7, verbatim: false };
    const script = { kind: 'code', code: 'def run():\n  x = 1\n  raise OSError("x")', origin } as const;
    const { outcome } = await python.run({ code: '' }, { script });
    expect(outcome).toMatchObject({ failure: { message: 'OSError: x', position: { file: 'w.toml', line: 7 } } });
    expect(outcome).toMatchObject({
      failure: { trace: expect.stringContaining('File "w.toml (step "tested")", line 3') },
    });
  });
});

describe('packages', () => {
  test('one that is not there fails at once and says what to do', async () => {
    const { outcome } = await python.run({ code: 'import pandas\ndef run(): return 1' }, { packages: ['pandas'] });
    expect(outcome).toMatchObject({
      failure: {
        reason: 'runtime-missing',
        message: expect.stringMatching(/^Put (pandas|numpy|python_dateutil|pytz|six).*\.whl into ".*packages"/),
      },
    });
  });

  test('a wheel in the cache directory is loaded, for the steps that ask for it', async () => {
    const directory = join(python.cacheDir, 'packages');
    mkdirSync(directory, { recursive: true });
    writeWheel(directory, 'greeter', 'def greet(): return "hello"\n');
    const code = 'import greeter\ndef run(): return greeter.greet()';
    for (let i = 0; i < 2; i++) expect(await python.output(code, {}, { packages: ['Greeter'] })).toBe('"hello"');
    expect(await python.output(code)).toMatchObject({
      reason: 'threw',
      message: expect.stringMatching(/packages = \["greeter"\]/),
    });
  });

  test('native code comes with the Pyodide distribution only, whose files are known', async () => {
    const directory = join(python.cacheDir, 'packages');
    mkdirSync(directory, { recursive: true });
    const library = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, 14, 8, ...Buffer.from('dylink.0'), 1, 4, 0, 0, 0, 0];
    library[9] = library.length - 10;
    writeWheel(directory, 'native', 'x = 1\n', Uint8Array.from(library));
    const { outcome } = await python.run(
      { code: 'import native\ndef run(): return native.x' },
      { packages: ['native'] },
    );
    expect(outcome).toMatchObject({
      failure: {
        reason: 'runtime-missing',
        message: expect.stringMatching(/only the wheels of the Pyodide distribution may bring native code/),
      },
    });
    writeFileSync(join(directory, 'six-1.17.0-py2.py3-none-any.whl'), 'another');
    const forged = await python.run({ code: 'import six\ndef run(): return 1' }, { packages: ['six'] });
    expect(forged.outcome).toMatchObject({
      failure: {
        reason: 'runtime-missing',
        message: expect.stringMatching(/^Put six-1\.17\.0.*another file has that name/),
      },
    });
    rmSync(join(directory, 'six-1.17.0-py2.py3-none-any.whl'));
    expect(await python.output('def run(): return 1')).toBe('1');
  });
});
