/** What the status of a step is compared with. */

/** As expressions see a step; one that starts before all that it depends on have ended sees some waiting. */
export const STATUSES: readonly string[] = ['succeeded', 'failed', 'skipped', 'cancelled', 'waiting'];

export interface ComparedStatus {
  readonly status: string;
  /** Offsets of the text with its quotes. */
  readonly start: number;
  readonly end: number;
}

/** Texts that are none of these, where a status is compared with them. */
export function unknownStatusesIn(expression: string): ComparedStatus[] {
  const compared = expression.matchAll(/\bsteps(?:\.\w+|\[["'][^"'\]]*["']\])\.status\s*[!=]=\s*(["'])([^"']*)\1/g);
  return [...compared].flatMap(({ 0: whole, 2: status = '', index }) => {
    const end = index + whole.length;
    return STATUSES.includes(status) ? [] : [{ status, start: end - status.length - 2, end }];
  });
}
