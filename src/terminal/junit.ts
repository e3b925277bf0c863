/** Results of tests as JUnit writes them, which is what servers for continuous integration read. */

export interface JunitSuite {
  readonly path: string;
  readonly durationMs: number;
  readonly tests: readonly {
    readonly name: string;
    readonly line: number;
    readonly durationMs: number;
    readonly complaints: readonly { readonly message: string }[];
  }[];
}

export function renderJunit(suites: readonly JunitSuite[]): string {
  const failed = (tests: JunitSuite['tests']): number => tests.filter(({ complaints }) => complaints.length > 0).length;
  const all = suites.flatMap(({ tests }) => tests);
  const took = suites.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="hwfe" tests="${all.length}" failures="${failed(all)}" errors="0" time="${seconds(took)}">`,
  ];
  for (const { path, durationMs, tests } of suites) {
    const counts = `tests="${tests.length}" failures="${failed(tests)}" errors="0" skipped="0"`;
    lines.push(`  <testsuite name="${escaped(path)}" ${counts} time="${seconds(durationMs)}">`);
    for (const { name, line, durationMs: ms, complaints } of tests) {
      const head = `    <testcase classname="${escaped(path)}" name="${escaped(name)}" file="${escaped(path)}" line="${line}" time="${seconds(ms)}"`;
      if (complaints.length === 0) lines.push(`${head}/>`);
      else {
        const text = complaints.map(({ message }) => message).join('\n');
        const failure = `<failure message="${escaped(complaints[0]!.message)}" type="mismatch">${escaped(text)}</failure>`;
        lines.push(`${head}>`, `      ${failure}`, '    </testcase>');
      }
    }
    lines.push('  </testsuite>');
  }
  return `${[...lines, '</testsuites>'].join('\n')}\n`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** XML has no form for most control characters and for lone surrogates. */
function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[&<>"\n\t]/g, (character) => ENTITIES[character]!)
    .replaceAll(/\p{Cc}|[\ufffe\uffff]/gu, '\ufffd');
}
