// What a workflow's text tells of what it will need, before it is read.
import { describe, expect, it } from 'vitest';
import { languagesInText, namesPrograms } from '../src/warm-up.ts';

describe('a text', () => {
  it.each([
    ['cmd = "ls"', true],
    ["a = { language = 'bash', code = ':' }", true],
    ['language="sh"', true],
    ['file = "steps/fetch.sh"', true],
    ['runtime = "native"', true],
    ['language = "lua"', false],
    ['code = "return cmd == 1"', false],
    ['file = "steps/fetch.shape"', false],
  ])('%j names a program of the host: %s', (text, expected) => {
    expect(namesPrograms(text)).toBe(expected);
  });

  it('names the languages that it has once, and Python however often', () => {
    const text = ['lua', 'bash', 'shell', 'python', 'python', 'cobol'].map((name) => `language = "${name}"`).join('\n');
    expect(languagesInText(text)).toEqual(['lua', 'python']);
  });
});
