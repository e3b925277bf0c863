// Python steps that try what reaches nothing in any Pyodide.
import type { Aims } from '../support/canaries.ts';

/** They reach nothing in a stock Pyodide either, and why. */
const VIRTUAL = 'files are in memory in every Pyodide: there is nothing to switch off that would lead this to the host';
const MISSING = 'WebAssembly has neither processes nor threads: Python reports that itself, with or without a gate';
export const NOWHERE: readonly (readonly [name: string, code: (aims: Aims) => string, why: string])[] = [
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
