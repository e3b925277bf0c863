/** The Python side of a step, embedded and native alike: call `run`, take its output, tell its failure. */
import { GUEST_KINDS } from './guest-kinds.ts';
import { GUEST_OUTPUT } from './guest-output.ts';

/**
 * Source of a module with `step(request, inputs)`. `request` has `code`, `file`, `line`, `verbatim`, `step`, `embedded`;
 * `mark` where the inputs have bytes, files or tables; `inputs` is the bytes of one JSON object. It gives a dict (`ok`, `warnings`, `failure`) and the bytes of the output's
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
        mark = request.get('mark')
        given = json.loads(inputs.decode(), object_hook=_reviver(mark) if mark else None)
        names = main.__dict__
        names['inputs'] = given
        names['hwfe'] = _kinds
        if request.get('memory'): names['memory'] = _memory
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

${GUEST_KINDS}
${GUEST_OUTPUT}

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
    hint = _hint(error, text, request.get('mounted')) if request['embedded'] else ''
    return (name + ': ' + text if text else name).encode('utf-8', 'backslashreplace').decode() + hint

def _is_elsewhere(path, mounted):
    import os
    if mounted and (os.path.abspath(path) + '/').startswith(mounted + '/'): return False
    return not path.startswith(('/tmp/', '/dev/', '/proc/')) and bool(path)

def _hint(error, text, mounted):
    native = 'runtime = "native" on the step, which runs it on the python3 of this machine'
    if isinstance(error, ModuleNotFoundError) and error.name:
        top = error.name.split('.')[0]
        return '; add packages = ["' + top + '"] to the step, or ' + native
    if isinstance(error, FileNotFoundError) and isinstance(error.filename, str) and _is_elsewhere(error.filename, mounted):
        return '; of the files of this machine, embedded Python sees those that permissions name: add permissions = { read = [' + json.dumps(error.filename) + '] } to the step'
    if isinstance(error, OSError) and (error.errno == 63 and error.filename is None or 'Non-recoverable error' in text):
        return '; embedded Python reaches nothing outside of itself, and no network: use a shell step, or ' + native
    if 'does not support processes' in text or "can't start new thread" in text:
        return '; embedded Python has neither processes nor threads: use a shell step, or ' + native
    return ''
`;
