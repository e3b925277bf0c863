/** The known name that an unknown one was probably meant to be. */

/** The nearest of `known` to `name` by edit distance (transpositions count one), or nothing if all are far: over a third of the name's length, never over 3 edits, and any edit of a single letter. Of several that are equally near, one that begins alike. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  const beginsAs = (candidate: string): boolean => candidate[0]?.toLowerCase() === name[0]?.toLowerCase();
  let best: string | undefined;
  let bestDistance = (name.length < 2 ? 0 : Math.min(3, Math.max(1, Math.floor(name.length / 3)))) + 1;
  for (const candidate of known) {
    const isPreferred = best !== undefined && !beginsAs(best) && beginsAs(candidate);
    const most = isPreferred ? bestDistance : bestDistance - 1;
    if (Math.abs(candidate.length - name.length) > most) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= most) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` did you mean "x"?` with its leading semicolon, or nothing. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const candidate = nearest(name, known);
  return candidate === undefined ? '' : `; did you mean "${candidate}"?`;
}

function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let distance = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, beforePrevious[j - 2]! + 1);
      }
      current.push(distance);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length]!;
}
