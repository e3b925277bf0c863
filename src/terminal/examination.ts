/** Shows what an examination of the machine found. */
import type { Examination, Fact, LanguageFacts } from '../model/examination.ts';
import type { Style } from './style.ts';
import { visible } from './visible.ts';

const NAMES: Readonly<Record<string, string>> = {
  node: 'Node',
  processors: 'Processors',
  memory: 'Memory',
  sandbox: 'Sandbox',
  'process-limits': 'Process limits',
  history: 'History',
  cache: 'Cache',
  'python-snapshot': 'Python snapshot',
};

export function renderExamination({ version, facts, languages }: Examination, style: Style): string[] {
  const width = Math.max(...Object.values(NAMES).map((name) => name.length));
  return [
    `${style.bold('hwfe')} ${version}`,
    '',
    ...facts.flatMap((fact) => renderFact(fact, (NAMES[fact.subject] ?? fact.subject).padEnd(width), style)),
    '',
    ...languages.flatMap((language) => renderLanguage(language, style)),
  ];
}

function renderFact({ condition, found, advice }: Fact, name: string, style: Style): string[] {
  const sign = { fine: style.green('✓'), missing: style.red('✗'), note: style.yellow('!') }[condition];
  return [`${sign} ${name}  ${visible(found)}`, ...adviceLine(advice, style)];
}

function renderLanguage(facts: LanguageFacts, style: Style): string[] {
  const { language, enabled, runtime, isolation, stricter, embedded, native } = facts;
  const isNative = runtime === 'native';
  const isMissing = enabled && isNative && native?.condition === 'missing';
  const sign = isMissing ? style.red('✗') : enabled ? style.green('✓') : style.dim('–');
  const where = isNative ? `on ${native?.found ?? 'nothing'}` : `in hwfe, ${embedded}`;
  const other = isNative ? embedded && `in hwfe: ${embedded}` : native && `on the machine: ${native.found}`;
  const isolations = `isolation ${isolation}${stricter.length === 0 ? '' : `, on demand ${stricter.join(' and ')}`}`;
  const details = [enabled ? isolations : 'switched off', ...(other ? [other] : [])];
  return [
    `${sign} ${language.padEnd(10)}  ${visible(where)}`,
    `  ${' '.repeat(10)}  ${style.dim(visible(details.join('; ')))}`,
    ...(isMissing || (isNative && native?.condition === 'note') ? adviceLine(native?.advice, style) : []),
  ];
}

function adviceLine(advice: string | undefined, style: Style): string[] {
  return advice === undefined ? [] : [`  ${style.cyan('→')} ${visible(advice)}`];
}
