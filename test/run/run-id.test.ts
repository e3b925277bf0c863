// Ids of runs sort by time.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { newRunId } from '../../src/run/run-id.ts';

it('ids of one process grow, also within a millisecond and when the clock is set back', () => {
  const moments = fc.array(fc.date({ min: new Date('2026-01-01'), max: new Date('2090-01-01'), noInvalidDate: true }));
  fc.assert(
    fc.property(moments, (dates) => {
      const ids = dates.flatMap((date) => [newRunId(date), newRunId(date)]);
      expect(ids).toEqual([...new Set(ids)].sort());
      for (const id of ids) expect(id).toMatch(/^\d{8}-\d{6}-[0-9a-f]{8}$/);
    }),
  );
});
