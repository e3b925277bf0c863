// What is asked and typed below a view: in every window as a whole, with the cursor where the next character goes.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { typingRows } from '../../src/terminal/typing.ts';
import { columnsOf } from '../../src/terminal/width.ts';

it('shows the question, what was said to it, and what is typed, with the cursor in it', () => {
  const typing = { lines: ['? ask: Ship it?', '  yes or no: maybe'], prompt: '  yes or no: ', text: 'yes', cursor: 2 };
  expect(typingRows(typing, 80, 10)).toEqual({
    rows: ['? ask: Ship it?', '  yes or no: maybe', '  yes or no: yes'],
    row: 2,
    column: 15,
  });
});

it('breaks a long answer and a long question, and leaves out what there is no room for', () => {
  const typing = {
    lines: ['? ask: a long question for you', 'old', 'new'],
    prompt: '> ',
    text: '0123456789',
    cursor: 10,
  };
  expect(typingRows(typing, 11, 20)).toEqual({
    rows: ['? ask: a', 'long', 'question', 'for you', 'old', 'new', '> 01234567', '89'],
    row: 7,
    column: 2,
  });
  expect(typingRows(typing, 11, 5).rows).toEqual(['? ask: a …', 'old', 'new', '> 01234567', '89']);
  expect(typingRows({ ...typing, text: '01234567', cursor: 8 }, 11, 20)).toMatchObject({ row: 7, column: 0 });
});

it('fits every window, and spells out what would steer the terminal', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 6 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.nat(60),
      fc.integer({ min: 4, max: 60 }),
      fc.integer({ min: 2, max: 12 }),
      (lines, text, at, width, most) => {
        const cursor = Math.min(at, text.length);
        const { rows, row, column } = typingRows({ lines, prompt: '  > ', text, cursor }, width, most);
        expect(rows.length).toBeLessThanOrEqual(most);
        for (const one of rows) {
          expect(columnsOf(one)).toBeLessThan(width);
          // oxlint-disable-next-line no-control-regex
          expect(one).not.toMatch(/[\u0000-\u001F]/);
        }
        expect(row).toBeLessThan(rows.length);
        expect(column).toBeLessThan(width);
      },
    ),
  );
});
