/** Tells of a field that nobody reads, with the one that was probably meant. */
import { nearest } from '../../model/nearest.ts';
import type { Entry } from '../document.ts';
import type { Mistakes } from '../mistakes.ts';

/** Words that other tools use for what we call otherwise. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([
  ['needs', 'depends_on'],
  ['dependencies', 'depends_on'],
  ['depends', 'depends_on'],
  ['deps', 'depends_on'],
  ['after', 'depends_on'],
  ['requires', 'depends_on'],
  ['lang', 'language'],
  ['type', 'language'],
  ['script', 'code'],
  ['source', 'code'],
  ['command', 'cmd'],
  ['shell', 'cmd'],
  ['environment', 'env'],
  ['cwd', 'working_dir'],
  ['dir', 'working_dir'],
  ['working_directory', 'working_dir'],
  ['retry', 'retries'],
  ['max_retries', 'retries'],
  ['jobs', 'steps'],
  ['steps', 'parallel'],
  ['tasks', 'parallel'],
  ['group', 'parallel'],
  ['when', 'if'],
  ['condition', 'if'],
  ['on_error', 'on_failure'],
  ['approval', 'title'],
  ['question', 'title'],
  ['items', 'foreach'],
  ['for_each', 'foreach'],
  ['title', 'name'],
  ['wasm', 'module'],
  ['entry', 'func'],
]);

/** Fields of an action that are easily written beside its table. */
const INSIDE: ReadonlyMap<string, readonly string[]> = new Map([
  ['message', ['assert']],
  ['that', ['assert']],
  ['url', ['http']],
  ['method', ['http']],
  ['headers', ['http', 'notify']],
  ['query', ['http']],
  ['json', ['http', 'notify']],
  ['body', ['http']],
  ['expect', ['http']],
  ['content', ['file']],
  ['format', ['file']],
  ['to', ['file']],
  ['prompt', ['llm']],
  ['model', ['llm']],
  ['system', ['llm']],
  ['schema', ['llm']],
  ['from', ['transform', 'notify']],
  ['text', ['notify']],
  ['subject', ['notify']],
]);

/** Of the known fields the one that was probably meant. */
export function meantField(name: string, known: readonly string[]): string | undefined {
  const elsewhere = ELSEWHERE.get(name.toLowerCase());
  return elsewhere !== undefined && known.includes(elsewhere) ? elsewhere : nearest(name, known);
}

/** So many are told where none is like it. */
const FEW = 8;

/** `owner` begins the sentence: `step "build"`, `the workflow`. */
export function tellUnknownField(
  name: string,
  entry: Entry,
  mistakes: Mistakes,
  owner: string,
  known: readonly string[],
  siblings: readonly string[] = [],
): void {
  if (entry.value.kind === 'odd' && entry.value.what === 'function') {
    const message = `Write code as text: code = [[ … ]]; "${name}" of ${owner} is a Lua function of the workflow file`;
    mistakes.add('function-value', entry.keySpan, message);
    return;
  }
  const action = INSIDE.get(name)?.find((one) => known.includes(one) && siblings.includes(one));
  if (action !== undefined) {
    const message = `Write "${name}" of ${owner} inside of "${action}": ${action} = { …, ${name} = … }`;
    mistakes.add('unknown-field', entry.keySpan, message);
    return;
  }
  const meant = meantField(name, known);
  const all = known.length <= FEW ? `; it takes ${known.map((one) => `"${one}"`).join(', ')}` : '';
  const guess = meant === undefined ? all : `; did you mean "${meant}"?`;
  const subject = owner.charAt(0).toUpperCase() + owner.slice(1);
  mistakes.add('unknown-field', entry.keySpan, `${subject} has an unknown field "${name}"${guess}`);
}
