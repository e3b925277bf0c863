/** `assert`: fails the step with its message where its expression is false. */
import { type Act, ActionFailure, failed, given } from './act.ts';

export const act: Act = (fields) => {
  const that = fields.value('that');
  if (typeof that !== 'boolean')
    throw failed('"that" of assert gives no boolean; write it so that it is true or false');
  if (that) return Promise.resolve(given(true));
  throw new ActionFailure({ reason: 'asserted', message: fields.text('message') ?? 'What it asserts is false' });
};
