/** The program that runs a Python step on the host's own Python: the embedded runner's guest with a way in and out. */
import { GUEST } from '../python/guest.ts';

/** Takes the path of the request as its only argument. */
export const PYTHON_PROGRAM: string = String.raw`${GUEST}
import os

class _RunFiles:
    """The files of the run's directory, where they are."""
    def __init__(self, directory, base): self.directory, self.base, self.checked = directory, base, set()

    def place(self, path):
        relative = path[len(self.directory):] if path.startswith(self.directory + '/') else None if path.startswith('/') else path
        names = [name for name in (relative or '').split('/') if name not in ('', '.')]
        if not names or '..' in names or '\0' in path:
            raise OSError('Name a file below the run\'s directory, such as "out/report.txt": ' + json.dumps(path[:200]) + ' is not inside of it')
        place = self.directory
        for name in names:
            place = os.path.join(place, name)
            if os.path.islink(place): self.no_file(names)
        return names, place

    def no_file(self, names):
        raise OSError('"' + '/'.join(names) + '" is not a file of the run\'s directory: links are not followed, and nothing else has contents')

    def refer(self, path):
        import hashlib
        names, place = self.place(path)
        if not os.path.lexists(place): raise OSError('There is no file "' + '/'.join(names) + '" in the run\'s directory; write it there first ($HWFE_WORKDIR)')
        if not os.path.isfile(place): self.no_file(names)
        digest, size = hashlib.sha256(), 0
        with open(place, 'rb') as file:
            for chunk in iter(lambda: file.read(1048576), b''):
                digest.update(chunk)
                size += len(chunk)
        return '/'.join(names), digest.hexdigest(), size

    def write(self, path, data):
        names, place = self.place(path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        if os.path.lexists(place): os.unlink(place)
        with open(place, 'wb') as file: file.write(data)
        return self.refer(path)

    def read(self, path):
        with open(os.path.join(self.base, path), 'rb') as file: return file.read()

    def save(self, path, data):
        place = os.path.join(self.base, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, 'wb') as file: file.write(data)

    def list(self, pattern):
        import glob
        below = os.path.join(self.base, '')
        found = glob.iglob(os.path.join(self.base, pattern + ('**' if pattern.endswith('/') else '')), recursive=True)
        return sorted(path[len(below):] if path.startswith(below) else path for path in found if os.path.isfile(path) and not os.path.islink(path))

    def fetch(self, file):
        if file not in self.checked:
            if self.refer(file.path)[1] != file.sha256: raise OSError('The file "' + file.path + '" has changed since a step handed it on; write another file instead')
            self.checked.add(file)
        return self.place(file.path)[1]

class _Web:
    def fetch(self, request, body):
        import urllib.error, urllib.request
        class Stay(urllib.request.HTTPRedirectHandler):
            def redirect_request(self, *given): return None
        headers = {}
        for name, value in request['headers']: headers[name] = headers[name] + ', ' + value if name in headers else value
        asked = urllib.request.Request(request['url'], data=body or None, headers=headers, method=request['method'])
        opener = urllib.request.build_opener(*[] if request['redirect'] == 'follow' else [Stay])
        try: answer = opener.open(asked)
        except urllib.error.HTTPError as error: answer = error
        with answer:
            moved = answer.status in (301, 302, 303, 307, 308) and 'location' in answer.headers
            if moved and request['redirect'] == 'error': raise OSError(json.dumps(request['url']) + ' redirects to another place')
            url = answer.geturl()
            pairs = [[name.lower(), value] for name, value in answer.headers.items()]
            head = {'status': answer.status, 'statusText': answer.reason, 'url': url, 'redirected': url != asked.full_url, 'headers': pairs}
            return head, answer.read()

_web = _Web()

def _main():
    global _files
    with open(sys.argv[1], 'rb') as file: request = json.loads(file.read())
    with open(request['inputs'], 'rb') as file: inputs = file.read()
    _files = _RunFiles(request['workdir'], request['directory'])
    sys.argv = [request['file']]
    sys.path[0] = ''
    write, dumps = open, json.JSONEncoder().encode
    status, text = step(request, inputs)
    with write(request['answer'], 'wb') as file:
        file.write(dumps(status).encode('utf-8', 'backslashreplace') + b'\n')
        file.write(text)

_main()
`;
