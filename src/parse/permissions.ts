/** Decoded `permissions` fields, with who gave each. */
import type { Permissions } from '../model/permissions.ts';
import type { PermissionFields } from './fields/permission-fields.ts';
import type { Word } from './fields/collections.ts';

const NONE: readonly Permissions[] = [];

export function workflowPermissions(fields: PermissionFields | undefined): readonly Permissions[] {
  return fields === undefined ? NONE : layer(fields, 'workflow');
}

/** Of the workflow and the steps around, then the step's own. */
export function permissionsOf(
  around: readonly Permissions[],
  step: PermissionFields | undefined,
): readonly Permissions[] {
  return step === undefined ? around : [...around, ...layer(step, 'step')];
}

function layer(fields: PermissionFields, from: 'workflow' | 'step'): Permissions[] {
  return [
    {
      from,
      read: texts(fields.read),
      write: texts(fields.write),
      ...(fields.net && { net: texts(fields.net) }),
      ...(fields.env && { env: texts(fields.env) }),
      ...(fields.clock !== undefined && { clock: fields.clock }),
      ...(fields.random !== undefined && { random: fields.random }),
    },
  ];
}

function texts(words: readonly Word[] = []): readonly string[] {
  return words.map(({ text }) => text);
}
