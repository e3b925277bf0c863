// Python steps that look for JavaScript objects, and for a way from any of them to the host.
import type { Aims } from '../support/canaries.ts';
import { py, type Reaches, reads } from './python-reaches.ts';

export const JAVASCRIPT: readonly Reaches[] = [
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
    (a) =>
      `import pyodide_js\nasync def run():\n  await pyodide_js.loadPackage("http://[::ffff:127.0.0.1]:${a.port}/x-1-py3-none-any.whl")`,
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
    (a) =>
      `from pyodide.http import pyfetch\nasync def run(): return await (await pyfetch("http://localhost:${a.port}/")).string()`,
  ],
  [
    'a timer that fires after the step',
    (a) =>
      `import asyncio, os\nasync def run(): asyncio.get_running_loop().call_later(0.01, os.system, "touch ${a.created}")`,
  ],
  [
    'any proxy in any namespace',
    (a) =>
      `import gc\ndef run():\n  gc.unfreeze()\n  for names in [o for o in gc.get_objects() if isinstance(o, dict)]:\n    for o in list(names.values()):\n      if type(o).__name__ == "JsProxy" and hasattr(o, "constructor"): return o.constructor.constructor("return " + ${py(reads(a))})()\n  raise LookupError("none")`,
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
      `import sys\ndef run():\n  frame = sys._getframe()\n  while frame:\n    for names in (frame.f_globals, frame.f_locals, frame.f_builtins):\n      for value in list(names.values()):\n        if type(value).__name__ == "module" and value.__name__ == "sys":\n          for finder in value.meta_path:\n            if hasattr(finder, "jsproxies"): return finder.jsproxies["js"].process.env.${a.variable}\n    frame = frame.f_back`,
  ],
];

function directory(aims: Aims): string {
  return aims.file.slice(0, aims.file.lastIndexOf('/'));
}

function base(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
