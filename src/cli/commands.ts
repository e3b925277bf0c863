/** The list of commands, each loaded when it is called. */
import type { Command } from './command.ts';
import type { CommandName } from './names.ts';

export interface CommandEntry {
  readonly summary: string;
  load(): Promise<Command>;
}

export const COMMANDS: Readonly<Record<CommandName, CommandEntry>> = {
  run: {
    summary: 'Run workflow files; without a file, all of the workflow directory.',
    load: async () => (await import('./commands/run.ts')).run,
  },
  validate: {
    summary: 'Check workflow files and report every mistake, without running anything.',
    load: async () => (await import('./commands/validate.ts')).validate,
  },
  graph: {
    summary: 'Draw which step waits for which.',
    load: async () => (await import('./commands/graph.ts')).graph,
  },
  watch: {
    summary: 'Run a workflow again whenever a file changes that it depends on.',
    load: async () => (await import('./commands/watch.ts')).watch,
  },
  runs: {
    summary: 'List past runs.',
    load: async () => (await import('./commands/runs.ts')).runs,
  },
  show: {
    summary: 'Show a past run, step by step.',
    load: async () => (await import('./commands/show.ts')).show,
  },
  resume: {
    summary: 'Go on with a run that failed, was cancelled or was interrupted.',
    load: async () => (await import('./commands/resume.ts')).resume,
  },
  approve: {
    summary: 'Answer a step that asks a person.',
    load: async () => (await import('./commands/approve.ts')).approve,
  },
  reject: {
    summary: 'Say no to a step that asks a person.',
    load: async () => (await import('./commands/reject.ts')).reject,
  },
  signal: {
    summary: 'Say to a run that something has happened that it waits for.',
    load: async () => (await import('./commands/signal.ts')).signal,
  },
  memory: {
    summary: 'In a step: read and change what the steps of the run share.',
    load: async () => (await import('./commands/memory.ts')).memory,
  },
  why: {
    summary: 'Say why a step ran, was cached, skipped or failed.',
    load: async () => (await import('./commands/why.ts')).why,
  },
  replay: {
    summary: 'Run one step of a past run again, with the inputs it got.',
    load: async () => (await import('./commands/replay.ts')).replay,
  },
  repl: {
    summary: 'Open a prompt in a step of a past run, with the inputs it got.',
    load: async () => (await import('./commands/repl.ts')).repl,
  },
  report: {
    summary: 'Make a page about a past run.',
    load: async () => (await import('./commands/report.ts')).report,
  },
  diff: {
    summary: 'Show what differs between two runs.',
    load: async () => (await import('./commands/diff.ts')).diff,
  },
  stats: {
    summary: 'Show how often and how fast workflows and steps went.',
    load: async () => (await import('./commands/stats.ts')).stats,
  },
  cancel: {
    summary: 'Stop a run of another process.',
    load: async () => (await import('./commands/cancel.ts')).cancel,
  },
  pin: {
    summary: 'Keep a run from being forgotten.',
    load: async () => (await import('./commands/pin.ts')).pin,
  },
  gc: {
    summary: 'Forget old runs.',
    load: async () => (await import('./commands/gc.ts')).gc,
  },
  export: {
    summary: 'Write a run to one file.',
    load: async () => (await import('./commands/export.ts')).exportCommand,
  },
  import: {
    summary: 'Take in runs that were exported elsewhere.',
    load: async () => (await import('./commands/import.ts')).importCommand,
  },
  test: {
    summary: 'Run the tests of workflows.',
    load: async () => (await import('./commands/test.ts')).test,
  },
  output: {
    summary: 'Print what a step of a past run handed on.',
    load: async () => (await import('./commands/output.ts')).output,
  },
  logs: {
    summary: 'Print what the steps of a run printed.',
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  status: {
    summary: 'List what runs now.',
    load: async () => (await import('./commands/status.ts')).status,
  },
  audit: {
    summary: 'Print every event of a past run.',
    load: async () => (await import('./commands/audit.ts')).audit,
  },
  list: {
    summary: 'List the workflows of the workflow directory.',
    load: async () => (await import('./commands/list.ts')).list,
  },
  examples: {
    summary: 'List, show or copy the workflows that come with hwfe.',
    load: async () => (await import('./commands/examples.ts')).examples,
  },
  config: {
    summary: 'Show every setting and where its value comes from.',
    load: async () => (await import('./commands/config.ts')).config,
  },
  doctor: {
    summary: 'Show what this machine has of what steps may need.',
    load: async () => (await import('./commands/doctor.ts')).doctor,
  },
  schema: {
    summary: 'Print what editors check workflow files by.',
    load: async () => (await import('./commands/schema.ts')).schema,
  },
  help: {
    summary: 'Show what a command does and takes.',
    load: async () => (await import('./commands/help.ts')).help,
  },
};
