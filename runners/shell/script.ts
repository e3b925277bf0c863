/** A step's shell code → the text that the shell is given. */
import type { Origin } from '../contract.ts';

/** No fork in it: `parse_input` is called often. `LC_ALL` because ranges such as A-Z follow the locale. */
const PARSE_INPUT_BASH = [
  'parse_input() { local LC_ALL=C hwfe_name=${1-}; hwfe_name=${hwfe_name^^}',
  'hwfe_name=INPUT_${hwfe_name//[^A-Z0-9_]/_}; local hwfe_file=${hwfe_name}_FILE',
  'if [[ -z ${!hwfe_name+x} && -n ${!hwfe_file-} ]]; then cat -- "${!hwfe_file}"; echo',
  `else printf '%s\\n' "\${!hwfe_name-}"; fi; }`,
].join('; ');

const PARSE_INPUT_POSIX = [
  `parse_input() { hwfe_name=INPUT_$(printf %s "\${1-}" | LC_ALL=C tr a-z A-Z | LC_ALL=C tr -c A-Z0-9_ _)`,
  'if eval "[ -z \\"\\${$hwfe_name+x}\\" ] && [ -n \\"\\${${hwfe_name}_FILE-}\\" ]"',
  'then eval "cat -- \\"\\${${hwfe_name}_FILE}\\""; echo',
  `else eval "printf '%s\\\\n' \\"\\\${$hwfe_name-}\\""; fi; }`,
].join('; ');

const CALL_RUN_BASH = 'if declare -f run > /dev/null; then\n  run\nfi\n';
/** `command -v` prints the bare name of a function, the path of a program. */
const CALL_RUN_POSIX = 'case "$(command -v run)" in run) run ;; esac\n';

/** A step that sets such a trap is left alone: ours would be replaced, or `set -E` would change when theirs fires. */
const OWN_TRAP = /\btrap\b[^\n]*\bERR\b|\berrtrace\b/;

/**
 * `set -e`, `parse_input`, the code, the call of `run`. The code keeps its line numbers in the workflow file, so
 * that `$LINENO` and the shell's messages tell them. Under bash the line of a command that fails goes to `lineFile`.
 */
export function shellScript(code: string, origin: Origin, isBash: boolean, lineFile: string): string {
  const before = ['set -e', isBash ? PARSE_INPUT_BASH : PARSE_INPUT_POSIX];
  if (isBash && !OWN_TRAP.test(code)) {
    before.push('set -E', `trap ${quoted(`{ echo "$LINENO" > ${quoted(lineFile)}; } 2> /dev/null`)} ERR`);
  }
  const lines = origin.verbatim ? origin.line - 1 : 0;
  const gap = lines > 0 ? '\n'.repeat(lines) : ' ';
  return `${before.join('; ')};${gap}${code}\n${isBash ? CALL_RUN_BASH : CALL_RUN_POSIX}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
