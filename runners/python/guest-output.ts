/** The part of the Python guest that turns what `run` returned into JSON. */

/**
 * Defines `_encode(value)`, which gives UTF-8 bytes and warnings, or raises the guest's `_Refused` with the path to what
 * has no form. Plain values go through the json module's own encoder; only others are walked.
 */
export const GUEST_OUTPUT: string = String.raw`
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
    tagged = _tagged(value)
    if tagged is not None: return tagged
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
`;
