/** Builds the typed Config from the settings' values. */
import type { Isolation, Runtime, Services } from '../../runners/contract.ts';
import type { SecretSource } from '../model/secret.ts';
import type { Cap } from '../model/concurrency.ts';
import type { ExecutionMode, FailureMode } from '../model/workflow.ts';
import type { Config, InterpreterConfig, LogLevel } from './config.ts';
import { AUTO, type SettingValue } from './settings.ts';

/** `values` has every key of the table, each read by its type. */
export function assemble(
  values: ReadonlyMap<string, SettingValue>,
  secrets: Readonly<Record<string, SecretSource>> = {},
  services: Services = { llm: {} },
): Config {
  const words = (key: string): readonly string[] => get(values, key) as readonly string[];
  const text = (key: string): string => get(values, key) as string;
  const amount = (key: string): number => get(values, key) as number;
  const isOn = (key: string): boolean => get(values, key) as boolean;
  const interpreter = (language: string): InterpreterConfig => {
    const program = text(`runners.${language}.interpreter`);
    return {
      enabled: isOn(`runners.${language}.enabled`),
      runtime: text(`runners.${language}.runtime`) as Runtime,
      ...(program !== AUTO && { interpreter: program }),
    };
  };
  return {
    workflows: {
      directory: text('workflows.directory'),
      extensions: words('workflows.extensions'),
      maxWorkflows: amount('workflows.max_workflows'),
    },
    server: { host: text('server.host'), port: amount('server.port'), staticDir: text('server.static_dir') },
    execution: {
      mode: text('execution.mode') as ExecutionMode,
      maxParallelSteps: get(values, 'execution.max_parallel_steps') as Cap,
      enableStepParallelism: isOn('execution.enable_step_parallelism'),
      failureMode: text('execution.failure_mode') as FailureMode,
      timeoutMs: amount('execution.timeout'),
      isolation: text('execution.isolation') as Isolation,
    },
    runners: {
      lua: interpreter('lua'),
      javascript: interpreter('javascript'),
      python: interpreter('python'),
      shell: { enabled: isOn('runners.shell.enabled'), interpreter: text('runners.shell.interpreter') },
      action: { enabled: isOn('runners.action.enabled') },
      wasm: {
        enabled: isOn('runners.wasm.enabled'),
        modulesDir: text('runners.wasm.modules_dir'),
        wasiEnabled: isOn('runners.wasm.wasi_enabled'),
      },
    },
    limits: {
      output: amount('limits.output'),
      stdout: amount('limits.stdout'),
      memory: amount('limits.memory'),
      cpuMs: amount('limits.cpu'),
      wallMs: amount('limits.wall'),
      files: amount('limits.files'),
      processes: amount('limits.processes'),
    },
    store: { path: text('store.path'), required: isOn('store.required') },
    cache: { directory: text('cache.directory'), default: isOn('cache.default') },
    secrets,
    services,
    logging: { level: text('logging.level') as LogLevel, colored: isOn('logging.colored') },
  };
}

function get(values: ReadonlyMap<string, SettingValue>, key: string): SettingValue {
  const value = values.get(key);
  if (value === undefined) throw new Error(`Internal error: the table has no setting "${key}"`);
  return value;
}
