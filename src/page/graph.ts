/** Draws which step waits for which, as SVG: a column for each level. */
import type { Plan } from '../model/plan.ts';
import { html, type Html } from './html.ts';

const WIDTH = 176;
const HEIGHT = 26;
const ROW = 38;
const COLUMN = 250;
const MARGIN = 12;
/** Taller columns begin at the top, where the eye does. */
const CENTRED = 12;
const MOST_LETTERS = 21;

export interface GraphLayout {
  /** By index. */
  readonly status: readonly string[];
  /** Indices of the steps whose chain is marked. */
  readonly path: readonly number[];
}

export function drawGraph(plan: Plan, { status, path }: GraphLayout): Html {
  const rows = rowsOf(plan);
  const tallest = Math.max(...plan.levels.map((level) => level.length));
  const place = plan.steps.map(({ index, level }) => {
    const size = plan.levels[level]!.length;
    const top = tallest <= CENTRED ? ((tallest - size) * ROW) / 2 : 0;
    return { x: MARGIN + level * COLUMN, y: MARGIN + top + rows[index]! * ROW };
  });
  const marked = new Set(path.slice(1).map((index, i) => `${path[i]} ${index}`));
  const edges = plan.steps.flatMap(({ index, dependsOn }) =>
    dependsOn.map((from) => {
      const [a, b] = [place[from]!, place[index]!];
      const [x1, y1, x2, y2] = [a.x + WIDTH, a.y + HEIGHT / 2, b.x - 2, b.y + HEIGHT / 2];
      const bend = Math.min(60, (x2 - x1) / 2);
      const line = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
      return html`<path class="${marked.has(`${from} ${index}`) ? 'edge critical' : 'edge'}" d="${line}"/>`;
    }),
  );
  const nodes = plan.steps.map(({ index, step }) => {
    const { x, y } = place[index]!;
    const { name } = step;
    const short = name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name;
    return html`<a href="#s${index}"><rect class="node ${status[index]!}" x="${x}" y="${y}" width="${WIDTH}" height="${HEIGHT}" rx="4"/><text x="${x + 10}" y="${y + 17}">${short}</text><title>${name}: ${status[index]!}</title></a>\n`;
  });
  const width = 2 * MARGIN + (plan.levels.length - 1) * COLUMN + WIDTH;
  const height = 2 * MARGIN + (tallest - 1) * ROW + HEIGHT;
  return html`<svg class="graph" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="Which step waits for which">${edges}${nodes}</svg>`;
}

/** Each step's place in its column: near what it waits for, so that fewer lines cross. */
function rowsOf({ steps, levels }: Plan): number[] {
  const rows: number[] = [];
  for (const level of levels) {
    const wanted = level.map((index, position) => {
      const { dependsOn } = steps[index]!;
      const sum = dependsOn.reduce((total, dependency) => total + rows[dependency]!, 0);
      return { index, position, at: dependsOn.length === 0 ? position : sum / dependsOn.length };
    });
    wanted.sort((a, b) => a.at - b.at || a.position - b.position);
    wanted.forEach(({ index }, row) => {
      rows[index] = row;
    });
  }
  return rows;
}
