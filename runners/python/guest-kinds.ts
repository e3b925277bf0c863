/** The part of the Python guest that knows bytes, files and tables, and the module `hwfe` that steps import. */

/**
 * Defines `_reviver(mark)`, an object hook for what the host marked; `_tagged(value)`, what a value of a kind leaves as; and
 * `_kinds`, the module. Where files are is the business of `_files`, which each runtime defines after this: `refer(path)` and
 * `write(path, data)` give path, hash and size, `fetch(file)` the path to open; `read(path)`, `save(path, data)` and `list(pattern)`
 * are for files of the machine. `_web.fetch(request, body)`, of a dict that JSON has a form for, gives the head of the answer and its body.
 */
export const GUEST_KINDS: string = String.raw`
from _collections_abc import Mapping, Sequence

class File:
    """A file of the run's directory; open() and whatever else takes a path takes it."""
    __slots__ = ('path', 'sha256', 'size')
    def __init__(self, path, sha256, size): self.path, self.sha256, self.size = path, sha256, size
    def __fspath__(self): return _files.fetch(self)
    def read_bytes(self):
        with open(self.__fspath__(), 'rb') as file: return file.read()
    def read_text(self, encoding='utf-8', errors='strict'): return self.read_bytes().decode(encoding, errors)
    def __repr__(self): return 'hwfe.file(' + repr(self.path) + ')'
    def __eq__(self, other): return isinstance(other, File) and (self.path, self.sha256) == (other.path, other.sha256)
    def __hash__(self): return hash((self.path, self.sha256))

class Table(Sequence):
    """A list of records that does not change, kept by column."""
    __slots__ = ('columns', 'types', '_data')
    def __init__(self, columns, data, types): self.columns, self._data, self.types = tuple(columns), data, tuple(types)
    def __len__(self): return len(self._data[0]) if self._data else 0
    def __iter__(self):
        for row in zip(*self._data): yield dict(zip(self.columns, row))
    def __getitem__(self, index):
        if isinstance(index, slice): return [self[i] for i in range(*index.indices(len(self)))]
        if not -len(self) <= index < len(self): raise IndexError('the table has ' + str(len(self)) + ' records')
        return dict(zip(self.columns, [column[index] for column in self._data]))
    def column(self, name):
        """The column itself, which is no copy."""
        if name not in self.columns: raise KeyError(name)
        return self._data[self.columns.index(name)]
    def __eq__(self, other): return isinstance(other, (Table, list)) and list(self) == list(other)
    def __repr__(self): return 'hwfe.table(' + repr(list(self)) + ')'

_BYTES = (bytes, bytearray, memoryview)
_TYPES = {int: 'integer', float: 'float', str: 'string', bool: 'boolean', bytes: 'bytes', bytearray: 'bytes', memoryview: 'bytes'}

def _typed(column):
    """The column's type, and the column: integers become floats beside floats."""
    kinds = {_TYPES.get(kind, 'json') for kind in set(map(type, column)) - {type(None)}}
    if kinds == {'integer', 'float'} and all(type(item) is not int or abs(item) <= 2 ** 53 for item in column):
        return 'float', [float(item) if type(item) is int else item for item in column]
    return (kinds.pop() if len(kinds) == 1 else 'json'), column

def _list(column):
    return column.tolist() if hasattr(column, 'tolist') else list(column)

def table(given):
    """From an iterable of records, an object of columns or a DataFrame; what lacks is None."""
    if isinstance(given, Table): return given
    if hasattr(given, 'to_dict') and hasattr(given, 'columns'): columns = {str(name): _list(given[name]) for name in given.columns}
    elif isinstance(given, Mapping): columns = {name: _list(column) for name, column in given.items()}
    else:
        records = list(given)
        columns = {}
        for row, record in enumerate(records):
            if not isinstance(record, Mapping): raise TypeError('hwfe.table takes records, and item ' + str(row) + ' is none')
            for name in record: columns.setdefault(name, None)
        for name in columns: columns[name] = [record.get(name) for record in records]
    for name, column in columns.items():
        if not isinstance(name, str): raise TypeError('hwfe.table takes strings as names of columns, and ' + repr(name) + ' is none')
        if len(column) != len(next(iter(columns.values()))): raise ValueError('Give all columns the same length: ' + repr(name) + ' has ' + str(len(column)) + ' items')
    typed = [_typed(column) for column in columns.values()]
    return Table(columns, [column for _, column in typed], [kind for kind, _ in typed])

def file(path, contents=None):
    """The file that is there; with contents, a string or bytes, it is written first."""
    path = _path_of(path)
    return File(*(_files.refer(path) if contents is None else _files.write(path, _contents(contents, 'hwfe.file'))))

def read(path, encoding='utf-8'):
    """Text of a file of the machine, where the step's permissions name it."""
    return _files.read(_path_of(path)).decode(encoding)

def read_bytes(path): return _files.read(_path_of(path))

def write(path, contents):
    """Writes a file of the machine whole or not at all, where the step's permissions name it."""
    _files.save(_path_of(path), _contents(contents, 'hwfe.write'))

def _list_files(pattern):
    """The files that match, of those that may be read."""
    return _files.list(_path_of(pattern))
_list_files.__name__ = _list_files.__qualname__ = 'list'

def _path_of(path):
    import os
    path = os.fspath(path)
    return os.fsdecode(path) if isinstance(path, bytes) else path

def _contents(contents, name):
    if isinstance(contents, str): return contents.encode()
    if isinstance(contents, _BYTES): return contents
    raise TypeError(name + ' takes the contents as str or bytes, not as ' + type(contents).__name__)

class Response:
    """An answer to fetch."""
    __slots__ = ('status', 'status_text', 'url', 'redirected', 'header_list', '_body')
    def __init__(self, head, body):
        self.status, self.status_text, self.url, self.redirected = head['status'], head['statusText'], head['url'], head['redirected']
        self.header_list, self._body = [tuple(pair) for pair in head['headers']], body
    @property
    def ok(self): return 200 <= self.status < 300
    @property
    def headers(self):
        """By their names in small letters."""
        joined = {}
        for name, value in self.header_list: joined[name] = joined[name] + ', ' + value if name in joined else value
        return joined
    def bytes(self): return self._body
    def text(self, encoding='utf-8', errors='strict'): return self._body.decode(encoding, errors)
    def json(self): return json.loads(self._body)
    def __repr__(self): return '<Response ' + str(self.status) + ' of ' + self.url + '>'

def fetch(url, *, method='GET', headers=None, body=None, redirect='follow'):
    """Asks a host, where the step's permissions name it."""
    given = list(headers.items() if isinstance(headers, Mapping) else headers or ())
    for name, value in given:
        if not isinstance(name, str) or not isinstance(value, str): raise TypeError('hwfe.fetch takes headers with names and values as str')
        if '\n' in name + value or '\r' in name + value: raise ValueError('The header ' + repr(name) + ' has a character that no header can have')
    if isinstance(body, str) and not any(name.lower() == 'content-type' for name, _ in given):
        given.append(('content-type', 'text/plain;charset=UTF-8'))
    data = b'' if body is None else bytes(_contents(body, 'hwfe.fetch'))
    head, answer = _web.fetch({'url': str(url), 'method': str(method).upper(), 'headers': given, 'redirect': redirect}, data)
    return Response(head, answer)

def _tagged(value):
    """Nothing for what is of no kind."""
    if isinstance(value, _BYTES):
        import binascii
        return {'$bytes': binascii.b2a_base64(value, newline=False).decode()}
    if isinstance(value, File): return {'$file': value.path, 'sha256': value.sha256, 'size': value.size}
    if isinstance(value, Table):
        # A step has the columns themselves, and may have put into one what its type does not allow.
        kept = [(kind, column) if kind == 'json' or {_TYPES.get(type(item)) for item in column if item is not None} <= {kind} else _typed(column) for kind, column in zip(value.types, value._data)]
        return {'$table': {'columns': list(value.columns), 'data': [column for _, column in kept], 'types': [kind for kind, _ in kept]}}

def _reviver(mark):
    import binascii
    def revive(members):
        key = next(iter(members), '')
        if not key.startswith(mark): return members
        inside = members[key]
        if key[-1] == 'b': return binascii.a2b_base64(inside)
        if key[-1] == 'f': return File(inside, members['sha256'], members['size'])
        return Table(inside['columns'], inside['data'], inside['types'])
    return revive

_kinds = type(sys)('hwfe', 'Bytes, files and tables, which steps in every language hand on.')
for _each in (file, table, read, read_bytes, write, _list_files, fetch, File, Table, Response):
    _each.__module__ = 'hwfe'
    setattr(_kinds, _each.__name__, _each)
sys.modules['hwfe'] = _kinds
`;
