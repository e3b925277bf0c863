/** The actions of a step in a TypeScript object. Any text may have templates in it. */
import type { DurationText } from '../shared-definitions.ts';

type Scalar = string | number | boolean;
type Pairs = string | Record<string, Scalar | readonly Scalar[]>;

export interface HttpDefinition {
  /** What a template in it gives is quoted, but for one at the very beginning. */
  url: string;
  /** Default: `POST` with a body, else `GET`. */
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | (string & {});
  headers?: Pairs;
  query?: Pairs;
  /** One of `json`, `form`, `body`. */
  json?: unknown;
  form?: Pairs;
  /** A text, or a template that gives bytes or a file. */
  body?: string;
  /** Of one request. Default: `30s`. */
  timeout?: DurationText;
  /** After 429, 5xx, or no answer. Default: 2 for GET and HEAD, else 0. */
  retries?: number | string;
  /** Between two requests. Default: `1m`. */
  longest_wait?: DurationText;
  /** Statuses such as 200 or `2xx`. Default: `2xx`. */
  expect?: number | string | readonly (number | string)[];
  /** Default: true. */
  redirects?: boolean;
  /** Default: what its content type says, or `file` with `path`. */
  response?: 'json' | 'text' | 'bytes' | 'file';
  /** Where the body is written. */
  path?: string;
}

type FileFormat = 'text' | 'json' | 'jsonl' | 'csv' | 'toml' | 'yaml' | 'bytes';

/** One operation with its path. */
export type FileDefinition =
  | ({ read: string; missing_ok?: boolean } & Formatted)
  | ({ write: string; content: unknown; indent?: number } & Formatted)
  | ({ append: string; content: unknown } & Formatted)
  | { copy: string; to: string }
  | { move: string; to: string }
  | { delete: string; missing_ok?: boolean }
  | { list: string }
  | { glob: string }
  | { stat: string }
  | { mkdir: string };

interface Formatted {
  /** Default: what the file's ending says, else `text`. */
  format?: FileFormat;
  /** Of CSV. Default: true. */
  header?: boolean;
  /** Of CSV. Default: `,`. */
  delimiter?: string;
}

/** An expression alone, or one of two ways. */
export type TransformDefinition =
  | string
  | { cel: string }
  /** A JSONPath, and what it picks out of. */
  | { pick: string; from: unknown; default?: unknown };

/** An expression alone, or one with the message that it fails with. */
export type AssertDefinition = string | { that: string; message?: string };

export interface LlmDefinition {
  prompt: string;
  system?: string;
  /** Default: the configuration's. */
  model?: string;
  /** A JSON Schema that the answer has to fit, which is a value then. */
  schema?: unknown;
  /** How often it is asked again where its answer does not fit. Default: 1. */
  repairs?: number;
  max_tokens?: number | string;
  temperature?: number | string;
  /** Of one request. Default: `2m`. */
  timeout?: DurationText;
  /** Which section `[llm.NAME]` of the configuration is meant. Default: `[llm]`. */
  service?: string;
}

/** By a webhook or by mail. */
export type NotifyDefinition =
  | ({
      webhook: string;
      headers?: Pairs;
      /** Default: 2. */
      retries?: number | string;
      timeout?: DurationText;
    } & ({ text: string } | { json: unknown }))
  | {
      mail: string | readonly string[];
      text: string;
      subject?: string;
      /** Default: the configuration's. */
      from?: string;
      timeout?: DurationText;
    };
