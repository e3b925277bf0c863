/** A plan as the history keeps it: all that decides what its steps do, without places in files. */
import { readFileSync } from 'node:fs';
import type { Plan } from '../model/plan.ts';
import type { StepDefinition, RunDefinition } from '../model/history.ts';
import { isCode, type Step } from '../model/workflow.ts';
import { sha256 } from './contents.ts';

const NOWHERE = { start: 0, end: 0 };

export function definitionOf({ workflow, steps }: Plan): RunDefinition {
  const modules = new Map<string, string>();
  return {
    workflow: workflow.name,
    file: workflow.file,
    ...(workflow.inputs && { inputs: workflow.inputs }),
    steps: steps.map(({ step }) => stepDefinition(step, modules)),
  };
}

/** JSON has no BigInt. */
export function writeDefinition(definition: RunDefinition): Uint8Array {
  return Buffer.from(
    JSON.stringify(definition, (_, value: unknown) => (typeof value === 'bigint' ? { bigint: String(value) } : value)),
  );
}

export function readDefinition(bytes: Uint8Array): RunDefinition {
  return JSON.parse(Buffer.from(bytes).toString(), (_, value: unknown) =>
    isBigInt(value) ? BigInt(value.bigint) : value,
  ) as RunDefinition;
}

function isBigInt(value: unknown): value is { bigint: string } {
  return typeof value === 'object' && value !== null && 'bigint' in value && typeof value.bigint === 'string';
}

function stepDefinition(step: Step, modules: Map<string, string>): StepDefinition {
  const dependsOn = step.dependsOn.map(({ name }) => name);
  if (!isCode(step)) {
    const { span: _, description: __, ...rest } = step;
    return { ...rest, dependsOn };
  }
  const { span: _, description: __, ...rest } = step;
  const { script } = rest;
  if (script.kind !== 'module') return { ...rest, dependsOn };
  let hash = modules.get(script.path);
  if (hash === undefined) {
    hash = hashOfFile(script.path);
    modules.set(script.path, hash);
  }
  return { ...rest, dependsOn, moduleHash: hash };
}

/** As it was, but at no place in a file. */
export function stepDefinedBy(definition: StepDefinition): Step {
  const dependsOn = definition.dependsOn.map((name) => ({ name, span: NOWHERE }));
  // Of each kind by itself, since what is left of a union is none.
  if (definition.work !== undefined) {
    const { moduleHash: _hash, ...step } = definition;
    return { ...step, span: NOWHERE, dependsOn };
  }
  const { moduleHash: _hash, ...step } = definition;
  return { ...step, span: NOWHERE, dependsOn };
}

/** Empty where the file cannot be read, which the step itself will tell. */
function hashOfFile(path: string): string {
  try {
    return sha256(readFileSync(path)).toString('hex');
  } catch {
    return '';
  }
}
