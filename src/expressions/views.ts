/** What `steps.x`, `inputs`, `run` and `workflow` are to an expression. */
import type { EncodedValue } from '../../runners/contract.ts';
import type { PlainValue, WorkflowInput } from '../model/input.ts';
import { celOfPlain, celValue } from './values.ts';

/** Its output is read when an expression asks for it, and once. */
export class StepView {
  status = 'waiting';
  attempts = 0n;
  error: unknown = null;
  raw: EncodedValue | undefined;
  #output: unknown;

  get output(): unknown {
    if (this.#output === undefined && this.raw !== undefined) this.#output = celValue(this.raw);
    return this.#output;
  }

  settle(status: string, attempts: number): void {
    this.status = status;
    this.attempts = BigInt(attempts);
  }

  toJSON(): object {
    const { status, attempts, error, output } = this;
    return { status, attempts, error, output };
  }
}

export class RunView {
  readonly id: string;
  failed = false;
  /** Cancelled, or out of time. */
  stopped = false;
  /** How steps have failed, the first first. */
  readonly failures: unknown[] = [];

  constructor(id: string) {
    this.id = id;
  }

  toJSON(): object {
    return Object.fromEntries(Object.entries(this));
  }
}

export class WorkflowView {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }

  toJSON(): object {
    return Object.fromEntries(Object.entries(this));
  }
}

/** One combination. */
export class MatrixView {
  constructor(values: ReadonlyMap<string, unknown>) {
    Object.assign(this, Object.fromEntries(values));
  }

  toJSON(): object {
    return Object.fromEntries(Object.entries(this));
  }
}

export class InputsView {
  toJSON(): object {
    return Object.fromEntries(Object.entries(this));
  }
}

/** A value that was not given is not there. */
export function inputsView(
  declared: readonly WorkflowInput[],
  given: Readonly<Record<string, PlainValue>>,
): InputsView {
  const values = declared.flatMap(({ name, type }) => {
    const value = Object.hasOwn(given, name) ? given[name] : undefined;
    return value === undefined ? [] : [[name, celOfPlain(value, type === 'number')] as const];
  });
  return Object.assign(new InputsView(), Object.fromEntries(values));
}
