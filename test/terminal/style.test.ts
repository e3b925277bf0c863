// Colours where they are wanted, and no character that steers a terminal or hides.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStyle, wantsColours, type ColourWish } from '../../src/terminal/style.ts';
import { visible, visibleLine } from '../../src/terminal/visible.ts';
import { columnsOf, cutEnd, fit, wrap } from '../../src/terminal/width.ts';

describe('colours', () => {
  const terminal: ColourWish = { configured: true, env: {}, isTerminal: true };
  it.each<[string, boolean, Partial<ColourWish>]>([
    ['on a terminal', true, {}],
    ['in a pipe', false, { isTerminal: false }],
    ['with NO_COLOR', false, { env: { NO_COLOR: '1' } }],
    ['with an empty NO_COLOR, which counts as none', true, { env: { NO_COLOR: '' } }],
    ['with TERM=dumb', false, { env: { TERM: 'dumb' } }],
    ['with FORCE_COLOR in a pipe', true, { env: { FORCE_COLOR: '1' }, isTerminal: false }],
    ['with FORCE_COLOR=0', false, { env: { FORCE_COLOR: '0' } }],
    ['with logging.colored = false', false, { configured: false }],
    ['with --color against NO_COLOR', true, { flag: true, env: { NO_COLOR: '1' }, isTerminal: false }],
    ['with --no-color', false, { flag: false, env: { FORCE_COLOR: '1' } }],
  ])('%s: %s', (_, wanted, wish) => {
    expect(wantsColours({ ...terminal, ...wish })).toBe(wanted);
  });

  it('leave no trace where they are not wanted', () => {
    const { bold, red, byName } = createStyle(false);
    expect(bold(red(byName('a', 'x')))).toBe('x');
  });

  it('of a name are the same every time', () => {
    expect(createStyle(true).byName('clean', 'x')).toBe(createStyle(true).byName('clean', 'x'));
  });
});

describe('text of others', () => {
  it('keeps what is seen and spells out what is not', () => {
    expect(visible('Köln 世界 👩‍👩‍👧 \t|')).toBe('Köln 世界 👩‍👩‍👧 \t|');
    expect(visible('\u001B]8;;x\u0007\u009B2J\u202E\uFEFF\u2028\uD800\u{E0041}')).toBe(
      '␛]8;;x␇<U+009B>2J<U+202E><U+FEFF><U+2028><U+D800><U+E0041>',
    );
    expect(visibleLine('\u001B[1;31mred\u001B[0m\r')).toBe('red');
  });

  it('never brings a control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // oxlint-disable-next-line no-control-regex
        expect(visibleLine(text)).not.toMatch(/[\u0000-\u0008\u000A-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/);
      }),
    );
  });
});

describe('widths', () => {
  it.each([
    ['abc', 3],
    ['世界', 4],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['🇩🇪', 2],
    ['⚠️', 2],
    ['✓…é', 3],
    ['\u200D', 0],
    ['ﾊ', 1],
  ])('of %s is %i', (text, columns) => {
    expect(columnsOf(text)).toBe(columns);
  });

  it('are kept by cutting and filling', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 40 }), (text, columns) => {
        expect(columnsOf(cutEnd(text, columns))).toBeLessThanOrEqual(columns);
        expect(columnsOf(fit(text, columns))).toBe(columns);
      }),
    );
  });

  it('are kept by wrapping, where no word is longer', () => {
    expect(wrap('one two three four', 9)).toEqual(['one two', 'three', 'four']);
    expect(wrap('', 9)).toEqual(['']);
  });
});
