/** Code that a step runs in place of its own: it reads what a person types, runs it, and says what came of it. */
import type { Language, Runtime } from '../contract.ts';
import { CLEAR, END, ERROR, MORE, READY } from './typing.ts';

export interface LoopNames {
  /** By which the step knows what is typed, and marks what it says of itself. */
  readonly key: string;
  /** The pipe's name in `HWFE_WORKDIR`, of a process. */
  readonly pipe: string;
}

/** Nothing where the language has no prompt. */
export function loopFor(language: Language, runtime: Runtime, names: LoopNames): string | undefined {
  const isNative = runtime === 'native';
  switch (language) {
    case 'lua':
      return lua(names, isNative);
    case 'javascript':
      return javascript(names, isNative);
    case 'python':
      return python(names, isNative);
    case 'shell':
      return shell(names);
    case 'action':
    case 'wasm':
      return undefined;
  }
}

/** Locals of one entry are gone with it, as at Lua's own prompt. */
function lua({ key, pipe }: LoopNames, isNative: boolean): string {
  const read = isNative
    ? `local typed = io.open(os.getenv("HWFE_WORKDIR") .. "/${pipe}", "r")
local function read() return (typed:read("l") or "${END}"):gsub("\\\\(.)", { n = "\\n", ["\\\\"] = "\\\\" }) end`
    : `local ask = hwfe.read
local function read() return ask("${key}") end`;
  return `
local key = "${key}"
local load, xpcall, pcall, print, tostring, type, select = load, xpcall, pcall, print, tostring, type, select
local sub, find, gmatch, format, encode, unpack, pack = string.sub, string.find, string.gmatch, string.format, json.encode, table.unpack, table.pack
${read}
local function complain(message)
  for line in gmatch(tostring(message) .. "\\n", "(.-)\\n") do print(key .. "${ERROR}" .. line) end
end
local function shown(value)
  if type(value) == "string" then return format("%q", value) end
  if type(value) ~= "table" then return tostring(value) end
  local ok, text = pcall(encode, value)
  return ok and text or tostring(value)
end
function run()
  local text = ""
  while true do
    print(key .. (text == "" and "${READY}" or "${MORE}"))
    local message = read()
    local kind, line = sub(message, 1, 1), sub(message, 2)
    if kind == "${END}" then return end
    if kind == "${CLEAR}" then text = "" else
      text = text == "" and line or text .. "\\n" .. line
      local chunk, wrong = load("return " .. text, "=prompt")
      if chunk == nil then chunk, wrong = load(text, "=prompt") end
      if chunk ~= nil or sub(wrong, -5) ~= "<eof>" then
        text = ""
        if chunk == nil then complain(wrong) else
          local results = pack(xpcall(chunk, function(e) return type(e) == "table" and shown(e) or tostring(e) end))
          if not results[1] then complain(results[2]) elseif results.n > 1 then
            for i = 2, results.n do results[i] = shown(results[i]) end
            print(unpack(results, 2, results.n))
          end
        end
      end
    end
  end
end`;
}

/** `let` and `const` become `var` at the beginning of an entry, so that the next one knows of it. */
function javascript({ key, pipe }: LoopNames, isNative: boolean): string {
  const read = isNative
    ? `const fs = process.getBuiltinModule('node:fs');
  const typed = fs.openSync(process.env.HWFE_WORKDIR + '/${pipe}', 'r');
  const rest = { text: '' };
  const read = () => {
    const part = Buffer.alloc(65536);
    while (!rest.text.includes('\\n')) {
      const size = fs.readSync(typed, part);
      if (size === 0) return '${END}';
      rest.text += part.toString('latin1', 0, size);
    }
    const at = rest.text.indexOf('\\n');
    const line = Buffer.from(rest.text.slice(0, at), 'latin1').toString();
    rest.text = rest.text.slice(at + 1);
    return line.replace(/\\\\(.)/g, (_, c) => (c === 'n' ? '\\n' : c));
  };`
    : `const ask = hwfe.read;
  const read = () => ask('${key}');`;
  return `
async function run() {
  const key = '${key}';
  const evaluate = eval;
  const log = console.log;
  ${read}
  const complain = (text) => { for (const line of String(text).split('\\n')) log(key + '${ERROR}' + line); };
  const isOpen = ${String(isOpen)};
  const tryAll = async (sources) => {
    let wrong;
    for (const source of sources) {
      let thunk;
      try { thunk = evaluate(source); } catch (error) {
        if (!(error instanceof SyntaxError)) throw error;
        wrong ??= error;
        continue;
      }
      return typeof thunk === 'function' ? { value: await thunk() } : { value: thunk };
    }
    throw wrong;
  };
  let text = '';
  for (;;) {
    log(key + (text === '' ? '${READY}' : '${MORE}'));
    const message = read();
    if (message[0] === '${END}') return null;
    if (message[0] === '${CLEAR}') { text = ''; continue; }
    text = text === '' ? message.slice(1) : text + '\\n' + message.slice(1);
    if (isOpen(text)) continue;
    const entry = text
      .replace(/^\\s*(?:let|const)\\s/, 'var ')
      .replace(/^\\s*class\\s+(\\w+)/, 'var $1 = class $1')
      .replace(/^\\s*export\\s+default\\s+/gm, 'var run = ')
      .replace(/^\\s*export\\s+/gm, '');
    text = '';
    try {
      const isAwaiting = /\\bawait\\b/.test(entry);
      const inner = entry.replace(/^\\s*var\\s/, '');
      const { value } = isAwaiting
        ? await tryAll(['async () => (' + inner + '\\n)', 'async () => {' + entry + '\\n}', 'async () => {' + inner + '\\n}'])
        : await tryAll([...(entry.trimStart()[0] === '{' ? ['() => (' + entry + '\\n)'] : []), '() => (0, eval)(' + JSON.stringify(entry) + ')']);
      if (value !== undefined && inner === entry) log(typeof value === 'string' ? JSON.stringify(value) : value);
    } catch (error) {
      complain(error instanceof Error ? error.name + ': ' + error.message : 'thrown: ' + String(error));
    }
  }
}`;
}

/** Whether a bracket, a template or a comment is not closed yet. Runs in the guest, so it uses nothing from here. */
function isOpen(text: string): boolean {
  const brackets: string[] = [];
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    const top = brackets.at(-1);
    if (top === '`') {
      if (character === '\\') at++;
      else if (character === '`') brackets.pop();
      else if (character === '$' && text[at + 1] === '{') {
        brackets.push('{');
        at++;
      }
    } else if (character === '/' && text[at + 1] === '/') {
      const end = text.indexOf('\n', at);
      if (end === -1) break;
      at = end;
    } else if (character === '/' && text[at + 1] === '*') {
      const end = text.indexOf('*/', at + 2);
      if (end === -1) return true;
      at = end + 1;
    } else if (character === '"' || character === "'") {
      let end = at + 1;
      while (end < text.length && text[end] !== character && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
      at = end;
    } else if (character === '`' || character === '(' || character === '[' || character === '{')
      brackets.push(character);
    else if (character === ')' || character === ']' || character === '}') brackets.pop();
  }
  return brackets.length > 0;
}

function python({ key, pipe }: LoopNames, isNative: boolean): string {
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

/** Says of itself what it has to on both streams: only then all that was printed before has come. */
function shell({ key, pipe }: LoopNames): string {
  return `
set +e
exec 9<"$HWFE_WORKDIR/${pipe}"
__hwfe_text=
while :; do
  if [ -z "$__hwfe_text" ]; then __hwfe_say='${key}${READY}'; else __hwfe_say='${key}${MORE}'; fi
  printf '%s\\n' "$__hwfe_say"; printf '%s\\n' "$__hwfe_say" >&2
  IFS= read -r __hwfe_line <&9 || break
  case $__hwfe_line in '${END}'*) break ;; '${CLEAR}'*) __hwfe_text=; continue ;; esac
  __hwfe_line=$(printf '%b_' "\${__hwfe_line#?}"); __hwfe_line=\${__hwfe_line%_}
  if [ -z "$__hwfe_text" ]; then __hwfe_text=$__hwfe_line; else __hwfe_text="$__hwfe_text
$__hwfe_line"; fi
  case $__hwfe_text in *\\\\) continue ;; esac
  case $(printf '%s\\n' "$__hwfe_text" | "\${BASH:-sh}" -n 2>&1) in
    *'unexpected end of file'*|*'unexpected EOF'*|*'end of file unexpected'*|*'nterminated quoted'*|*'here-document'*) continue ;;
  esac
  __hwfe_line=$__hwfe_text; __hwfe_text=
  eval "$__hwfe_line"
  __hwfe_status=$?
  [ "$__hwfe_status" = 0 ] || printf '%s\\n' "${key}${ERROR}(status $__hwfe_status)"
done
exit 0
`;
}
