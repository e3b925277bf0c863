/** Keys that a Lua table literal gives twice, of which Lua would silently drop the first. */
import type { Diagnostic } from '../../model/diagnostic.ts';
import { mistake } from '../mistakes.ts';
import { type TableConstructor, type TableField, walk } from './ast.ts';
import { keyOf } from './plain.ts';
import type { Syntax } from './syntax.ts';

export function findDuplicates({ file, chunk, places }: Syntax): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const stepTables = new Set<TableConstructor>();
  walk(chunk, (node) => {
    if (node.type === 'TableKeyString' && (node.key.name === 'steps' || node.key.name === 'tasks')) {
      if (node.value.type === 'TableConstructorExpression') stepTables.add(node.value);
    }
    if (node.type !== 'TableConstructorExpression') return;
    const first = new Map<string, Exclude<TableField, { type: 'TableValue' }>>();
    for (const field of node.fields) {
      const key = keyOf(field);
      if (key === undefined || field.type === 'TableValue') continue;
      const earlier = first.get(key);
      if (earlier === undefined) {
        first.set(key, field);
        continue;
      }
      const related = [{ message: 'first defined here', span: places.spanOf(earlier.key) }];
      const isStep = stepTables.has(node);
      const message = isStep
        ? `Rename one of the two steps called "${key}"`
        : `Give "${key}" once; this table has it twice`;
      found.push(
        mistake(file, isStep ? 'duplicate-step' : 'duplicate-field', places.spanOf(field.key), message, related),
      );
    }
  });
  return found;
}
