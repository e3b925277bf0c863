// Python steps that call the host: its shell, foreign functions, new code, sockets.
import { makes, py, type Reaches, reads } from './python-reaches.ts';

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

export const CALLS: readonly Reaches[] = [
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
      `${EVIL_LIBRARY}\nimport _imp, importlib.machinery as m\ndef run():\n  open("/tmp/extension.so", "wb").write(library(${py(makes(a))}))\n  _imp.create_dynamic(m.ModuleSpec("evil", None, origin="/tmp/extension.so"))`,
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
