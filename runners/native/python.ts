/** The program that runs a Python step on the host's own Python: the embedded runner's guest with a way in and out. */
import { GUEST } from '../python/guest.ts';

/** Takes the path of the request as its only argument. */
export const PYTHON_PROGRAM: string = String.raw`${GUEST}
def _main():
    with open(sys.argv[1], 'rb') as file: request = json.loads(file.read())
    with open(request['inputs'], 'rb') as file: inputs = file.read()
    sys.argv = [request['file']]
    sys.path[0] = ''
    write, dumps = open, json.JSONEncoder().encode
    status, text = step(request, inputs)
    with write(request['answer'], 'wb') as file:
        file.write(dumps(status).encode('utf-8', 'backslashreplace') + b'\n')
        file.write(text)

_main()
`;
