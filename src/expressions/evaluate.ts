/** Computes the expressions and templates of a workflow in one run. */
import type { EncodedValue } from '../../runners/contract.ts';
import { canonicalise } from '../../runners/value.ts';
import type { InputType } from '../model/input.ts';
import { fail, ok, type Result } from '../model/result.ts';
import type { Expression, Template } from '../model/template.ts';
import { bounded, LONGEST_MS, TooLong } from './bounded.ts';
import { Compiler, errorOf } from './compile.ts';
import { encodedValue, textOf } from './values.ts';

/** What expressions name: `steps`, `inputs` and so on, as CEL has them. */
export interface Names {
  readonly context: object;
  /** A step's output as it came, which is handed on without being read. */
  readonly outputOf?: (step: string) => EncodedValue | undefined;
  /** The same of names that stand for themselves. */
  readonly raw?: ReadonlyMap<string, EncodedValue>;
}

export interface Unevaluated {
  readonly expression: string;
  /** In the workflow file. */
  readonly line: number;
  /** A sentence with the expression in it. */
  readonly message: string;
}

const WHOLE_OUTPUT = /^steps(?:\.([A-Za-z_]\w*)|\["([^"\\]+)"\])\.output$/;

export class Evaluator {
  readonly #compiler: Compiler;

  constructor(inputs: ReadonlyMap<string, InputType>) {
    this.#compiler = new Compiler(inputs);
  }

  /** What the expression gives, as CEL has it. */
  evaluate(expression: Expression, { context }: Names): Result<unknown, Unevaluated> {
    const { text, line } = expression;
    const wrong = (message: string): Result<never, Unevaluated> =>
      fail({ expression: text, line, message: `The expression "${shortened(text)}" ${message}` });
    const compiled = this.#compiler.compile(text, expression);
    if (!compiled.ok) return wrong(`cannot be read: ${compiled.error.message}`);
    const { isCostly, run } = compiled.value;
    try {
      return ok(isCostly ? bounded(() => run(context)) : run(context));
    } catch (error) {
      if (error instanceof TooLong) return wrong(`took longer than ${LONGEST_MS / 1000} s`);
      const { code, message, start, end } = errorOf(error, text);
      if (code === 'no_such_key') return wrong(`has no value: there is no "${text.slice(start, end)}"`);
      return wrong(`cannot be computed: ${message}`);
    }
  }

  isTrue(expression: Expression, names: Names): Result<boolean, Unevaluated> {
    const value = this.evaluate(expression, names);
    if (!value.ok) return value;
    if (typeof value.value === 'boolean') return ok(value.value);
    const { text, line } = expression;
    const found = textOf(value.value);
    const message = `The expression "${shortened(text)}" has to be true or false; it gives ${found.ok ? shortened(found.value) : 'something else'}`;
    return fail({ expression: text, line, message });
  }

  /** The template's value for a step. */
  value(template: Template, names: Names): Result<EncodedValue, Unevaluated> {
    if (template.kind === 'constant') return ok(canonicalText(template.json));
    if (template.kind === 'expression') {
      const { text } = template.expression;
      const raw = names.raw?.get(text);
      if (raw !== undefined) return ok(raw);
      const whole = WHOLE_OUTPUT.exec(text);
      const output = whole === null ? undefined : names.outputOf?.(whole[1] ?? whole[2]!);
      if (output !== undefined) return ok(output);
    }
    const json = this.#json(template, names);
    return json.ok ? ok(canonicalText(json.value)) : json;
  }

  /** The template's value as the text of a variable. */
  text(template: Template, names: Names): Result<string, Unevaluated> {
    switch (template.kind) {
      case 'constant': {
        const value: unknown = JSON.parse(template.json);
        return ok(typeof value === 'string' ? value : template.json);
      }
      case 'expression':
        return this.#textOf(template.expression, names);
      case 'text': {
        if (template.as === 'url') return this.#url(template.parts, names);
        let text = '';
        for (const part of template.parts) {
          const one = typeof part === 'string' ? ok(part) : this.#textOf(part, names);
          if (!one.ok) return one;
          text += one.value;
        }
        return ok(text);
      }
      case 'list':
      case 'table':
        return this.#json(template, names);
    }
  }

  /** What stands at the very beginning is a URL itself; everything else is quoted for one. */
  #url(parts: readonly (string | Expression)[], names: Names): Result<string, Unevaluated> {
    let url = '';
    for (const [index, part] of parts.entries()) {
      if (typeof part === 'string') {
        url += part;
        continue;
      }
      const one = this.#textOf(part, names);
      if (!one.ok) return one;
      if (index > 0 && !one.value.isWellFormed())
        return unusable(part, 'gives half a character, which no URL can hold');
      url += index === 0 ? one.value : encodeURIComponent(one.value);
      // A dot is no sign that can be quoted: between slashes it would lead to another place.
      const path = url.split(/[?#]/, 1)[0]!;
      const isLast = typeof parts[index + 1] !== 'string' || /^[/?#]/.test(parts[index + 1] as string);
      if (index > 0 && isLast && path === url && /\/(?:\.|%2e){1,2}$/i.test(path))
        return unusable(part, `gives ${JSON.stringify(one.value)}, which leads to another place of the URL`);
    }
    return ok(url);
  }

  #textOf(expression: Expression, names: Names): Result<string, Unevaluated> {
    const value = this.evaluate(expression, names);
    if (!value.ok) return value;
    const text = textOf(value.value);
    return text.ok ? text : unusable(expression, text.error);
  }

  #json(template: Template, names: Names): Result<string, Unevaluated> {
    switch (template.kind) {
      case 'constant':
        return ok(template.json);
      case 'expression': {
        const value = this.evaluate(template.expression, names);
        if (!value.ok) return value;
        const encoded = encodedValue(value.value);
        return encoded.ok ? ok(decodeText(encoded.value)) : unusable(template.expression, encoded.error);
      }
      case 'text': {
        const text = this.text(template, names);
        return text.ok ? ok(JSON.stringify(text.value)) : text;
      }
      case 'list': {
        const items: string[] = [];
        for (const item of template.items) {
          const one = this.#json(item, names);
          if (!one.ok) return one;
          items.push(one.value);
        }
        return ok(`[${items.join(',')}]`);
      }
      case 'table': {
        const members: string[] = [];
        for (const [name, member] of template.entries) {
          const one = this.#json(member, names);
          if (!one.ok) return one;
          members.push(`${JSON.stringify(name)}:${one.value}`);
        }
        return ok(`{${members.join(',')}}`);
      }
    }
  }
}

function unusable({ text, line }: Expression, error: string): Result<never, Unevaluated> {
  return fail({ expression: text, line, message: `The expression "${shortened(text)}" ${error}` });
}

function canonicalText(json: string): EncodedValue {
  const text = canonicalise(Buffer.from(json));
  if (!text.ok) throw new Error(`Internal error: a template is no JSON: ${text.message}`);
  return text.value;
}

function decodeText(value: EncodedValue): string {
  return new TextDecoder().decode(value.buffer instanceof SharedArrayBuffer ? value.slice() : value);
}

const LONGEST_SHOWN = 200;

function shortened(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
