/** Where a template stands in shell code decides how it is quoted; what it holds stays data in bash and in sh. */
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scanTemplates } from '../../../src/parse/templates/scan.ts';
import { placeInShell } from '../../../src/parse/templates/shell.ts';

function placed(code: string): string {
  const scan = scanTemplates(code, { dollar: false, isOurs: () => true });
  if (!scan.ok) throw new Error('not closed');
  const result = placeInShell(code, scan.found, (index) => `V${index}`);
  return result.ok ? result.code : result.misplaced[0]!.where;
}

test.each([
  ['echo {{ x }}', 'echo "${V0}"'],
  ['echo a{{ x }}b{{ y }}', 'echo a"${V0}"b"${V1}"'],
  ['echo "hello {{ x }}!"', 'echo "hello ${V0}!"'],
  [`echo 'it is {{ x }}'`, `echo 'it is '"\${V0}"''`],
  [`echo 'a' {{ x }} "b"`, `echo 'a' "\${V0}" "b"`],
  ['echo "a $(cat {{ x }}) b {{ y }}"', 'echo "a $(cat "${V0}") b ${V1}"'],
  ['echo "$(echo "{{ x }}")"', 'echo "$(echo "${V0}")"'],
  ['x=${y:-"a}"}; echo {{ x }}', 'x=${y:-"a}"}; echo "${V0}"'],
  ["# it's\necho {{ x }}", '# it\'s\necho "${V0}"'],
  ['echo a#b \\" {{ x }}', 'echo a#b \\" "${V0}"'],
  ['cat <<EOF\na "{{ x }}" b\nEOF\necho {{ y }}', 'cat <<EOF\na "${V0}" b\nEOF\necho "${V1}"'],
  ['cat <<-EOF\n\ta {{ x }}\n\tEOF\necho {{ y }}', 'cat <<-EOF\n\ta ${V0}\n\tEOF\necho "${V1}"'],
  ["cat <<'EOF'\nit's\nEOF\necho {{ y }}", "cat <<'EOF'\nit's\nEOF\necho \"${V0}\""],
  ['cat <<< {{ x }}', 'cat <<< "${V0}"'],
  ['if [[ {{ x }} == a ]]; then (echo {{ y }}); fi', 'if [[ "${V0}" == a ]]; then (echo "${V1}"); fi'],
  ['case {{ x }} in a) echo {{ y }};; esac', 'case "${V0}" in a) echo "${V1}";; esac'],
  ["f() { echo $'a\\'b' {{ x }}; }", "f() { echo $'a\\'b' \"${V0}\"; }"],
])('%s', (code, expected) => {
  expect(placed(code)).toBe(expected);
});

test.each([
  ['echo $(( {{ x }} + 1 ))', 'inside arithmetic, which would compute what it says'],
  ['(( {{ x }} > 1 ))', 'inside arithmetic, which would compute what it says'],
  ['echo $[ {{ x }} ]', 'inside arithmetic, which would compute what it says'],
  ['echo ${y:-{{ x }}}', 'inside "${…}"'],
  ['echo `cat {{ x }}`', 'inside backquotes; write $(…) in their place'],
  ["echo $'{{ x }}'", "inside $'…'"],
  ['echo # {{ x }}', 'in a comment'],
  ["cat <<'EOF'\n{{ x }}\nEOF", 'in a here-document with a quoted word, which the shell does not look into'],
  ['cat <<EOF\n$(echo {{ x }})\nEOF', 'in a here-document behind shell code'],
  ['x=$(case a in a) echo;; esac; echo {{ x }})', 'behind a "case" inside "$(…)"'],
  ['echo \\{{ x }}', 'where the shell does not read it'],
  ['echo ${{ x }}', 'behind a "$"'],
  ['echo "a ${{ x }}"', 'behind a "$"'],
])('%s is refused', (code, where) => {
  expect(placed(code)).toBe(where);
});

const ATTACKS = [
  '"; rm -rf ~ #',
  "'; touch pwned; '",
  '$(touch pwned)',
  '`touch pwned`',
  'a\ntouch pwned\n',
  '* ? [a-z] ~ $HOME ${HOME} $((1+1))',
  '\\',
  '\\"',
  ')} ]] EOF\nEOF\ntouch pwned',
  '-rf',
  '',
  ' a  b\t',
  '!! & | > pwned < x',
  '\u2028\u00e9\u{1f600}',
];
const PLACES = [
  'printf %s {{ x }}',
  'printf %s "{{ x }}"',
  `printf %s '{{ x }}'`,
  'printf %s "$(printf %s. {{ x }})"',
  'cat <<EOF\n{{ x }}.\nEOF',
  'y={{ x }}; printf %s "$y"',
];

describe.each(['bash', 'sh'])('in %s', (shell) => {
  test.each(PLACES)('%s prints any value as it is', (place) => {
    const code = placed(place);
    for (const value of ATTACKS) {
      const out = execFileSync(shell, ['-c', code], {
        env: { PATH: process.env['PATH'], V0: value },
        encoding: 'utf8',
      });
      expect(out.replace(/\.\n?$/, '')).toBe(value);
    }
  });
});

test('of any code, what is placed differs in the templates only', () => {
  const piece = fc.constantFrom(
    '{{ x }}',
    '"',
    "'",
    '$(',
    ')',
    '`',
    '${',
    '}',
    '((',
    '))',
    '#',
    '\n',
    ' ',
    'a',
    '\\',
    '<<EOF\n',
    'EOF\n',
    'case ',
    ';',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
      const code = pieces.join('');
      const scan = scanTemplates(code, { dollar: false, isOurs: () => true });
      if (!scan.ok) return;
      const result = placeInShell(code, scan.found, () => 'V');
      if (!result.ok) return;
      const words = ['"${V}"', '${V}', `'"\${V}"'`];
      const parts = code.split('{{ x }}');
      const pattern = parts.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
      const choice = `(?:${words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`;
      expect(result.code).toMatch(new RegExp(`^${pattern.join(choice)}$`));
    }),
  );
});
