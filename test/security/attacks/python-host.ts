// Python steps that look for a way to the host: through JavaScript objects, foreign functions, sockets, new code.
import type { Attack, Family } from '../support/attack.ts';
import type { Aims } from '../support/canaries.ts';
import type { StockPython } from '../support/stock-python.ts';

/** Code with a function `run` that reaches something in a Pyodide as it comes. */
type Reaches = readonly [name: string, code: (aims: Aims) => string];

const fs = 'process.getBuiltinModule("node:fs")';
/** JavaScript that gives what the canary file holds. */
const reads = (a: Aims): string => `${fs}.readFileSync('${a.file}', 'utf8')`;
const makes = (a: Aims): string => `${fs}.writeFileSync('${a.created}', 'x')`;

const JAVASCRIPT: readonly Reaches[] = [
  ['js.eval', (a) => `import js\ndef run(): return js.eval(${py(reads(a))})`],
  ['js.process', (a) => `import js\ndef run(): return js.process.env.${a.variable}`],
  [
    'js.process.getBuiltinModule',
    (a) => `import js\ndef run(): return js.process.getBuiltinModule("node:fs").readFileSync("${a.file}", "utf8")`,
  ],
  ['js.require', (a) => `import js\ndef run(): js.require("child_process").execSync("touch ${a.created}")`],
  ['js.Function', (a) => `import js\ndef run(): return js.Function.new("return " + ${py(reads(a))})()`],
  ['js.Object.constructor', (a) => `import js\ndef run(): return js.Object.constructor("return " + ${py(reads(a))})()`],
  ['js.fetch', (a) => `import js\nasync def run(): return await (await js.fetch("${a.url}")).text()`],
  [
    'js by importlib',
    (a) => `import importlib\ndef run(): return importlib.import_module("js").process.env.${a.variable}`,
  ],
  [
    'js by sys.modules',
    (a) => `import sys\ndef run():\n  import pyodide\n  return __import__("js").process.env.${a.variable}`,
  ],
  [
    'js without the finder in front',
    (a) => `import sys\ndef run():\n  sys.meta_path.reverse()\n  import js\n  return js.process.env.${a.variable}`,
  ],
  [
    'js with a copy of the finders',
    (a) =>
      `import sys\ndef run():\n  for finder in list(sys.meta_path)[1:]:\n    spec = finder.find_spec("js", None, None)\n    if spec: return spec.loader.create_module(spec).process.env.${a.variable}`,
  ],
  ['pyodide.code.run_js', (a) => `from pyodide.code import run_js\ndef run(): return run_js(${py(reads(a))})`],
  [
    'run_js that imports',
    (a) =>
      `from pyodide.code import run_js\nasync def run(): return (await run_js("import('node:fs')")).readFileSync("${a.file}", "utf8")`,
  ],
  [
    'pyodide_js.runPython of its own',
    (a) => `import pyodide_js\ndef run(): return pyodide_js.runPython("import js; js.process.env.${a.variable}")`,
  ],
  [
    'pyodide_js.constructor',
    (a) => `import pyodide_js\ndef run(): return pyodide_js.runPython.constructor("return " + ${py(reads(a))})()`,
  ],
  [
    'pyodide_js.FS.filesystems.NODEFS',
    (a) =>
      `import pyodide_js\ndef run():\n  FS = pyodide_js.FS\n  FS.mkdirTree("/host")\n  FS.mount(FS.filesystems.NODEFS, pyodide_js.toPy.constructor("return {root: '" + ${py(directory(a))} + "'}")(), "/host")\n  return open("/host/canary").read()`,
  ],
  [
    'pyodide_js.mountNodeFS',
    (a) =>
      `import pyodide_js\ndef run():\n  pyodide_js.mountNodeFS("/mounted", ${py(directory(a))})\n  open("/mounted/${base(a.created)}", "w").close()`,
  ],
  [
    'pyodide_js.loadPackage of an address',
    (a) => `import pyodide_js\nasync def run():\n  await pyodide_js.loadPackage("${a.url}x-1-py3-none-any.whl")`,
  ],
  [
    'pyodide_js._module',
    (a) =>
      `import pyodide_js\ndef run(): return pyodide_js._module.UTF8ToString.constructor("return " + ${py(reads(a))})()`,
  ],
  [
    'create_proxy(…).constructor',
    (a) =>
      `from pyodide.ffi import create_proxy\ndef run(): return create_proxy(lambda: 1).toString.constructor("return " + ${py(reads(a))})()`,
  ],
  [
    'create_once_callable',
    (a) =>
      `from pyodide.ffi import create_once_callable\ndef run(): return create_once_callable(lambda: 1).constructor("return " + ${py(reads(a))})()`,
  ],
  [
    'to_js(…).constructor.constructor',
    (a) =>
      `from pyodide.ffi import to_js\ndef run(): return to_js([1]).constructor.constructor("return " + ${py(reads(a))})()`,
  ],
  [
    'to_js of a function',
    (a) =>
      `from pyodide.ffi import to_js\ndef run(): return to_js(lambda: 1).constructor.constructor("return " + ${py(reads(a))})()`,
  ],
  [
    'an exception of JavaScript',
    (a) =>
      `import js\nfrom pyodide.ffi import JsException\ndef run():\n  try: js.JSON.parse("{")\n  except JsException as e: return e.constructor.constructor("return " + ${py(reads(a))})()`,
  ],
  [
    'pyodide.http',
    (a) => `from pyodide.http import pyfetch\nasync def run(): return await (await pyfetch("${a.url}")).string()`,
  ],
  [
    'a timer that fires after the step',
    (a) =>
      `import os, pyodide.webloop\ndef run(): pyodide.webloop.WebLoop().call_soon(os.system, "touch ${a.created}")`,
  ],
  [
    'a WeakRef, long after the seal',
    (a) =>
      `import sys, gc\ndef run():\n  gc.unfreeze()\n  for o in gc.get_objects():\n    if type(o).__name__ == "JsProxy": return o.constructor.constructor("return " + ${py(reads(a))})()\n  raise LookupError("none")`,
  ],
  [
    'the proxies that a finder holds',
    (a) =>
      `import gc\ndef run():\n  gc.unfreeze()\n  for o in gc.get_objects():\n    if type(o).__name__ == "JsFinder": return o.jsproxies["js"].process.env.${a.variable}\n  raise LookupError("none")`,
  ],
  [
    'a module of JavaScript among all objects',
    (a) =>
      `import gc\ndef run():\n  gc.unfreeze()\n  for o in gc.get_objects():\n    if isinstance(o, dict) and "pyodide_js" in o: return o["pyodide_js"].runPython.constructor("return " + ${py(reads(a))})()\n  raise LookupError("none")`,
  ],
  [
    'converters among all objects',
    (a) =>
      `import gc\ndef run():\n  gc.unfreeze()\n  for o in gc.get_objects():\n    if type(o).__name__ == "builtin_function_or_method" and o.__name__ == "create_proxy": return o(lambda: 1).toString.constructor("return " + ${py(reads(a))})()\n  raise LookupError("none")`,
  ],
  [
    'to_js among all objects',
    (a) =>
      `import gc\ndef run():\n  gc.unfreeze()\n  for o in gc.get_objects():\n    if type(o).__name__ == "builtin_function_or_method" and o.__name__ == "to_js": return o([1]).constructor.constructor("return " + ${py(reads(a))})()\n  raise LookupError("none")`,
  ],
  [
    'the built-in module, made anew',
    (a) =>
      `import _imp, importlib.machinery as m\ndef run():\n  core = _imp.create_builtin(m.ModuleSpec("_pyodide_core", m.BuiltinImporter))\n  _imp.exec_builtin(core)\n  return core.create_proxy(lambda: 1).toString.constructor("return " + ${py(reads(a))})()`,
  ],
  [
    'the package, executed from the library',
    (a) =>
      `import runpy, sys\ndef run():\n  sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != "_Hidden"]\n  import pyodide.code\n  return pyodide.code.run_js(${py(reads(a))})`,
  ],
  [
    'the package, by zipimport',
    (a) =>
      `import sys, zipimport\ndef run():\n  sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != "_Hidden"]\n  module = zipimport.zipimporter("/lib/python314.zip").load_module("pyodide")\n  import pyodide.code\n  return pyodide.code.run_js(${py(reads(a))})`,
  ],
  [
    'frames',
    (a) =>
      `import sys\ndef run():\n  frame = sys._getframe()\n  while frame:\n    for names in (frame.f_globals, frame.f_locals, frame.f_builtins):\n      for value in list(names.values()):\n        if type(value).__name__ == "module" and value.__name__ == "sys": return value.modules["js"].process.env.${a.variable}\n    frame = frame.f_back`,
  ],
];

const CALLS: readonly Reaches[] = [
  ['os.system', (a) => `import os\ndef run(): os.system("touch ${a.created}")`],
  [
    'os.system in the background',
    (a) => `import os\ndef run(): os.system("sh -c 'touch ${a.created}; : ${a.marker}' &")`,
  ],
  [
    'posix.system of a fresh module',
    (a) => `import sys\ndef run():\n  del sys.modules["posix"]\n  import posix\n  posix.system("touch ${a.created}")`,
  ],
  [
    'posix.system, made anew',
    (a) =>
      `import _imp, importlib.machinery as m\ndef run():\n  posix = _imp.create_builtin(m.ModuleSpec("posix", m.BuiltinImporter))\n  _imp.exec_builtin(posix)\n  posix.system("touch ${a.created}")`,
  ],
  [
    'os.system in a pickle',
    (a) =>
      `import os, pickle\nclass P:\n  def __reduce__(self): return (__import__("posix").system, ("touch ${a.created}",))\ndef run(): pickle.loads(pickle.dumps(P()))`,
  ],
  [
    'os.system in __del__',
    (a) =>
      `import posix, sys\nclass D:\n  def __del__(self, system=posix.system): system("touch ${a.created}")\ndef run(): D()`,
  ],
  [
    'os.system behind an import hook',
    (a) =>
      `import builtins, sys\ndef run():\n  for name in ("posix", "os"): sys.modules.pop(name, None)\n  return __import__("os").system("touch ${a.created}")`,
  ],
  ['system by ctypes', (a) => `import ctypes\ndef run(): ctypes.CDLL(None).system(b"touch ${a.created}")`],
  [
    'emscripten_run_script by ctypes',
    (a) => `import ctypes\ndef run(): ctypes.CDLL(None).emscripten_run_script(${py(makes(a))}.encode())`,
  ],
  [
    'emscripten_run_script_string by ctypes',
    (a) =>
      `import ctypes\ndef run():\n  f = ctypes.CDLL(None).emscripten_run_script_string\n  f.restype = ctypes.c_char_p\n  return f(${py(reads(a))}.encode())`,
  ],
  [
    'a pointer into the function table',
    (a) =>
      `import ctypes\ndef run():\n  address = ctypes.cast(ctypes.CDLL(None).emscripten_run_script, ctypes.c_void_p).value\n  ctypes.CFUNCTYPE(None, ctypes.c_char_p)(address)(${py(makes(a))}.encode())`,
  ],
  [
    'every entry of the function table',
    (a) =>
      `import ctypes\ndef run():\n  ctypes.CDLL(None).emscripten_run_script\n  top = ctypes.cast(ctypes.CDLL(None).emscripten_run_script, ctypes.c_void_p).value\n  for i in range(top, top + 1): ctypes.CFUNCTYPE(None, ctypes.c_char_p)(i)(${py(makes(a))}.encode())`,
  ],
  [
    'a program run through pythonapi',
    (a) =>
      `import ctypes\ndef run(): ctypes.pythonapi.PyRun_SimpleString(b"import js; js.eval(" + repr(${py(makes(a))}).encode() + b")")`,
  ],
  [
    'a library with JavaScript inside',
    (a) =>
      `${EVIL_LIBRARY}\nimport ctypes\ndef run():\n  open("/tmp/evil.so", "wb").write(library(${py(makes(a))}))\n  ctypes.CDLL("/tmp/evil.so")`,
  ],
  [
    'such a library as an extension module',
    (a) =>
      `${EVIL_LIBRARY}\nimport _imp, importlib.machinery as m\ndef run():\n  open("/tmp/evil.so", "wb").write(library(${py(makes(a))}))\n  _imp.create_dynamic(m.ModuleSpec("evil", None, origin="/tmp/evil.so"))`,
  ],
  [
    'such a library, imported',
    (a) =>
      `${EVIL_LIBRARY}\nimport sys, importlib.machinery as m\ndef run():\n  open("/tmp/evil" + m.EXTENSION_SUFFIXES[0], "wb").write(library(${py(makes(a))}))\n  sys.path.insert(0, "/tmp")\n  import evil`,
  ],
  [
    'a socket',
    (a) =>
      `import socket\nasync def run():\n  s = socket.socket()\n  s.setblocking(False)\n  try: s.connect(("127.0.0.1", ${a.port}))\n  except BlockingIOError: pass`,
  ],
  ['urllib', (a) => `import urllib.request\ndef run(): return urllib.request.urlopen("${a.url}", timeout=1).read()`],
  [
    'http.client',
    (a) =>
      `import http.client\ndef run():\n  c = http.client.HTTPConnection("127.0.0.1", ${a.port}, timeout=1)\n  c.request("GET", "/")`,
  ],
];

/** They reach nothing in a stock Pyodide either, and why. */
const VIRTUAL = 'files are in memory in every Pyodide: there is nothing to switch off that would lead this to the host';
const MISSING = 'WebAssembly has neither processes nor threads: Python reports that itself, with or without a gate';
const NOWHERE: readonly (readonly [name: string, code: (aims: Aims) => string, why: string])[] = [
  ['open', (a) => `def run(): return open("${a.file}").read()`, VIRTUAL],
  [
    'open to write',
    (a) =>
      `def run():\n  import os; os.makedirs(os.path.dirname("${a.created}"), exist_ok=True); open("${a.created}", "w").write("x")`,
    VIRTUAL,
  ],
  ['a path that climbs', (a) => `def run(): return open("../../../../../../.." + "${a.file}").read()`, VIRTUAL],
  [
    'a symbolic link',
    (a) => `import os\ndef run():\n  os.symlink("${a.file}", "/tmp/link"); return open("/tmp/link").read()`,
    VIRTUAL,
  ],
  [
    'a URL of a file',
    (a) => `import urllib.request\ndef run(): return urllib.request.urlopen("file://${a.file}").read().decode()`,
    VIRTUAL,
  ],
  ['/proc', (a) => `def run(): return open("/proc/self/environ").read() + "${a.variable}"`, VIRTUAL],
  [
    'the environment',
    () => 'import os, posix\ndef run(): return str([dict(os.environ), posix.environ])',
    "a Pyodide has an environment of its own, which the host's is never copied into",
  ],
  [
    'a database of the host',
    (a) =>
      `import sqlite3\ndef run(): sqlite3.connect(":memory:").execute("attach '${a.created}' as x").execute("create table x.t(a)")`,
    VIRTUAL,
  ],
  [
    'an extension of SQLite',
    (a) =>
      `import sqlite3\ndef run():\n  c = sqlite3.connect(":memory:"); c.enable_load_extension(True); c.load_extension("${a.file}")`,
    VIRTUAL,
  ],
  [
    'standard input',
    () => 'import sys, os\ndef run(): return sys.stdin.read() + os.read(0, 100).decode()',
    'the input of a test run is empty, so that nothing could be read',
  ],
  [
    'the terminal',
    () => 'def run(): return open("/dev/tty").read()',
    'a thread of Node has no descriptor of a terminal that Emscripten could read',
  ],
  [
    'the terminal, made anew',
    () => 'import os\ndef run():\n  os.symlink("/dev/tty", "/tmp/t"); return open("/tmp/t").read()',
    'a thread of Node has no descriptor of a terminal that Emscripten could read',
  ],
  ['subprocess', (a) => `import subprocess\ndef run(): subprocess.run(["touch", "${a.created}"])`, MISSING],
  ['os.popen', (a) => `import os\ndef run(): os.popen("touch ${a.created}").read()`, MISSING],
  ['os.fork', (a) => `import os\ndef run():\n  if os.fork() == 0: open("${a.created}", "w")`, MISSING],
  ['os.execv', (a) => `import os\ndef run(): os.execv("/bin/touch", ["touch", "${a.created}"])`, MISSING],
  [
    'multiprocessing',
    (a) =>
      `import multiprocessing, os\ndef run(): multiprocessing.Process(target=os.system, args=("touch ${a.created}",)).start()`,
    MISSING,
  ],
  [
    'a thread',
    (a) => `import threading, os\ndef run(): threading.Thread(target=os.system, args=("touch ${a.created}",)).start()`,
    MISSING,
  ],
  [
    'webbrowser',
    (a) => `import webbrowser\ndef run(): webbrowser.get("sh -c 'touch ${a.created}' %s").open("x")`,
    MISSING,
  ],
  [
    'killing processes of the host',
    () =>
      'import os, signal\ndef run():\n  for pid in (1, os.getpid(), os.getppid(), 0, -1):\n    try: os.kill(pid, signal.SIGKILL)\n    except OSError: pass',
    'signals go no further than Pyodide itself, whatever the number',
  ],
  [
    'names of hosts',
    () => 'import socket\ndef run(): return socket.getaddrinfo("localhost", 80)',
    'Emscripten answers with made-up addresses and asks nobody',
  ],
  [
    'a listening socket',
    () => 'import socket\ndef run():\n  s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()',
    'a server needs a client, which a test without network grants cannot have',
  ],
];

/** The families; `stock` is where their controls run. */
export function pythonHost(stock: StockPython): readonly Family[] {
  const proven = (reaches: readonly Reaches[]): Attack[] =>
    reaches.map(([name, code]) => ({
      name,
      step: (aims) => ({ language: 'python', code: code(aims) }),
      control: { proof: (aims) => stock.run(code(aims)) },
    }));
  return [
    { name: 'JavaScript objects', attacks: proven(JAVASCRIPT) },
    { name: 'calls of the host', attacks: proven(CALLS) },
    {
      name: 'ways that lead nowhere',
      attacks: NOWHERE.map(([name, code, none]) => ({
        name,
        step: (aims) => ({ language: 'python', code: code(aims) }),
        control: { none },
      })),
    },
  ];
}

/** Makes a WebAssembly side module whose exported JavaScript, which Emscripten evaluates, is the given one. */
const EVIL_LIBRARY = String.raw`
def library(javascript):
  def leb(n):
    out = bytearray()
    while True:
      out.append(n & 127 | (128 if n > 127 else 0)); n >>= 7
      if not n: return bytes(out)
  def text(s): return leb(len(s.encode())) + s.encode()
  def section(number, body): return bytes([number]) + leb(len(body)) + body
  script = ("(void)<::>0;" + javascript + ";//").encode() + b"\0"
  info = leb(len(script)) + leb(0) + leb(0) + leb(0)
  dylink = section(0, text("dylink.0") + b"\x01" + leb(len(info)) + info)
  imports = section(2, leb(2) + text("env") + text("memory") + b"\x02\x00\x01" + text("env") + text("__memory_base") + b"\x03\x7f\x00")
  globals_ = section(6, leb(1) + b"\x7f\x00\x41\x00\x0b")
  exports = section(7, leb(1) + text("__em_js__evil") + b"\x03" + leb(1))
  data = section(11, leb(1) + b"\x00\x23\x00\x0b" + leb(len(script)) + script)
  return b"\0asm\x01\0\0\0" + dylink + imports + globals_ + exports + data
`;

/** As a literal of Python's. */
function py(text: string): string {
  return JSON.stringify(text);
}

function directory(aims: Aims): string {
  return aims.file.slice(0, aims.file.lastIndexOf('/'));
}

function base(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
