/** Code as it counts: without lines that only hold a comment, where it is certain that they do. */
import type { Language } from '../../runners/contract.ts';

/** What begins a comment that fills its line, and what may hold strings over several lines, in which nothing is a comment. */
const COMMENTS: Partial<Record<Language, { readonly line: RegExp; readonly unsure: RegExp }>> = {
  lua: { line: /^\s*--(?!\[)/, unsure: /\[=*\[|\\z|\\$/m },
  javascript: { line: /^\s*\/\//, unsure: /`|\/\*|\\$/m },
  python: { line: /^\s*#/, unsure: /"""|'''|\\$/m },
};

/** Two codes for which this gives the same do the same. Shell code is taken as it is: only a shell can read it. */
export function essence(code: string, language: Language): string {
  const comments = COMMENTS[language];
  if (comments === undefined || comments.unsure.test(code)) return code;
  return code
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !comments.line.test(line))
    .join('\n');
}
