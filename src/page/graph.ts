/** Draws which step waits for which, and what is inside of which, as SVG. */
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';
import { html, type Html } from './html.ts';
import { type DrawnEdge, type DrawnNode, layOut } from './layout.ts';

const MARGIN = 12;
/** Columns of a letter, roughly. */
const LETTER = 7.6;

export interface GraphMarks {
  /** By its name in the whole run: how it looks, and its number on the page, where it has one. */
  readonly marksOf: (name: string) => { readonly looks: string; readonly index: number | undefined };
  /** Names of the steps whose chain is marked. */
  readonly path: readonly string[];
  /** Whether what is inside of steps is drawn. */
  readonly opens: boolean;
}

export function drawGraph(plan: Plan, { marksOf, path, opens }: GraphMarks): Html {
  const { width, height, nodes, edges } = layOut(plan, opens);
  const critical = new Set(path.slice(1).map((name, i) => `${path[i]} ${name}`));
  const [w, h] = [width + 2 * MARGIN, height + 2 * MARGIN];
  const open = nodes.filter(({ isOpen }) => isOpen);
  const boxes = open.map((node) => html`${drawBox(node, marksOf(node.name).looks)}\n`);
  const lines = edges.map((edge) => drawEdge(edge, critical.has(`${edge.from} ${edge.to}`)));
  // Lines lie above the boxes that they are in, and below all that is read.
  const labels = nodes.map((node) => drawNode(node, marksOf(node.name)));
  return html`<svg class="graph" width="${w}" height="${h}" viewBox="${-MARGIN} ${-MARGIN} ${w} ${h}" role="img" aria-label="Which step waits for which">${boxes}${lines}${labels}</svg>`;
}

function drawEdge({ points: [x1, y1, x2, y2] }: DrawnEdge, isCritical: boolean): Html {
  const bend = Math.min(60, (x2 - x1) / 2);
  const line = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
  return html`<path class="${isCritical ? 'edge critical' : 'edge'}" d="${line}"/>`;
}

function drawBox({ x, y, width, height, isOpen }: DrawnNode, looks: string): Html {
  return html`<rect class="node${isOpen ? ' open' : ''} ${looks}" x="${x}" y="${y}" width="${width}" height="${height}" rx="4"/>`;
}

function drawNode(node: DrawnNode, { looks, index }: ReturnType<GraphMarks['marksOf']>): Html {
  const { name, step, x, y, width, isOpen } = node;
  const kind = kindOf(step, isOpen);
  const room = Math.floor((width - 20 - kind.length * LETTER) / LETTER);
  const short = step.name.length > room ? `${step.name.slice(0, Math.max(1, room - 1))}…` : step.name;
  const label = html`<text x="${x + 10}" y="${y + 17}">${short}</text>`;
  const right = kind === '' ? undefined : html`<text class="kind" x="${x + width - 8}" y="${y + 17}">${kind}</text>`;
  const all = html`${isOpen ? undefined : drawBox(node, looks)}${label}${right}<title>${name}: ${looks}</title>`;
  return index === undefined ? html`<g>${all}</g>\n` : html`<a href="#s${index}">${all}</a>\n`;
}

/** `race`, `group, items`: empty for an ordinary step. */
function kindOf({ work, foreach }: Step, isOpen: boolean): string {
  const kind = isOpen && work !== undefined ? work.kind : '';
  return [kind, foreach === undefined ? '' : 'items'].filter((word) => word !== '').join(', ');
}
