/** A prompt in JavaScript. */
import type { LoopNames } from './names.ts';
import { CLEAR, END, ERROR, MORE, READY } from './typing.ts';

/** `let` and `const` become `var` at the beginning of an entry, so that the next one knows of it. */
export function javascriptLoop({ key, pipe }: LoopNames, isNative: boolean): string {
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
