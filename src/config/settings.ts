/** The table of every setting: its key in files, its variable, its type, its default. */

export type SettingValue = string | number | boolean | readonly string[];

export type SettingType =
  | { readonly kind: 'text' }
  /** A leading `~/` stands for the home directory. */
  | { readonly kind: 'path' }
  /** A list in files, separated by commas in variables. */
  | { readonly kind: 'words' }
  | { readonly kind: 'switch' }
  /** With `orAuto`, the word `auto` as well. */
  | { readonly kind: 'count'; readonly least: number; readonly most: number; readonly orAuto?: true }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  /** Kept as milliseconds. */
  | { readonly kind: 'duration' }
  /** Kept as bytes. */
  | { readonly kind: 'size' };

export interface Setting {
  /** As files write it, sections joined by dots: `runners.python.enabled`. */
  readonly key: string;
  readonly variable: string;
  readonly type: SettingType;
  /** As a file would write it. */
  readonly fallback: SettingValue;
  /** One line for `hwfe config` and the manual. */
  readonly about: string;
}

/** Stands for what is found by its usual names: an interpreter, the project's history. */
export const AUTO = 'auto';

const MODES = ['sequential', 'parallel', 'work-stealing'];
const RUNTIMES = ['embedded', 'native'];
const LEVELS = ['error', 'warn', 'info', 'debug', 'trace'];
const ANY_COUNT: SettingType = { kind: 'count', least: 0, most: 1_000_000 };
const SWITCH: SettingType = { kind: 'switch' };
const SIZE: SettingType = { kind: 'size' };
const DURATION: SettingType = { kind: 'duration' };
const TEXT: SettingType = { kind: 'text' };
const PATH: SettingType = { kind: 'path' };

export const SETTINGS: readonly Setting[] = [
  row('workflows.directory', 'HWFE_WORKFLOW_DIR', PATH, 'workflows', 'Where `hwfe` looks for workflow files.'),
  row(
    'workflows.extensions',
    'HWFE_WORKFLOW_EXTENSIONS',
    { kind: 'words' },
    ['lua', 'toml'],
    'Which files of that directory are workflows.',
  ),
  row('workflows.max_workflows', 'HWFE_WORKFLOW_MAX', ANY_COUNT, 100, 'How many of them `hwfe` runs at most.'),

  row('server.host', 'HWFE_SERVER_HOST', TEXT, '127.0.0.1', 'Address of the web page.'),
  row('server.port', 'HWFE_SERVER_PORT', { kind: 'count', least: 0, most: 65_535 }, 3030, 'Its port.'),
  row('server.static_dir', 'HWFE_STATIC_DIR', PATH, 'pkg', 'Directory of its static files.'),

  row(
    'execution.mode',
    'HWFE_EXECUTION_MODE',
    { kind: 'choice', of: MODES },
    'sequential',
    'One step at a time, level by level at once, or each step as soon as it can.',
  ),
  row(
    'execution.max_parallel_steps',
    'HWFE_MAX_PARALLEL_STEPS',
    { kind: 'count', least: 0, most: 1_000_000, orAuto: true },
    0,
    'Most steps at once; 0 means as many as the machine has processors, "auto" fewer while it is short of memory or processors.',
  ),
  row(
    'execution.enable_step_parallelism',
    'HWFE_ENABLE_PARALLELISM',
    SWITCH,
    true,
    'Whether one step may fan out into several.',
  ),
  row(
    'execution.failure_mode',
    'HWFE_FAILURE_MODE',
    { kind: 'choice', of: ['no-new', 'kill', 'continue'] },
    'no-new',
    'When a step fails: start nothing new, stop what runs, or go on with what does not depend on it.',
  ),
  row('execution.timeout', 'HWFE_TIMEOUT', DURATION, 0, 'For a whole run (`90s`, `1h`); 0 means no limit.'),
  row(
    'execution.isolation',
    'HWFE_ISOLATION',
    { kind: 'choice', of: ['thread', 'process', 'os'] },
    'thread',
    'How strictly every step is kept apart at least; workflows and steps may ask for more.',
  ),

  ...interpreted('lua', 'LUA', '`lua5.4` or `lua`'),
  ...interpreted('javascript', 'JS', '`node`'),
  ...interpreted('python', 'PYTHON', '`python3` or `python`'),
  row('runners.shell.enabled', 'HWFE_SHELL_ENABLED', SWITCH, true, 'Whether shell steps may run.'),
  row('runners.shell.interpreter', 'HWFE_SHELL_INTERPRETER', TEXT, 'bash', 'Program that runs shell steps.'),
  row(
    'runners.action.enabled',
    'HWFE_ACTION_ENABLED',
    SWITCH,
    true,
    'Whether steps without code (`http`, `file`, `assert` and so on) may run.',
  ),
  row('runners.wasm.enabled', 'HWFE_WASM_ENABLED', SWITCH, true, 'Whether WASM steps may run.'),
  row(
    'runners.wasm.modules_dir',
    'HWFE_WASM_MODULES_DIR',
    PATH,
    'wasm_modules/target/wasm32-unknown-unknown/release',
    'Where modules are looked up last.',
  ),
  row('runners.wasm.wasi_enabled', 'HWFE_WASM_WASI_ENABLED', SWITCH, true, 'Whether WASI commands may run.'),

  row('limits.output', 'HWFE_LIMITS_OUTPUT', SIZE, '256MB', 'Largest output of one step.'),
  row(
    'limits.stdout',
    'HWFE_LIMITS_STDOUT',
    SIZE,
    '64MB',
    'How much of what one step prints is shown and kept; the rest is counted.',
  ),
  row(
    'limits.memory',
    'HWFE_LIMITS_MEMORY',
    SIZE,
    0,
    'Most memory of one step; 0 means 1 GiB in an embedded language, no limit for a process of the machine.',
  ),
  row('limits.cpu', 'HWFE_LIMITS_CPU', DURATION, 0, 'Most CPU time of one attempt; 0 means no limit.'),
  row('limits.wall', 'HWFE_LIMITS_WALL', DURATION, 0, 'How long one attempt may take; 0 means no limit.'),
  row('limits.files', 'HWFE_LIMITS_FILES', SIZE, 0, 'Largest file a shell or native step may write; 0 means no limit.'),
  row(
    'limits.processes',
    'HWFE_LIMITS_PROCESSES',
    ANY_COUNT,
    0,
    'Most processes of one shell or native step at once; 0 means no limit.',
  ),
  row(
    'cache.directory',
    'HWFE_CACHE_DIR',
    PATH,
    '~/.cache/hwfe',
    'Where interpreters keep what they compile; `$XDG_CACHE_HOME/hwfe` where that is set.',
  ),

  row(
    'cache.default',
    'HWFE_CACHE_DEFAULT',
    SWITCH,
    false,
    'Whether steps are cached that do not say so; shell and native ones never are unless they tell what they read.',
  ),
  row(
    'store.path',
    'HWFE_STATE_DIR',
    PATH,
    AUTO,
    'Where runs are remembered; "auto" is `.hwfe` beside the project, "none" remembers nothing.',
  ),

  row('store.required', 'HWFE_STORE_REQUIRED', SWITCH, false, 'Whether nothing runs that cannot be remembered.'),

  row('logging.level', 'HWFE_LOG_LEVEL', { kind: 'choice', of: LEVELS }, 'warn', 'How much hwfe says of itself.'),
  row('logging.colored', 'HWFE_LOG_COLORED', SWITCH, true, 'Whether it may use colours where the terminal has them.'),
];

function row(key: string, variable: string, type: SettingType, fallback: SettingValue, about: string): Setting {
  return { key, variable, type, fallback, about };
}

function interpreted(language: string, prefix: string, usual: string): Setting[] {
  const name = { lua: 'Lua', javascript: 'JavaScript', python: 'Python' }[language];
  return [
    row(`runners.${language}.enabled`, `HWFE_${prefix}_ENABLED`, SWITCH, true, `Whether ${name} steps may run.`),
    row(
      `runners.${language}.runtime`,
      `HWFE_${prefix}_RUNTIME`,
      { kind: 'choice', of: RUNTIMES },
      'embedded',
      'Inside hwfe, or on the interpreter of this machine.',
    ),
    row(
      `runners.${language}.interpreter`,
      `HWFE_${prefix}_INTERPRETER`,
      TEXT,
      AUTO,
      `That interpreter; "auto" takes ${usual} from \`PATH\`.`,
    ),
  ];
}
