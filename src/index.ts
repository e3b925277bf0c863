/** The public library. */
export { createEngine } from './engine.ts';
export type { Engine, EngineOptions, LoadOptions, Run, RunOptions } from './api.ts';
export { defineWorkflow } from './define.ts';
export type { StepAmong } from './define.ts';
export type { Mocks, StepMock } from './run/mocked-pool.ts';
export { openStore } from './store/open.ts';
export type { StoreOptions } from './store/open.ts';
export type { RunStore } from './store/store.ts';
export { OutputFile, outputsOf, type OutputValue } from './outputs.ts';
export type { WorkflowDefinition } from './parse/definition.ts';
export type { LimitsDefinition } from './parse/shared-definitions.ts';
export type { BackoffDefinition, StepDefinition } from './parse/step-definition.ts';
export { loadConfig } from './config/load.ts';
export { defaultConfig } from './config/defaults.ts';
export type { Config } from './config/config.ts';
export type { Diagnostic } from './model/diagnostic.ts';
export type { FailedItem, RunEvent, RunListener, RunStatus, SkipReason, StopReason } from './model/event.ts';
export type { Plan, PlannedStep } from './model/plan.ts';
export type { ItemsRecord, ItemStatus } from './model/items.ts';
export type { RunRecord, StepRecord, StepStatus } from './model/record.ts';
export type { Result } from './model/result.ts';
export { lineAndColumn } from './model/source.ts';
export type { SourceFile, Span } from './model/source.ts';
export type { ExecutionMode, FailureMode, Workflow } from './model/workflow.ts';
export type { Dependency, RetryPolicy, Step } from './model/step.ts';
export { canonicalise, decode, encode } from '../runners/value.ts';
export type { Encoded, JsonValue, Table } from '../runners/value.ts';
export type {
  EncodedValue,
  Language,
  Position,
  PrintedLine,
  Runtime,
  Script,
  StepFailure,
  Usage,
} from '../runners/contract.ts';
