/** Decoded `permissions` fields, with who gave each. */
import type { Permissions } from '../model/permissions.ts';
import type { PermissionFields } from './fields/permission-fields.ts';
import type { Word } from './fields/collections.ts';

const NONE: readonly Permissions[] = [];

export function permissionsOf(
  workflow: PermissionFields | undefined,
  step: PermissionFields | undefined,
): readonly Permissions[] {
  if (workflow === undefined && step === undefined) return NONE;
  return [...layer(workflow, 'workflow'), ...layer(step, 'step')];
}

function layer(fields: PermissionFields | undefined, from: 'workflow' | 'step'): Permissions[] {
  if (fields === undefined) return [];
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
