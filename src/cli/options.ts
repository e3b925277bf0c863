/** Reads a command's arguments against the table of its options. */
import { parseArgs } from 'node:util';
import { didYouMean } from '../model/nearest.ts';
import { fail, ok, type Result } from '../model/result.ts';

export interface Option {
  /** Without the dashes. */
  readonly name: string;
  readonly short?: string;
  /** What its value is called in the help, such as `FILE`; a switch without it. */
  readonly takes?: string;
  /** One line for the help and the manual. */
  readonly about: string;
  /** The setting it stands for, by its key. */
  readonly setting?: string;
}

export interface Arguments {
  readonly words: readonly string[];
  has(name: string): boolean;
  /** The last value given. */
  value(name: string): string | undefined;
  values(name: string): readonly string[];
}

export const HELP: Option = { name: 'help', short: 'h', about: 'Show what the command does and takes.' };

/** Understood by all commands that read the configuration. */
export const COMMON: readonly Option[] = [
  { name: 'config', takes: 'FILE', about: 'Read this file instead of config.toml, .json or .yaml.' },
  { name: 'set', takes: 'KEY=VALUE', about: 'Set any setting, such as limits.output=1GB; may be repeated.' },
  { name: 'color', about: 'Use colours even where the output is no terminal.' },
  { name: 'no-color', about: 'Use no colours.' },
  HELP,
];

/** The error is a sentence that says what is wrong with the command line. */
export function readArguments(args: readonly string[], options: readonly Option[]): Result<Arguments, string> {
  const { tokens, positionals } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      options.map(({ name, short, takes }) => [
        name,
        {
          type: takes === undefined ? ('boolean' as const) : ('string' as const),
          multiple: true,
          ...(short && { short }),
        },
      ]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const option = options.find(({ name }) => name === token.name);
    if (option === undefined) {
      return fail(
        `There is no flag "${token.rawName}"${didYouMean(
          token.rawName,
          options.map(({ name }) => `--${name}`),
        )}`,
      );
    }
    if (option.takes === undefined && token.value !== undefined)
      return fail(`The flag "--${option.name}" takes no value`);
    const isMissing = token.value === undefined || (!token.inlineValue && /^-./.test(token.value));
    if (option.takes !== undefined && isMissing) {
      const like =
        token.value === undefined ? '' : `; one that begins with "-" is written --${option.name}=${token.value}`;
      return fail(`The flag "${token.rawName}" needs a value: ${token.rawName} ${option.takes}${like}`);
    }
    given.set(option.name, [...(given.get(option.name) ?? []), token.value ?? '']);
  }
  return ok({
    words: positionals,
    has: (name) => given.has(name),
    value: (name) => given.get(name)?.at(-1),
    values: (name) => given.get(name) ?? [],
  });
}
