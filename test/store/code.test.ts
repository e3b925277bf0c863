// Which changes of code are no changes.
import { describe, expect, it } from 'vitest';
import { essence } from '../../src/store/code.ts';

describe('comments and blank lines', () => {
  it.each([
    ['lua', '-- adds\nlocal a = 1  \n\n  -- and\nreturn a', 'local a = 1\nreturn a'],
    [
      'javascript',
      '// adds\nconst a = 1;\n\nexport default () => a; // the end',
      'const a = 1;\nexport default () => a; // the end',
    ],
    ['python', '# adds\ndef run():\n\n  # one\n  return 1', 'def run():\n  return 1'],
  ] as const)('do not count in %s', (language, code, essential) => {
    expect(essence(code, language)).toBe(essential);
  });

  it.each([
    ['lua', 'return [[\n-- text\n]]'],
    ['lua', 'return "a\\z\n-- text"'],
    ['lua', 'return "a\\\n-- text"'],
    ['javascript', 'export default () => `\n// text\n`'],
    ['javascript', 'export default () => "\\\n// text"'],
    ['javascript', '/*\n// */ export default () => 1 /*\n*/'],
    ['python', 'x = """\n# text\n"""'],
    ['python', "x = '''\n# text\n'''"],
    ['python', 'x = "\\\n# text"'],
    ['shell', 'cat <<X\n# text\nX'],
  ] as const)('count in %s where they may be text: %j', (language, code) => {
    expect(essence(code, language)).toBe(code);
  });
});
