/** What is asked of a language model and what comes back, whatever the provider; each provider's way to say it is a `Dialect`. */

export interface Turn {
  readonly by: 'user' | 'model';
  readonly text: string;
}

export interface Question {
  readonly model: string;
  readonly system?: string;
  readonly turns: readonly Turn[];
  /** JSON text of the schema that the answer has to fit. */
  readonly schema?: string;
  /** Whether the provider can be asked to hold the answer to it. */
  readonly isStructured: boolean;
  readonly maxTokens?: number;
  /** What the provider calls that, where it has several names for it. */
  readonly maxTokensField?: 'max_completion_tokens';
  readonly temperature?: number;
}

export interface Reply {
  readonly text: string;
  /** It had more to say. */
  readonly isCutOff: boolean;
  readonly tokens: { readonly input: number; readonly output: number };
}

export interface Dialect {
  /** `path` goes behind the service's URL; the body is JSON. */
  request(
    question: Question,
    key: string | undefined,
  ): { readonly path: string; readonly headers: readonly (readonly [string, string])[]; readonly body: string };
  /** Nothing where the answer is not of this dialect. */
  reply(answer: unknown): Reply | undefined;
}

/** Any model understands it, also one that cannot be held to a schema. */
export function systemFor({ system, schema }: Question): string | undefined {
  if (schema === undefined) return system;
  const wish = `Answer with one JSON value only, without any text around it, that fits this JSON Schema:\n${schema}`;
  return system === undefined ? wish : `${system}\n\n${wish}`;
}

/** A member of a table, by its path; nothing where it is not there. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let found = value;
  for (const key of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined;
    found = (found as Readonly<Record<string | number, unknown>>)[key];
  }
  return found;
}

/** A provider that does not count counts as zero. */
export function countAt(value: unknown, ...path: readonly (string | number)[]): number {
  const count = at(value, ...path);
  return typeof count === 'number' ? count : 0;
}
