/** Strongly connected components of two steps or more (Tarjan), without recursion. */

/** `suspects` are the steps to look at; dependencies on others are passed over. */
export function findKnots(
  dependsOn: readonly (readonly number[])[],
  suspects: readonly number[],
): readonly (readonly number[])[] {
  const suspected = new Set(suspects);
  const visited = new Map<number, { order: number; low: number; open: boolean }>();
  const open: number[] = [];
  const knots: number[][] = [];

  for (const root of suspects) {
    if (visited.has(root)) continue;
    const walk = [enter(root)];
    for (let frame = walk.at(-1); frame !== undefined; frame = walk.at(-1)) {
      const dependency = dependsOn[frame.step]![frame.next++];
      if (dependency === undefined) {
        leave(frame.step);
        walk.pop();
        const caller = walk.at(-1);
        if (caller !== undefined) lower(caller.step, visited.get(frame.step)!.low);
        continue;
      }
      if (!suspected.has(dependency)) continue;
      const seen = visited.get(dependency);
      if (seen === undefined) walk.push(enter(dependency));
      else if (seen.open) lower(frame.step, seen.order);
    }
  }
  return knots;

  function enter(step: number): { step: number; next: number } {
    visited.set(step, { order: visited.size, low: visited.size, open: true });
    open.push(step);
    return { step, next: 0 };
  }

  function lower(step: number, low: number): void {
    const mark = visited.get(step)!;
    mark.low = Math.min(mark.low, low);
  }

  function leave(step: number): void {
    const mark = visited.get(step)!;
    if (mark.low !== mark.order) return;
    const members = open.splice(open.lastIndexOf(step));
    for (const member of members) visited.get(member)!.open = false;
    if (members.length > 1) knots.push(members);
  }
}
