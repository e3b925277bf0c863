// In which forms a secret is found, and what is left of text and outputs that had one in them.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Outcome } from '../../runners/contract.ts';
import { LineMask, Masking } from '../../src/run/masking.ts';
import { formsOf } from '../../src/run/secret-forms.ts';

const SECRET = 'p&ss/w"ör d\\+=?~!';
const masking = new Masking(new Map([['TOKEN', SECRET]]));
const base64 = (before: string, after: string): string => Buffer.from(before + SECRET + after).toString('base64');

describe('a secret is found', () => {
  it.each([
    ['as it is', SECRET],
    ['as JSON', JSON.stringify(SECRET)],
    ['as JSON in ASCII', JSON.stringify(SECRET).replace('ö', '\\u00f6')],
    ['as JSON in ASCII with capitals', JSON.stringify(SECRET).replace('ö', '\\u00F6')],
    ['as JSON with escaped slashes', JSON.stringify(SECRET).replace('/', '\\/')],
    ['as part of a URL', encodeURIComponent(SECRET)],
    ['as part of a URL, in small letters', encodeURIComponent(SECRET).toLowerCase().replace('w', 'w')],
    ['as a field of a form', new URLSearchParams({ a: SECRET }).toString().slice(2)],
    ["as Python's quote writes it", encodeURIComponent(SECRET).replace('%2F', '/').replace('!', '%21')],
    ['in hexadecimal digits', Buffer.from(SECRET).toString('hex')],
    ['in capital hexadecimal digits', Buffer.from(SECRET).toString('hex').toUpperCase()],
    ['in base64', base64('', '')],
    ['in base64 with a line end', base64('', '\n')],
    ['in base64 behind one byte', base64('x', 'y')],
    ['in base64 behind two bytes', base64('xy', 'yz')],
    ['in base64 behind a name', base64('user:', '')],
    ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
  ])('%s', (_, text) => {
    const masked = masking.text(`before ${text} after`);
    expect(masked).toContain('***');
    // Up to three characters at each end stand for its neighbours as well.
    expect(masked.length).toBeLessThan('before *** after'.length + 10);
  });

  it('line by line, where it has several', () => {
    const key = '-----BEGIN KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END KEY-----';
    const mask = new Masking(new Map([['KEY', key]]));
    for (const line of key.split('\n')) expect(mask.text(`> ${line}`)).toBe('> ***');
  });

  it('wherever it stands, in any of the forms', () => {
    const secrets = fc.string({ minLength: 6, maxLength: 40, unit: 'grapheme' }).filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(secrets, fc.string({ maxLength: 9 }), fc.string({ maxLength: 9 }), (secret, before, after) => {
        const mask = new Masking(new Map([['S', secret]]));
        const whole = before + secret + after;
        for (const text of [
          whole,
          JSON.stringify(whole),
          encodeURIComponent(whole.toWellFormed()),
          Buffer.from(whole).toString('hex'),
          Buffer.from(whole).toString('base64'),
        ])
          expect(mask.text(text)).toContain('***');
      }),
      { seed: 7, numRuns: 300 },
    );
  });
});

test('a short secret is found as it is only, so that other text stays', () => {
  expect([...formsOf('a1')]).toEqual(['a1']);
  expect(new Masking(new Map([['S', 'a1']])).text('a1 YTE= 6131')).toBe('*** YTE= 6131');
});

describe('printed lines', () => {
  const line = (text: string): { stream: 'stdout'; text: string } => ({ stream: 'stdout', text });

  it('are masked across the pieces of a long line, wherever it is cut', () => {
    for (let cut = 1; cut < SECRET.length; cut++) {
      const mask = new LineMask(masking);
      const first = 'x'.repeat(65536 - cut) + SECRET.slice(0, cut);
      const shown = [...mask.take([line(first)]), ...mask.take([line(`${SECRET.slice(cut)} end`)]), ...mask.finish()];
      expect(shown.map(({ text }) => text).join('')).toBe(`${'x'.repeat(65536 - cut)}*** end`);
    }
  });

  it('are all there, also when the last piece is a full one', () => {
    const mask = new LineMask(masking);
    const shown = [...mask.take([line('y'.repeat(65536))]), ...mask.finish()];
    expect(shown.map(({ text }) => text).join('')).toBe('y'.repeat(65536));
  });

  it('of the two streams are no one text', () => {
    const mask = new LineMask(masking);
    mask.take([line('x'.repeat(65536))]);
    expect(mask.take([{ stream: 'stderr', text: 'short' }])).toEqual([{ stream: 'stderr', text: 'short' }]);
  });
});

describe('an outcome', () => {
  const output = (text: string): Outcome => ({ ok: true, output: Buffer.from(text), warnings: [] });
  const shown = (outcome: Outcome): string => (outcome.ok ? Buffer.from(outcome.output).toString() : '');

  it('without a secret keeps its bytes', () => {
    const given = output('{"a":[1,2.5]}');
    expect(masking.outcome(given)).toEqual(given);
  });

  it('is masked in values and keys, and says so', () => {
    const masked = masking.outcome(output(JSON.stringify({ [SECRET]: 1, a: [`x${SECRET}y`] })));
    expect(shown(masked)).toBe('{"***":1,"a":["x***y"]}');
    expect(masked.warnings).toEqual(['The output held the secret "TOKEN"; "***" stands there now']);
  });

  it('with a secret for a number stays JSON', () => {
    const mask = new Masking(new Map([['PIN', '493817']]));
    expect(shown(mask.outcome(output('{"pin":493817}')))).toBe('"***"');
    expect(shown(mask.outcome(output('{"pin":"493817"}')))).toBe('{"pin":"***"}');
  });

  it('that is a failure is masked in all of its text', () => {
    const failure = {
      reason: 'threw',
      message: SECRET,
      trace: `at ${SECRET}`,
      position: { file: SECRET, line: 1 },
    } as const;
    const masked = masking.outcome({ ok: false, failure, warnings: [SECRET] });
    expect(JSON.stringify(masked)).not.toContain('p&ss');
    expect(masked).toMatchObject({ failure: { reason: 'threw', position: { line: 1 } } });
    const exited = masking.outcome({
      ok: false,
      failure: { reason: 'exited', status: 1, lastLines: ['a', SECRET] },
      warnings: [],
    });
    expect(exited).toMatchObject({ failure: { status: 1, lastLines: ['a', '***'] } });
  });
});
