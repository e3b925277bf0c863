/** Finds the bracket of a Lua text that is open where its reader gave up. */

/** Texts, comments and brackets; all else is passed over. */
const TOKEN =
  /--\[(=*)\[[^]*?(?:\]\1\]|$)|--[^\n]*|\[(=*)\[[^]*?(?:\]\2\]|$)|"(?:\\[^]|[^"\\\n])*"?|'(?:\\[^]|[^'\\\n])*'?|[{}()[\]]/g;

/** The offset of the last that is not closed before `end`. */
export function unclosedBefore(text: string, end: number): number | undefined {
  const open: number[] = [];
  for (const { 0: token, index } of text.slice(0, end).matchAll(TOKEN)) {
    if (token === '{' || token === '(' || token === '[') open.push(index);
    else if (token === '}' || token === ')' || token === ']') open.pop();
  }
  return open.at(-1);
}
