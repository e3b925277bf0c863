/** The names of secrets, on a step and on a workflow. */
import { SECRET_NAME } from '../../model/secret.ts';
import { type Word, words } from './collections.ts';
import type { FieldType } from './field-type.ts';

const NAMES = words('the name of a secret, or a list of names');

const ONE = { type: 'string', pattern: SECRET_NAME.source };

export const SECRETS: FieldType<readonly Word[]> = {
  ...NAMES,
  schema: { oneOf: [ONE, { type: 'array', items: ONE }] },
  read(value, place) {
    const names = NAMES.read(value, place);
    for (const { text, span } of names ?? []) {
      if (SECRET_NAME.test(text)) continue;
      const message = `${place.what} names ${JSON.stringify(text)}; a secret is named by letters, digits and "_", not beginning with a digit`;
      place.mistakes.add('bad-secret', span, message);
    }
    return names;
  },
};
