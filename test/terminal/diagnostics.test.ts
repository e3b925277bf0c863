// What a person sees of a mistake: every character in its column, nothing hidden, nothing too wide.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { renderDiagnostics } from '../../src/terminal/diagnostics.ts';
import { createStyle } from '../../src/terminal/style.ts';
import { columnsOf } from '../../src/terminal/width.ts';

function show(
  text: string,
  meant: string | readonly [number, number],
  more: Partial<Diagnostic> = {},
  width = 60,
): string {
  const [start, end] = typeof meant === 'string' ? [text.indexOf(meant), text.indexOf(meant) + meant.length] : meant;
  const diagnostic: Diagnostic = {
    code: 'some-code',
    severity: 'error',
    message: 'This is wrong',
    file: { path: 'demo.lua', text },
    span: { start, end },
    ...more,
  };
  return `\n${renderDiagnostics([diagnostic], { style: createStyle(false), width }).join('\n')}\n`;
}

describe('a diagnostic', () => {
  it('shows the line and a squiggle under what is meant', () => {
    expect(show('a = 1\n  depends_on = {"fetsh"}\n', '"fetsh"')).toMatchInlineSnapshot(`
      "
      error: This is wrong [some-code]
       --> demo.lua:2:17
        |
      2 |   depends_on = {"fetsh"}
        |                 ^^^^^^^

      1 error
      "
    `);
  });

  it('keeps its columns behind tabs, wide characters, emoji and combining marks', () => {
    expect(show('\tx = "世界 👩‍👩‍👧 e\u0301", bad\n', 'bad')).toMatchInlineSnapshot(`
      "
      error: This is wrong [some-code]
       --> demo.lua:1:24
        |
      1 |     x = "世界 👩‍👩‍👧 é", bad
        |                      ^^^

      1 error
      "
    `);
    expect(show('"世界" = 1\n', '世界')).toMatchInlineSnapshot(`
      "
      error: This is wrong [some-code]
       --> demo.lua:1:2
        |
      1 | "世界" = 1
        |  ^^^^

      1 error
      "
    `);
  });

  it('cuts a long line around what is meant', () => {
    expect(show(`x = "${'a'.repeat(300)}" + bad + "${'b'.repeat(300)}"\n`, 'bad')).toMatchInlineSnapshot(`
      "
      error: This is wrong [some-code]
       --> demo.lua:1:310
        |
      1 | …aaaaaaaaaaaaaa" + bad + "bbbbbbbbbbbbbbbbbbbbbbbbbbbbb…
        |                    ^^^

      1 error
      "
    `);
    expect(show(`bad = "${'a'.repeat(300)}"\n`, 'bad')).toMatchInlineSnapshot(`
      "
      error: This is wrong [some-code]
       --> demo.lua:1:1
        |
      1 | bad = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
        | ^^^

      1 error
      "
    `);
    expect(show(`x = "${'a'.repeat(300)}" .. bad`, 'bad')).toMatchInlineSnapshot(`
      "
      error: This is wrong [some-code]
       --> demo.lua:1:311
        |
      1 | …aaaaaaaaaaaaa" .. bad
        |                    ^^^

      1 error
      "
    `);
  });

  it('shows the first lines and the last of what spans many', () => {
    expect(
      show('f = function()\n  a()\n  b()\n  c()\n  d()\nend\n', 'function()\n  a()\n  b()\n  c()\n  d()\nend'),
    ).toMatchInlineSnapshot(`
      "
      error: This is wrong [some-code]
       --> demo.lua:1:5
        |
      1 | f = function()
        |     ^^^^^^^^^^
      2 |   a()
        |   ^^^
      3 |   b()
        |   ^^^
        …
      6 | end
        | ^^^

      1 error
      "
    `);
  });

  it('marks one place for an empty span, at the end of a file too', () => {
    expect(show('a = 1\nb =', [9, 9])).toMatchInlineSnapshot(`
      "
      error: This is wrong [some-code]
       --> demo.lua:2:4
        |
      2 | b =
        |    ^

      1 error
      "
    `);
    expect(show('', [0, 0])).toMatchInlineSnapshot(`
      "
      error: This is wrong [some-code]
       --> demo.lua:1:1
        |
      1 |
        | ^

      1 error
      "
    `);
  });

  it('spells out what would steer the terminal or turn the text around', () => {
    expect(
      show('x = "\u001B[2J\u202Etxt\u0007", bad', 'bad', { message: 'Unknown field "\u001B]0;owned\u0007"' }),
    ).toMatchInlineSnapshot(`
      "
      error: Unknown field "␛]0;owned␇" [some-code]
       --> demo.lua:1:18
        |
      1 | x = "␛[2J<U+202E>txt␇", bad
        |                         ^^^

      1 error
      "
    `);
  });

  it('adds the places that belong to it', () => {
    const text = 'a = 1\nb = 2\na = 3\n';
    const related = [{ message: 'It was set here first', span: { start: 0, end: 1 } }];
    expect(show(text, [12, 13], { message: 'Key "a" is set twice', related })).toMatchInlineSnapshot(`
      "
      error: Key "a" is set twice [some-code]
       --> demo.lua:3:1
        |
      3 | a = 3
        | ^
      note: It was set here first
       --> demo.lua:1:1
        |
      1 | a = 1
        | ^

      1 error
      "
    `);
  });

  it('stands in the order of the file, with an honest count', () => {
    const file = { path: 'demo.lua', text: 'one\ntwo\n' };
    const second: Diagnostic = { code: 'b', severity: 'warning', message: 'Second', file, span: { start: 4, end: 7 } };
    const first: Diagnostic = { code: 'a', severity: 'error', message: 'First', file, span: { start: 0, end: 3 } };
    const nowhere: Diagnostic = { code: 'c', severity: 'error', message: 'No file at all' };
    expect(
      `\n${renderDiagnostics([second, first, nowhere], { style: createStyle(false) }).join('\n')}\n`,
    ).toMatchInlineSnapshot(`
      "
      error: First [a]
       --> demo.lua:1:1
        |
      1 | one
        | ^^^

      warning: Second [b]
       --> demo.lua:2:1
        |
      2 | two
        | ^^^

      error: No file at all [c]

      2 errors, 1 warning
      "
    `);
  });

  it('marks the place of a character that nobody sees', () => {
    expect(show('a = \u{E0080}b', '\u{E0080}')).toContain('\n  |     ^\n');
  });

  it('never prints a control character, never runs over the width, for any text and span', () => {
    const anything = fc.string({
      unit: fc.oneof(
        fc.constantFrom('a', ' ', '\t', '\n', '世', '👍🏽', 'e\u0301', '\u001B', '\r', '\u202E'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 200,
    });
    fc.assert(
      fc.property(anything, fc.nat(), fc.nat(), (text, a, b) => {
        const [start, end] = [a % (text.length + 1), b % (text.length + 1)].sort((x, y) => x - y) as [number, number];
        const lines = show(text, [start, end]).split('\n');
        for (const line of lines) {
          // oxlint-disable-next-line no-control-regex
          expect(line).not.toMatch(/[\u0000-\u001F\u007F-\u009F\u202E]/);
          expect(columnsOf(line)).toBeLessThanOrEqual(64);
        }
        expect(lines.some((line) => line.includes('^'))).toBe(true);
      }),
    );
  });
});
