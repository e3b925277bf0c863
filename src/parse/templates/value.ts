/** A value of a file, with templates in its texts, becomes a Template. */
import type { Template } from '../../model/template.ts';
import { describe, type DocumentValue } from '../document.ts';
import { numberText } from '../fields/value-field.ts';
import { readText, strict, type TextContext } from './text.ts';
import type { UseContext } from './uses.ts';

/** Nothing if some part of it is a mistake, which has been told. */
export function readTemplate(value: DocumentValue, context: UseContext, files: TextContext): Template | undefined {
  switch (value.kind) {
    case 'text': {
      const told = files.mistakes.count;
      const template = readText(value, strict(context), context, files);
      if (template === undefined && files.mistakes.count > told) return undefined;
      return template ?? constant(JSON.stringify(value.value));
    }
    case 'number':
      return constant(numberText(value, files.mistakes.file.text));
    case 'boolean':
      return constant(String(value.value));
    case 'odd':
      if (value.what === 'null') return constant('null');
      files.mistakes.add('wrong-type', value.span, `${context.what} has ${describe(value)} in it, which is no value`);
      return undefined;
    case 'list': {
      const items = value.items.map((item) => readTemplate(item, context, files));
      if (!items.every((item) => item !== undefined)) return undefined;
      if (!items.every(isConstant)) return { kind: 'list', items };
      return constant(`[${items.map(({ json }) => json).join(',')}]`);
    }
    case 'table': {
      const read = [...value.entries].map(
        ([name, entry]) => [name, readTemplate(entry.value, context, files)] as const,
      );
      const entries = read.flatMap(([name, template]) => (template === undefined ? [] : [[name, template] as const]));
      if (entries.length < read.length) return undefined;
      const constants = entries.flatMap(([name, template]) =>
        template.kind === 'constant' ? [`${JSON.stringify(name)}:${template.json}`] : [],
      );
      return constants.length === entries.length ? constant(`{${constants.join(',')}}`) : { kind: 'table', entries };
    }
  }
}

function isConstant(template: Template): template is Template & { kind: 'constant' } {
  return template.kind === 'constant';
}

function constant(json: string): Template {
  return { kind: 'constant', json };
}
