/** The Python side of a step, embedded and native alike: call `run`, take its output, tell its failure. */

/**
 * Source of a module with `step(request, inputs)`. `request` has `code`, `file`, `line`, `verbatim`, `step`, `embedded`;
 * `inputs` is the bytes of one JSON object. It gives a dict (`ok`, `warnings`, `failure`) and the bytes of the output's
 * JSON, not yet canonical. Runs on Python 3.8 and newer.
 */
export const GUEST: string = String.raw`
import json, sys

def step(request, inputs):
    try:
        return _step(request, inputs)
    except _Refused as refused:
        if refused.failure['reason'] == 'output-invalid': refused.failure['position'] = {'file': request['file'], 'line': request['line']}
        return {'ok': False, 'failure': refused.failure}, b''

def _step(request, inputs):
    file = request['file'] if request['verbatim'] else request['file'] + ' (step "' + request['step'] + '")'
    offset = request['line'] - 1 if request['verbatim'] else 0
    origin = {'file': request['file'], 'line': request['line']}
    if hasattr(sys, 'set_int_max_str_digits'): sys.set_int_max_str_digits(0)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding='utf-8', errors='backslashreplace', line_buffering=True)
    try:
        code = compile('\n' * offset + request['code'], file, 'exec', dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _not_readable(error, request, origin)
    try:
        main = type(sys)('__main__')
        sys.modules['__main__'] = main
        given = json.loads(inputs.decode())
        names = main.__dict__
        names['inputs'] = given
        exec(code, names)
        if 'run' not in names:
            raise _Refused({'reason': 'not-runnable', 'message': 'Step "' + request['step'] + '" defines no function "run"', 'position': origin})
        run = names['run']
        if not callable(run):
            raise _Refused({'reason': 'not-runnable', 'message': 'Make "run" of step "' + request['step'] + '" a function: it is a Python ' + type(run).__name__, 'position': origin})
        output = run(*_arguments(run, given))
        if hasattr(output, '__await__'): output = _await(output)
        text, warnings = _encode(output)
        return {'ok': True, 'warnings': warnings}, text
    except _Refused:
        raise
    except BaseException as error:
        raise _threw(error, request, file, origin)
    finally:
        for stream in (sys.stdout, sys.stderr):
            try: stream.flush()
            except BaseException: pass

class _Refused(Exception):
    def __init__(self, failure): self.failure = failure

def _arguments(run, given):
    """A run that takes nothing is called without; one that requires an argument gets the inputs, though there are none."""
    code = getattr(run, '__code__', None)
    if code is not None and type(run) is type(_arguments) and not hasattr(run, '__wrapped__'):
        takes = code.co_argcount > 0 or code.co_flags & 4
        requires = code.co_argcount > len(run.__defaults__ or ())
    else:
        import inspect
        try:
            positional = [p for p in inspect.signature(run).parameters.values() if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL)]
        except (TypeError, ValueError):
            return (given,) if given else ()
        takes = len(positional) > 0
        requires = any(p.default is p.empty and p.kind != p.VAR_POSITIONAL for p in positional)
    return (given,) if requires or (takes and given) else ()

def _await(awaitable):
    import asyncio
    async def wait(): return await awaitable
    return asyncio.run(wait())

# Output

def _encode(value):
    try:
        return _encoder.encode(value).encode(), []
    except Exception:
        pass
    walk = _Walk()
    try:
        plain = walk.plain(value, [])
    except RecursionError:
        raise _Refused({'reason': 'output-invalid', 'message': 'output is nested deeper than 512 levels'})
    warnings = []
    if walk.not_finite is not None:
        warnings.append(_path(walk.not_finite) + ' is not a finite number, which JSON has no form for; it became null')
    return _encoder.encode(plain).encode(), warnings

class _NoForm(TypeError): pass

def _convert(value):
    """One step towards JSON for what the json module does not take."""
    kind = type(value)
    package = (kind.__module__ or '').split('.')[0]
    if package == 'pandas':
        if kind.__name__ in ('NaTType', 'NAType'): return None
        if kind.__name__ == 'DataFrame': return value.to_dict(orient='records')
        if hasattr(value, 'tolist'): return value.tolist()
    if package == 'numpy':
        if hasattr(value, 'item') and getattr(value, 'ndim', 1) == 0: return value.item()
        if hasattr(value, 'tolist'): return value.tolist()
    if _isa(value, 'enum', 'Enum'): return value.value
    if hasattr(kind, '__dataclass_fields__'):
        return {name: getattr(value, name) for name in (f.name for f in sys.modules['dataclasses'].fields(value))}
    if _isa(value, 'datetime', 'date') or _isa(value, 'datetime', 'time'): return value.isoformat()
    if _isa(value, 'pathlib', 'PurePath'): return str(value)
    if _isa(value, 'collections.abc', 'Mapping'): return dict(value)
    raise _NoForm()

def _isa(value, module, name):
    loaded = sys.modules.get(module)
    return loaded is not None and isinstance(value, getattr(loaded, name, ()))

_encoder = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(',', ':'), default=_convert)
_LISTS = ('set', 'frozenset', 'generator', 'range', 'deque', 'map', 'filter', 'zip', 'enumerate', 'reversed', 'dict_keys', 'dict_values', 'dict_items', 'array')
_HINTS = {
    'Decimal': 'return float(x) or str(x)', 'Fraction': 'return float(x) or str(x)', 'UUID': 'return str(x)',
    'timedelta': 'return x.total_seconds()', 'complex': 'return [x.real, x.imag]', 'coroutine': 'await it',
}

class _Walk:
    """The slow way, for outputs that are not plain JSON: a plain copy, or the path to what has no form."""
    def __init__(self):
        self.not_finite = None
        self.open = set()

    def plain(self, value, path):
        if value is None or value is True or value is False: return value
        if isinstance(value, str): return self.text(value, path)
        if isinstance(value, int): return int.__int__(value)
        if isinstance(value, float):
            if value - value == 0: return float.__float__(value)
            if self.not_finite is None: self.not_finite = list(path)
            return None
        if len(path) > 512: self.refuse(path[:4], 'is nested deeper than 512 levels')
        if id(value) in self.open: self.refuse(path, 'contains itself, which JSON has no form for')
        self.open.add(id(value))
        plain = self.inside(value, path)
        self.open.discard(id(value))
        return plain

    def inside(self, value, path):
        if isinstance(value, (list, tuple)):
            return [self.plain(item, path + [i]) for i, item in enumerate(value)]
        if isinstance(value, dict):
            plain = {}
            for key, item in value.items():
                name = self.key(key, path)
                plain[name] = self.plain(item, path + [name])
            return plain
        try:
            converted = _convert(value)
        except _NoForm:
            self.refuse(path, _what(value))
        return self.plain(converted, path)

    def key(self, key, path):
        if (type(key).__module__ or '').split('.')[0] == 'numpy' and hasattr(key, 'item'): key = key.item()
        if isinstance(key, str): return self.text(key, path)
        if key is None: return 'null'
        if key is True: return 'true'
        if key is False: return 'false'
        if isinstance(key, int): return int.__repr__(key)
        if isinstance(key, float): return 'NaN' if key != key else float.__repr__(key) if key - key == 0 else 'Infinity' if key > 0 else '-Infinity'
        self.refuse(path, 'has a key that is a Python ' + type(key).__name__ + ', where JSON has strings; use str(key)')

    def text(self, value, path):
        value = str.__str__(value)
        try:
            value.encode()
        except UnicodeEncodeError:
            self.refuse(path, 'is a string with half a surrogate pair, which is no valid Unicode')
        return value

    def refuse(self, path, what):
        raise _Refused({'reason': 'output-invalid', 'message': _path(path) + ' ' + what})

def _what(value):
    name = type(value).__name__
    if isinstance(value, (bytes, bytearray, memoryview)):
        return 'is ' + name + ', which a step cannot hand on; return text, such as x.decode() or base64.b64encode(x).decode()'
    if name in ('function', 'method'): return 'is a function, which JSON has no form for'
    if name == 'builtin_function_or_method': return 'is a builtin function, which JSON has no form for'
    if isinstance(value, type): return 'is a Python class, which JSON has no form for'
    hint = 'return a list' if name in _LISTS else _HINTS.get(name)
    return 'is a Python ' + name + ', which JSON has no form for' + ('; ' + hint if hint else '')

def _path(parts):
    text = 'output'
    for part in parts:
        if type(part) is int: text += '[' + str(part) + ']'
        elif part.isascii() and part.isidentifier(): text += '.' + part
        else: text += '[' + json.dumps(part, ensure_ascii=False) + ']'
    return text

# Failures

def _not_readable(error, request, origin):
    position = dict(origin)
    line = getattr(error, 'lineno', None)
    if request['verbatim'] and line:
        last = request['line'] + request['code'].rstrip('\n').count('\n')
        position['line'] = max(request['line'], min(line, last))
        if error.offset and line == position['line']: position['column'] = error.offset
    message = 'This is not valid Python: ' + str(getattr(error, 'msg', None) or error)
    return _Refused({'reason': 'not-runnable', 'message': message, 'position': position})

def _threw(error, request, file, origin):
    import linecache, traceback
    lines = ['\n'] * (request['line'] - 1 if request['verbatim'] else 0) + request['code'].splitlines(True)
    linecache.cache[file] = (len(request['code']), None, lines, file)
    failure = {'reason': 'threw', 'message': _message(error, request)}
    first = error.__traceback__
    while first is not None and first.tb_frame.f_code.co_filename != file: first = first.tb_next
    if first is not None:
        line = [number for frame, number in traceback.walk_tb(first) if frame.f_code.co_filename == file][-1]
        failure['position'] = {'file': request['file'], 'line': line} if request['verbatim'] else origin
    try:
        shown = traceback.TracebackException(type(error), error, first)
        shown.stack[:] = [frame for frame in shown.stack if frame.filename != _step.__code__.co_filename]
        failure['trace'] = ''.join(shown.format()).rstrip('\n')
    except BaseException:
        pass
    return _Refused(failure)

def _message(error, request):
    kind = type(error)
    if kind is SystemExit: return 'Return from run instead of leaving Python: the step called sys.exit(' + ('' if error.code is None else repr(error.code)) + ')'
    name = kind.__qualname__ if kind.__module__ in ('builtins', '__main__') else kind.__module__ + '.' + kind.__qualname__
    try:
        text = str(error)
    except BaseException:
        text = '<its message cannot be shown>'
    hint = _hint(error, text) if request['embedded'] else ''
    return (name + ': ' + text if text else name).encode('utf-8', 'backslashreplace').decode() + hint

def _hint(error, text):
    native = 'runtime = "native" on the step, which runs it on the python3 of this machine'
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.split('.')[0]
        return '; add packages = ["' + top + '"] to the step, or ' + native
    if 'does not support processes' in text or "can't start new thread" in text:
        return '; embedded Python has neither processes nor threads: use a shell step, or ' + native
    return ''
`;
