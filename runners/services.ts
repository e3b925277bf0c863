/** What the configuration says of the services that actions reach. */

export interface Services {
  /** By name; that of `[llm]` itself is empty. */
  readonly llm: Readonly<Record<string, LlmService>>;
  readonly mail?: MailService;
}

export interface LlmService {
  /** How it is spoken to. */
  readonly provider: 'openai' | 'anthropic';
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly model?: string;
  /** The secret that it asks for, by name. */
  readonly apiKey?: string;
  readonly maxTokens?: number;
  /** It cannot be held to a schema, only asked to keep to it. */
  readonly structured?: false;
  /** What the server calls the most tokens of an answer; absent for `max_tokens`. */
  readonly maxTokensField?: 'max_completion_tokens';
  /** Milliseconds between two requests at the least. */
  readonly everyMs?: number;
  /** When the next request may be sent, in microseconds since 1970: one cell, shared by all threads. */
  readonly next?: BigInt64Array;
}

export interface MailService {
  readonly host: string;
  readonly port: number;
  /** It speaks TLS from the first byte. */
  readonly isSecure: boolean;
  readonly from?: string;
  readonly user?: string;
  /** A secret, by name. */
  readonly password?: string;
}
