// What a step prints, on its way to the host.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { PrintedLine } from '../../runners/contract.ts';
import { Printer } from '../../runners/printer.ts';

function printed(act: (printer: Printer) => void): { sent: PrintedLine[]; batches: number } {
  const sent: PrintedLine[] = [];
  const printer = new Printer((lines) => sent.push(...lines));
  act(printer);
  sent.push(...printer.finish());
  return { sent, batches: printer.batches };
}

it('joins pieces into lines, and ends a half line when the step ends', () => {
  const { sent } = printed((printer) => {
    printer.print('stdout', 'one\ntw');
    printer.print('stderr', 'oops');
    printer.print('stdout', 'o\r\n\nthree');
  });
  expect(sent).toEqual([
    { stream: 'stdout', text: 'one' },
    { stream: 'stdout', text: 'two' },
    { stream: 'stdout', text: '' },
    { stream: 'stdout', text: 'three' },
    { stream: 'stderr', text: 'oops' },
  ]);
});

it('sends the first line at once', () => {
  const sent: PrintedLine[] = [];
  const printer = new Printer((lines) => sent.push(...lines));
  printer.print('stdout', 'now\n');
  expect(sent).toEqual([{ stream: 'stdout', text: 'now' }]);
  expect(printer.finish()).toEqual([]);
});

it('sends a flood in few messages', () => {
  const { sent, batches } = printed((printer) => {
    for (let i = 0; i < 50_000; i++) printer.print('stdout', `${i}\n`);
  });
  expect(sent.map((line) => line.text)).toEqual(Array.from({ length: 50_000 }, (_, i) => String(i)));
  expect(batches).toBeLessThan(1000);
});

it('cuts a line without an end into pieces', () => {
  const { sent } = printed((printer) => printer.print('stdout', 'x'.repeat(200_000)));
  expect(sent.map((line) => line.text.length)).toEqual([65_536, 65_536, 65_536, 3_392]);
});

it('gives the same lines however the text is cut', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '\n', 'é') }), { maxLength: 20 }), (pieces) => {
      const whole = printed((printer) => printer.print('stdout', pieces.join(''))).sent;
      const cut = printed((printer) => {
        for (const piece of pieces) printer.print('stdout', piece);
      }).sent;
      expect(cut).toEqual(whole);
    }),
  );
});
