/** What makes Pyodide an ordinary Python to the steps inside it: an event loop of its own, a sleep that sleeps, no way to the host. */

import { FILES_DEVICE, GRANTED, WORKDIR } from './files-device.ts';
import { HTTP } from './http.ts';
import { MEMORY_DEVICE } from './memory-device.ts';
import { BODY, NETWORK_DEVICE } from './network-device.ts';

/** Directory of the virtual file system in which requests come and answers go. */
export const EXCHANGE = '/run/hwfe';
/** A device: whoever writes a number of milliseconds to it sleeps for them. */
export const SLEEP_DEVICE = '/dev/sleep';
/** What the host runs for each step, and once, before the checkpoint, for all of them. */
export const RUN_STEP = 'import _hwfe; _hwfe.run_step()';
/** Before the first step, what leads to JavaScript is taken out. */
export const SEAL = 'import _hwfe; _hwfe._seal()';

/**
 * Source that follows the guest's in module `_hwfe`. Nothing in it may keep a JavaScript object, or no snapshot can
 * be made. `run_step` reads the request and leaves the answer in EXCHANGE: only bytes cross.
 */
export const INTERIOR: string = String.raw`
import asyncio, asyncio.base_events, asyncio.runners
import ast, base64, bisect, codecs, collections, collections.abc, contextlib, copy, csv, ctypes, dataclasses, datetime, decimal
import enum, fractions, functools, gc, glob, hashlib, heapq, html, inspect, io, itertools, linecache, logging, math
import operator, os, pathlib, posix, random, re, shutil, signal, statistics, string, struct, subprocess, tempfile, textwrap
import time, tokenize, traceback, types, typing, urllib.parse, uuid, warnings, zlib

_HIDDEN = ('js', 'pyodide', 'pyodide_js', '_pyodide', '_pyodide_core')

def run_step():
    with open('${EXCHANGE}/request', 'rb') as file: request = json.loads(file.read())
    with open('${EXCHANGE}/inputs', 'rb') as file: inputs = file.read()
    os.environ.clear()
    os.environ['HWFE_WORKDIR'] = '${WORKDIR}'
    os.environ.update(request['env'])
    random.seed()
    if 'noRandom' in request: _refuse_random(request['noRandom'])
    status, text = step(request, inputs)
    if request.get('mounted'): _flush_files()
    with _open('${EXCHANGE}/answer', 'wb') as file:
        file.write(_dumps(status).encode('utf-8', 'backslashreplace') + b'\n')
        file.write(text)

_open, _dumps, _loads = open, json.JSONEncoder().encode, json.loads
_makedirs, _isfile, _unlink = os.makedirs, os.path.isfile, os.unlink

def _ask(place, question):
    with _open(place, 'r+b', buffering=0) as device:
        device.write(_dumps(question).encode())
        answer = b''
        while True:
            part = device.read(65536)
            if not part: break
            answer += part
    answer = _loads(answer)
    if not answer['ok']: raise (PermissionError if answer.get('denied') else OSError)(answer['message'])
    return answer

class _RunFiles:
    """Files are in memory; those that are handed on are copied out, those that come are copied in when asked for."""
    def __init__(self): self.fetched = {}

    def ask(self, **question): return _ask('${FILES_DEVICE}', question).get('value')

    def refer(self, path):
        path = self.relative(path)
        known = self.ask(ask='out' if _isfile('${WORKDIR}/' + path) else 'refer', path=path)
        return known['path'], known['sha256'], known['size']

    def write(self, path, data):
        path = self.relative(path)
        if '..' not in path.split('/'):
            _makedirs(os.path.dirname('${WORKDIR}/' + path), exist_ok=True)
            with _open('${WORKDIR}/' + path, 'wb') as file: file.write(data)
        return self.refer(path)

    def fetch(self, file):
        if self.fetched.get(file.path) != file.sha256:
            self.ask(ask='in', path=file.path, sha256=file.sha256, size=file.size)
            self.fetched[file.path] = file.sha256
        return '${WORKDIR}/' + file.path

    def read(self, path):
        self.ask(ask='read', path=path)
        with _open('${GRANTED}', 'rb') as file: data = file.read()
        _unlink('${GRANTED}')
        return data

    def save(self, path, data):
        with _open('${GRANTED}', 'wb') as file: file.write(data)
        try: self.ask(ask='save', path=path)
        finally: _unlink('${GRANTED}')

    def list(self, pattern): return self.ask(ask='list', path=pattern)

    def relative(self, path):
        return path[len('${WORKDIR}/'):] if path.startswith('${WORKDIR}/') else path

_files = _RunFiles()

class _Web:
    def fetch(self, request, body):
        with _open('${BODY}', 'wb') as file: file.write(body)
        try:
            head = _ask('${NETWORK_DEVICE}', request)
            with _open('${BODY}', 'rb') as file: return head, file.read()
        finally: _unlink('${BODY}')

_web = _Web()

class _Memory:
    """What the steps of a workflow share."""
    def get(self, key, default=None):
        word = _shared('get', key)
        return default if word.get('text') is None else _told(word)
    def set(self, key, value): _shared('set', key, _said(value))
    def append(self, key, value): return _told(_shared('append', key, _said(value)))
    def delete(self, key): return _told(_shared('delete', key))
    def keys(self): return _told(_shared('keys', ''))
    def compare_and_set(self, key, expected, value): return _told(_shared('swap', key, _said(value), _said(expected)))
    def update(self, key, change):
        while True:
            word = _shared('get', key)
            changed = change(_told(word))
            if _told(_shared('swap', key, _said(changed), word.get('plain') or word.get('text') or '')): return changed
    def __repr__(self): return '<memory of the workflow>'

def _shared(act, key, value='', expected=''):
    if not isinstance(key, str): raise TypeError('memory: a key is a str')
    return _ask('${MEMORY_DEVICE}', {'act': act, 'key': key, 'value': value, 'expected': expected})

def _told(word):
    if word.get('text') is None: return None
    return json.loads(word['text'], object_hook=_reviver(word['mark']) if word.get('mark') else None)

def _said(value):
    try: return _encode(value)[0].decode()
    except _Refused as refused: raise TypeError('memory: ' + refused.failure['message']) from None

_memory = _Memory()
${HTTP}

class _Hidden:
    """Names the way out instead of a bridge to the host."""
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in _HIDDEN:
            raise ModuleNotFoundError('Use a javascript step: embedded Python has no module ' + repr(name), name=None)

def _sleep(seconds, /):
    if not isinstance(seconds, (int, float)): seconds = seconds.__index__() if hasattr(seconds, '__index__') else float(seconds)
    if seconds != seconds: raise ValueError('Invalid value NaN (not a number)')
    if seconds < 0: raise ValueError('sleep length must be non-negative')
    with open('${SLEEP_DEVICE}', 'wb', buffering=0) as device: device.write(str(seconds * 1000.0).encode())
_sleep.__name__ = _sleep.__qualname__ = 'sleep'

def _flush_files():
    """Those that the step left open: Python itself would close them when it ends."""
    for each in gc.get_objects():
        try:
            if isinstance(each, io.IOBase) and not each.closed and each.writable(): each.flush()
        except BaseException: pass

def _refuse_random(message):
    """Numbers that follow from a seed are no random ones: of the module's own functions, the seed gives them back."""
    def refuse(*given, **named): raise PermissionError(message)
    names = [name for name in random.__all__ if name not in ('Random', 'SystemRandom', 'seed', 'getstate', 'setstate')]
    own, seed = {name: getattr(random, name) for name in names}, random.seed
    def seeded(a=None, version=2):
        if a is None: refuse()
        random.__dict__.update(own, seed=seed)
        seed(a, version)
    random.__dict__.update(dict.fromkeys(names, refuse), seed=seeded)
    os.urandom = posix.urandom = random._urandom = refuse

def _no_system(command):
    raise OSError('emscripten does not support processes')

def _no_timers(*given):
    raise OSError('embedded Python has no signals: use asyncio.timeout, or a timeout on the step')

class _Timers:
    """The loop's wait for files, of which there are none: it sleeps until the next timer."""
    def select(self, timeout=None):
        if timeout is None: raise RuntimeError('the step waits for something that can never happen')
        if timeout > 0: _sleep(timeout)
        return []
    def close(self): pass

class _Loop(asyncio.base_events.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = _Timers()
    def _process_events(self, events): pass
    def _write_to_self(self): pass

class _Policy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = _Loop

def _asyncio_run(main, *, debug=None, loop_factory=None):
    """Runs the coroutine on a loop without files and sockets."""
    with asyncio.runners.Runner(debug=debug, loop_factory=loop_factory or _Loop) as runner:
        return runner.run(main)

def _prepare():
    time.sleep = _sleep
    os.system = posix.system = _no_system
    signal.setitimer = signal.alarm = _no_timers
    asyncio.events._set_running_loop(None)
    asyncio.run = asyncio.runners.run = _asyncio_run
    asyncio.new_event_loop = asyncio.events.new_event_loop = _Loop
    asyncio.events._event_loop_policy = _Policy()

def _seal():
    """Last, when Pyodide's own modules are needed no more."""
    sys.meta_path[:] = [_Hidden(), _HTTP()] + [finder for finder in sys.meta_path if finder.__module__ != '_pyodide._importhook']
    for name in list(sys.modules):
        if name.split('.')[0] not in _HIDDEN: continue
        # They hold JavaScript objects: of use to no step, as the gate is shut, and better not found at all.
        module = sys.modules.pop(name)
        if isinstance(module, types.ModuleType): module.__dict__.clear()
    for kept in gc.get_objects():
        if type(kept).__module__ == '_pyodide._importhook': kept.__dict__.clear()
    sys.excepthook = sys.__excepthook__
    if '' not in sys.path: sys.path.insert(0, '')

_prepare()
`;
