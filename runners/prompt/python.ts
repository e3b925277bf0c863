/** A prompt in Python. */
import type { LoopNames } from './names.ts';
import { CLEAR, END, ERROR, MORE, READY } from './typing.ts';

export function pythonLoop({ key, pipe }: LoopNames, isNative: boolean): string {
  const read = isNative
    ? `typed = open(os.environ['HWFE_WORKDIR'] + '/${pipe}', encoding='utf-8')
    def read(): return re.sub(r'\\\\(.)', lambda m: '\\n' if m[1] == 'n' else m[1], typed.readline().rstrip('\\n') or '${END}')`
    : `ask = hwfe.read
    def read(): return ask('${key}')`;
  return `
def run():
    import ast, codeop, inspect, os, re, sys, traceback
    key, names, say = '${key}', globals(), print
    ${read}
    def complain(message):
        for line in message.split('\\n'): say(key + '${ERROR}' + line)
    compiler = codeop.CommandCompiler()
    compiler.compiler.flags |= ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    def compiled(text):
        try: return compiler(text, '<prompt>', 'single')
        except SyntaxError:
            if '\\n' not in text: raise
            # Several statements that came at once.
            return compile(text, '<prompt>', 'exec', ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    lines = []
    while True:
        say(key + ('${READY}' if not lines else '${MORE}'))
        message = read()
        if message[0] == '${END}': return
        if message[0] == '${CLEAR}':
            lines = []
            continue
        lines.append(message[1:])
        try:
            code = compiled('\\n'.join(lines))
        except BaseException as error:
            lines = []
            complain(''.join(traceback.format_exception_only(type(error), error)).rstrip())
            continue
        if code is None: continue
        lines = []
        try:
            value = eval(code, names)
            if inspect.iscoroutine(value):
                import asyncio
                asyncio.run(value)
        except SystemExit:
            return
        except BaseException as error:
            trace = error.__traceback__ and error.__traceback__.tb_next
            complain(''.join(traceback.format_exception(type(error), error, trace)).rstrip())
`;
}
