/** How http.client, and with it urllib.request and what else is made of it, comes to the network in embedded Python. */

/**
 * Source that follows `fetch` in module `_hwfe`. A connection's socket is one that takes the text of a request, has it fetched,
 * and gives the text of the answer; redirects are followed by whoever asks.
 */
export const HTTP: string = String.raw`
class _Wire:
    """Stands in for a socket to one host."""
    def __init__(self, scheme, host, port): self.base, self.sent = scheme + '://' + (f'[{host}]' if ':' in host else host) + ':' + str(port), b''
    def sendall(self, data): self.sent += bytes(data)
    send = sendall
    def settimeout(self, timeout): pass
    def setsockopt(self, *given): pass
    def close(self): pass

    def makefile(self, mode='rb', *given, **named):
        head, _, body = self.sent.partition(b'\r\n\r\n')
        self.sent = b''
        first, *lines = head.decode('latin-1').split('\r\n')
        method, target, _ = first.split(' ', 2)
        headers = [(name, value.strip()) for name, _, value in (line.partition(':') for line in lines)]
        if any(name.lower() == 'transfer-encoding' for name, _ in headers): body = _joined(body)
        url = target if '://' in target else self.base + target
        answer = fetch(url, method=method, headers=headers, body=body, redirect='manual')
        kept = [(name, value) for name, value in answer.header_list if name not in ('transfer-encoding', 'content-length', 'connection')]
        # Of an answer to HEAD, the length is that of a body which does not come.
        length = answer.headers.get('content-length', '0') if method == 'HEAD' else str(len(answer.bytes()))
        kept += [('content-length', length), ('connection', 'close')]
        lines = [f'HTTP/1.1 {answer.status} {answer.status_text}'] + [f'{name}: {value}' for name, value in kept]
        return io.BytesIO('\r\n'.join(lines + ['', '']).encode('latin-1', 'replace') + answer.bytes())

def _joined(chunks):
    """The body that was sent in chunks."""
    body = b''
    while chunks:
        size, _, chunks = chunks.partition(b'\r\n')
        length = int(size.split(b';')[0] or b'0', 16)
        if length == 0: break
        body, chunks = body + chunks[:length], chunks[length + 2:]
    return body

def _connect_http(client):
    class HTTPSConnection(client.HTTPConnection):
        default_port = client.HTTPS_PORT
        def __init__(self, *given, context=None, **named): super().__init__(*given, **named)
        def connect(self): _wire(self, 'https')
    def _wire(connection, scheme):
        if connection._tunnel_host: raise OSError('embedded Python reaches hosts directly, and through no proxy')
        connection.sock = _Wire(scheme, connection.host, connection.port)
    client.HTTPConnection.connect = lambda self: _wire(self, 'http')
    client.HTTPSConnection = HTTPSConnection
    if 'HTTPSConnection' not in client.__all__: client.__all__.append('HTTPSConnection')

class _HTTP:
    """Connects http.client when a step first imports it."""
    def find_spec(self, name, path=None, target=None):
        if name != 'http.client': return None
        from importlib.machinery import PathFinder
        spec = PathFinder.find_spec(name, path, target)
        spec.loader = _HTTPLoader(spec.loader)
        return spec

class _HTTPLoader:
    def __init__(self, loader): self.loader = loader
    def __getattr__(self, name): return getattr(self.loader, name)
    def create_module(self, spec): return self.loader.create_module(spec)
    def exec_module(self, module):
        self.loader.exec_module(module)
        _connect_http(module)
`;
