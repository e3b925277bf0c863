// The block at the bottom of a terminal: redrawn in place, lines above it kept, in windows that change.
import { describe, expect, it } from 'vitest';
import { createScreen } from '../../src/terminal/screen.ts';
import { terminal } from './terminal.ts';

describe('a screen', () => {
  it('replaces the block and keeps what is above it', () => {
    const { write, lines } = terminal(40);
    const screen = createScreen(write, () => 40);
    screen.draw(['first'], ['aaaa', 'bbbb', 'cccc']);
    screen.draw(['second'], ['a', 'b']);
    screen.draw([], ['x', 'y', 'z']);
    expect(lines()).toEqual(['first', 'second', 'x', 'y', 'z', '']);
  });

  it('lets long lines above it wrap', () => {
    const { write, lines } = terminal(10);
    const screen = createScreen(write, () => 10);
    screen.draw([], ['block']);
    screen.draw(['0123456789abcdef'], ['block']);
    screen.draw([], ['end']);
    expect(lines()).toEqual(['0123456789', 'abcdef', 'end', '']);
  });

  it('counts the rows that a narrower window made of the block', () => {
    let columns = 20;
    const written: string[] = [];
    const screen = createScreen(
      (text) => written.push(text),
      () => columns,
    );
    screen.draw([], ['0123456789abcde', 'short']);
    columns = 10;
    screen.draw([], ['x']);
    expect(written.at(-1)).toContain('\u001B[3A');
  });

  it('draws each frame with one write, which a terminal may hold back until it is complete', () => {
    const written: string[] = [];
    const screen = createScreen(
      (text) => written.push(text),
      () => 40,
    );
    screen.draw(['above'], ['block']);
    expect(written).toHaveLength(1);
    expect(written[0]!.startsWith('\u001B[?2026h')).toBe(true);
    expect(written[0]!.endsWith('\u001B[?2026l')).toBe(true);
  });

  it('hides the cursor and gives it back', () => {
    const { write, isCursorShown } = terminal(40);
    const screen = createScreen(write, () => 40);
    screen.draw([], ['block']);
    expect(isCursorShown()).toBe(false);
    screen.leave();
    expect(isCursorShown()).toBe(true);
    screen.draw([], ['block']);
    expect(isCursorShown()).toBe(false);
  });

  it('puts the cursor where something is typed, and finds the first row of the block again from there', () => {
    const { write, lines, isCursorShown, cursor } = terminal(40);
    const screen = createScreen(write, () => 40);
    screen.draw(['above'], ['view', '> typed', 'more'], { row: 1, column: 4 });
    expect([isCursorShown(), cursor()]).toEqual([true, { row: 2, column: 4 }]);
    screen.draw(['printed'], ['view 2', '> typed', 'more'], { row: 1, column: 7 });
    expect(lines()).toEqual(['above', 'printed', 'view 2', '> typed', 'more', '']);
    expect(cursor()).toEqual({ row: 3, column: 7 });
    screen.leave();
    expect(cursor()).toEqual({ row: 5, column: 0 });
    screen.draw([], ['view 3']);
    expect(lines()).toEqual(['above', 'printed', 'view 2', '> typed', 'more', 'view 3', '']);
  });
});
