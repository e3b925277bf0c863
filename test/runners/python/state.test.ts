/** Nothing that one Python step did is seen by the next, in one interpreter, over many rounds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { PythonRig } from './rig.ts';

const python = new PythonRig(mkdtempSync(join(tmpdir(), 'hwfe-test-')));
afterAll(() => rmSync(python.cacheDir, { recursive: true }));

/** What a step can see of the interpreter's state. */
const PROBE = `
import builtins, fcntl, gc, json, os, random, sys, threading, time, signal, decimal, locale
def files(top):
  return sorted(os.path.join(d, f) for d, _, fs in os.walk(top) for f in fs if not d.startswith('/proc/self/fd'))
def run():
  import linecache, logging, warnings, asyncio, atexit, tempfile
  return {
    "builtins": sorted(vars(builtins)), "modules": sorted(sys.modules), "env": dict(os.environ), "cwd": os.getcwd(),
    "files": files("/tmp") + files("/home") + files("/run") + files("/lib/python3.14") + files("/dev") + files("/proc"), "root": sorted(os.listdir("/")),
    "times": [[os.stat(p).st_mtime, os.stat(p).st_ctime] for p in ("/", "/tmp", "/dev", "/dev/shm")],
    "modes": [fcntl.fcntl(fd, fcntl.F_GETFL) for fd in range(3)],
    "globals": sorted(globals()), "path": sys.path, "meta": [type(f).__name__ for f in sys.meta_path],
    "dumps": json.dumps.__module__, "loads": json.loads.__code__.co_name, "recursion": sys.getrecursionlimit(),
    "fds": sorted(fd for fd in range(64) if exists(fd)), "threads": threading.active_count(), "hooks": sys.excepthook.__name__,
    "loggers": sorted(logging.root.manager.loggerDict), "level": logging.root.level, "handlers": len(logging.root.handlers),
    "filters": len(warnings.filters), "trace": sys.gettrace() is None, "sleep": time.sleep.__name__, "gc": gc.isenabled(),
    "exits": atexit._ncallbacks(), "precision": decimal.getcontext().prec, "alarm": signal.getitimer(signal.ITIMER_REAL)[0],
    "stdout": type(sys.stdout).__name__, "umask": os.umask(0o22), "intern": sys.getswitchinterval(),
    "subclasses": sorted(c.__name__ for c in dict.__subclasses__()), "print": print is builtins.print and print.__name__,
  }
def exists(fd):
  try: os.fstat(fd); return True
  except OSError: return False
`;

/** Steps that leave as much behind as they can. */
const DIRTY: readonly (readonly [string, string])[] = [
  [
    'builtins and modules',
    'import builtins, sys, json\nbuiltins.leak = 1; sys.modules["evil"] = sys; json.dumps = None; json.loads = None\nbuiltins.print = None\ndef run(): return 1',
  ],
  [
    'environment',
    'import os\nos.environ["L"] = "1"; os.putenv("M", "2"); os.environ.pop("HOME", None)\ndef run(): return 1',
  ],
  [
    'files',
    'import os\nos.makedirs("/tmp/a/b"); open("/tmp/a/b/c", "w").write("z" * 100000); open("/home/x", "w").close(); os.symlink("/tmp/a", "/tmp/link")\nos.mkdir("/new"); os.chdir("/tmp/a")\ndef run(): return 1',
  ],
  [
    'a file in the library',
    'open("/lib/python3.14/site-packages/evil.py", "w").write("x = 1")\nimport evil\ndef run(): return 1',
  ],
  [
    'files among the devices',
    'for p in ("/dev/x", "/dev/shm/y", "/proc/z", "/proc/self/w"): open(p, "w").write("z")\ndef run(): return 1',
  ],
  [
    'modes of descriptors',
    'import fcntl, os\nfor fd in range(3): fcntl.fcntl(fd, fcntl.F_SETFL, os.O_APPEND | os.O_NONBLOCK)\ndef run(): return 1',
  ],
  [
    'what the host reads and writes',
    'import os\nfor n in ("request", "inputs"):\n  os.unlink("/run/hwfe/" + n); os.symlink("/tmp/" + n, "/run/hwfe/" + n)\ndef run(): return 1',
  ],
  [
    'open descriptors',
    'import os\nkept = [open("/tmp/f%d" % i, "w") for i in range(20)]\nos.pipe(); os.dup(1)\ndef run(): return 1',
  ],
  [
    'sys',
    'import sys\nsys.path.append("/x"); sys.meta_path.insert(0, object()); sys.setrecursionlimit(500)\nsys.excepthook = None; sys.settrace(lambda *a: None); sys.stdout = None\ndef run(): return 1',
  ],
  [
    'logging and warnings',
    'import logging, warnings, decimal, atexit\nlogging.basicConfig(level=1); logging.getLogger("x.y"); warnings.simplefilter("error"); decimal.getcontext().prec = 3; atexit.register(print)\ndef run(): return 1',
  ],
  [
    'collector',
    'import gc\ngc.disable(); gc.set_threshold(1)\nclass A(dict): pass\na = A(); a["a"] = a\ndef run(): return 1',
  ],
  [
    'asyncio',
    'import asyncio\nasync def forever():\n  while True: await asyncio.sleep(1000)\nasync def run():\n  asyncio.create_task(forever()); asyncio.get_running_loop().call_later(1000, print)\n  return 1',
  ],
  [
    'an open loop',
    'import asyncio\nloop = asyncio.new_event_loop(); asyncio.set_event_loop(loop); loop.call_soon(print)\ndef run(): return 1',
  ],
  [
    'sqlite',
    'import sqlite3\nc = sqlite3.connect("/tmp/db"); c.execute("create table t(a)"); c.executemany("insert into t values(?)", [(i,) for i in range(1000)])\ndef run(): return 1',
  ],
  [
    'many modules',
    'import decimal, fractions, statistics, hashlib, uuid, email.message, html, zlib, gzip, unittest, xml.dom.minidom, http.client\ndef run(): return 1',
  ],
  ['an exception', 'def run(): raise ValueError("boom")'],
  ['recursion', 'def run(): return run()'],
  ['leaving', 'import sys\nsys.exit(3)'],
  ['interrupting', 'def run(): raise KeyboardInterrupt'],
  ['40 MB of objects', 'kept = [dict(a=i, b=str(i)) for i in range(100000)]\ndef run(): return len(kept)'],
  ['a syntax error', 'def run( return 1'],
  ['an output that is none', 'def run(): return {1, 2}'],
  [
    'printing half a line',
    'import sys\nsys.stdout.write("half"); sys.stderr.buffer.write(b"\\xc3")\ndef run(): return 1',
  ],
  ['signals', 'import signal\nsignal.signal(signal.SIGALRM, lambda *a: None)\ndef run(): return 1'],
  [
    'the guest itself',
    'import _hwfe\n_hwfe.step = None; _hwfe.json = None; _hwfe._encoder = None\ndef run(): return 1',
  ],
];

const ROUNDS = 220;

describe('state between steps', () => {
  test(`${ROUNDS} steps that leave things behind change nothing that a later step sees`, async () => {
    const clean = await python.output(PROBE);
    expect(clean).toMatch(/^\{"alarm":/);
    const first = new Map<string, unknown>();
    for (let round = 0; round < ROUNDS; round++) {
      const [name, code] = DIRTY[round % DIRTY.length]!;
      const ended = await python.output(code);
      if (!first.has(name)) first.set(name, ended);
      expect([name, ended]).toEqual([name, first.get(name)]);
      if (round % 4 === 3 || round < DIRTY.length) expect([name, await python.output(PROBE)]).toEqual([name, clean]);
    }
  });

  test('the steps above do leave something behind while they run', async () => {
    const clean = String(await python.output(PROBE));
    for (const [name, code] of DIRTY.slice(0, 10)) {
      const seen = String(await python.output(`${code}\n${PROBE}`));
      expect([name, seen === clean]).toEqual([name, false]);
    }
  });

  test.each([
    ['closing standard output', 'import os\nos.close(1)\ndef run(): return 1'],
    [
      'another file as standard output',
      'import os\nos.dup2(os.open("/tmp/out", os.O_CREAT | os.O_WRONLY), 1)\ndef run(): return 1',
    ],
    ['writing into the library', 'open("/lib/python314.zip", "r+b").write(b"evil")\ndef run(): return 1'],
    ['removing the library', 'import os\nos.unlink("/lib/python314.zip")\ndef run(): return 1'],
    ['leaving the interpreter', 'import os\nos._exit(0)'],
    ['aborting it', 'import os\nos.abort()'],
    ['300 MB of memory', 'kept = bytearray(300 * 1024 * 1024)\ndef run(): return len(kept)'],
  ])(
    '%s costs the interpreter, and the next step has a new one',
    async (_, code) => {
      await python.output(code);
      expect(await python.output('print("seen")\ndef run(): return 1')).toBe('1');
      const { lines } = await python.run({ code: 'import statistics\nprint("seen")\ndef run(): return 1' });
      expect(lines).toEqual([{ stream: 'stdout', text: 'seen' }]);
    },
    60_000,
  );

  test('random numbers differ from step to step', async () => {
    const code =
      'import random, uuid, secrets\ndef run(): return [random.random(), str(uuid.uuid4()), secrets.token_hex(8)]';
    const seen = new Set<unknown>();
    for (let i = 0; i < 5; i++) seen.add(await python.output(code));
    expect(seen.size).toBe(5);
  });
});
