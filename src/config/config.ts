/** Every setting of the engine, complete: what files, environment and flags left out has its default here. */
import type { Isolation, Runtime, Services } from '../../runners/contract.ts';
import type { SecretSource } from '../model/secret.ts';
import type { Cap } from '../model/concurrency.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'trace';

export interface Config {
  readonly workflows: {
    readonly directory: string;
    /** Without the dot. */
    readonly extensions: readonly string[];
    readonly maxWorkflows: number;
  };
  readonly server: { readonly host: string; readonly port: number; readonly staticDir: string };
  readonly execution: {
    readonly mode: ExecutionMode;
    readonly maxParallelSteps: Cap;
    readonly enableStepParallelism: boolean;
    readonly failureMode: FailureMode;
    /** For a whole run; 0 means none. */
    readonly timeoutMs: number;
    /** The least that every step gets. */
    readonly isolation: Isolation;
  };
  readonly runners: {
    readonly lua: InterpreterConfig;
    readonly javascript: InterpreterConfig;
    readonly python: InterpreterConfig;
    readonly shell: { readonly enabled: boolean; readonly interpreter: string };
    readonly action: { readonly enabled: boolean };
    readonly wasm: { readonly enabled: boolean; readonly modulesDir: string; readonly wasiEnabled: boolean };
  };
  /** Of one step, where neither it nor its workflow says otherwise; 0 means no limit, but for `output` and `stdout`. */
  readonly limits: {
    /** Bytes, as the others that name no unit. */
    readonly output: number;
    readonly stdout: number;
    /** 0: the 1 GiB of an embedded language, no limit for a process of the host. */
    readonly memory: number;
    readonly cpuMs: number;
    readonly wallMs: number;
    readonly files: number;
    /** A count. */
    readonly processes: number;
  };
  readonly cache: {
    /** Where Python's compiled library, snapshot and wheels are kept between runs. */
    readonly directory: string;
    /** Whether steps are cached that do not say so. */
    readonly default: boolean;
  };
  readonly store: {
    /** Whether nothing runs that cannot be remembered. */
    readonly required: boolean;
    /** Where runs are remembered; `auto` beside the project, `none` nowhere. */
    readonly path: string;
  };
  /** By name; a secret that is not here is a variable of the environment of its name. */
  readonly secrets: Readonly<Record<string, SecretSource>>;
  /** Language models by name, and where mail is sent. */
  readonly services: Services;
  readonly logging: { readonly level: LogLevel; readonly colored: boolean };
}

export interface InterpreterConfig {
  readonly enabled: boolean;
  readonly runtime: Runtime;
  /** Program of the host for `runtime = "native"`; absent where it is to be found by its usual names. */
  readonly interpreter?: string;
}
