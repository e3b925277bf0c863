/** Where each step stands in a picture: a column for each level, and what is inside a step in a box of its own. */
import { nameWithin } from '../model/nested.ts';
import type { Plan } from '../model/plan.ts';
import type { Step } from '../model/step.ts';

export const NODE_WIDTH = 176;
export const NODE_HEIGHT = 26;
const BETWEEN_ROWS = 12;
const BETWEEN_COLUMNS = 74;
/** Around what is inside a step, whose own name stands above it. */
const PADDING = 10;
/** Taller columns begin at the top, where the eye does. */
const CENTRED = 12;

export interface DrawnNode {
  /** In the whole run. */
  readonly name: string;
  readonly step: Step;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly isOpen: boolean;
}

export interface DrawnEdge {
  readonly from: string;
  readonly to: string;
  /** From the right side of one to the left side of the other. */
  readonly points: readonly [x1: number, y1: number, x2: number, y2: number];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  /** What is inside of one stands behind it. */
  readonly nodes: readonly DrawnNode[];
  readonly edges: readonly DrawnEdge[];
}

interface Size {
  readonly width: number;
  readonly height: number;
  /** Absent where the step is closed. */
  readonly inside?: Layout;
}

/** `opens` tells whether what is inside of steps is drawn. */
export function layOut(plan: Plan, opens: boolean, outer?: string): Layout {
  const nameOf = (name: string): string => (outer === undefined ? name : nameWithin(outer, name));
  const sizes = plan.steps.map(({ step, inside }): Size => {
    if (!opens || inside === undefined || inside.steps.length === 0) return { width: NODE_WIDTH, height: NODE_HEIGHT };
    const layout = layOut(inside, opens, nameOf(step.name));
    return {
      width: Math.max(NODE_WIDTH, layout.width + 2 * PADDING),
      height: NODE_HEIGHT + layout.height + PADDING,
      inside: layout,
    };
  });
  const columns = rowsOf(plan);
  const heights = columns.map((column) =>
    column.reduce((sum, index) => sum + sizes[index]!.height + BETWEEN_ROWS, -BETWEEN_ROWS),
  );
  const height = Math.max(0, ...heights);
  const isCentred = columns.every((column) => column.length <= CENTRED);
  const nodes: DrawnNode[] = [];
  const insideEdges: DrawnEdge[] = [];
  const own: DrawnNode[] = [];
  let x = 0;
  columns.forEach((column, level) => {
    let y = isCentred ? (height - heights[level]!) / 2 : 0;
    for (const index of column) {
      const { width, height: tall, inside } = sizes[index]!;
      const { step } = plan.steps[index]!;
      const node = { name: nameOf(step.name), step, x, y, width, height: tall, isOpen: inside !== undefined };
      own[index] = node;
      nodes.push(node);
      if (inside !== undefined) {
        const moved = movedBy(inside, x + PADDING, y + NODE_HEIGHT);
        nodes.push(...moved.nodes);
        insideEdges.push(...moved.edges);
      }
      y += tall + BETWEEN_ROWS;
    }
    x += Math.max(...column.map((index) => sizes[index]!.width)) + BETWEEN_COLUMNS;
  });
  const edges = plan.steps.flatMap(({ index, dependsOn }) =>
    dependsOn.map((dependency): DrawnEdge => {
      const [a, b] = [own[dependency]!, own[index]!];
      return { from: a.name, to: b.name, points: [a.x + a.width, doorOf(a), b.x - 2, doorOf(b)] };
    }),
  );
  return { width: Math.max(0, x - BETWEEN_COLUMNS), height, nodes, edges: [...edges, ...insideEdges] };
}

/** Edges begin and end beside the name. */
function doorOf({ y }: DrawnNode): number {
  return y + NODE_HEIGHT / 2;
}

function movedBy({ nodes, edges }: Layout, dx: number, dy: number): Pick<Layout, 'nodes' | 'edges'> {
  return {
    nodes: nodes.map((node) => ({ ...node, x: node.x + dx, y: node.y + dy })),
    edges: edges.map((edge) => {
      const [x1, y1, x2, y2] = edge.points;
      return { ...edge, points: [x1 + dx, y1 + dy, x2 + dx, y2 + dy] };
    }),
  };
}

/** The steps of each column from top to bottom: near what they wait for, so that fewer lines cross. */
function rowsOf({ steps, levels }: Plan): number[][] {
  const rows: number[] = [];
  return levels.map((level) => {
    const wanted = level.map((index, position) => {
      const { dependsOn } = steps[index]!;
      const sum = dependsOn.reduce((total, dependency) => total + rows[dependency]!, 0);
      return { index, position, at: dependsOn.length === 0 ? position : sum / dependsOn.length };
    });
    wanted.sort((a, b) => a.at - b.at || a.position - b.position);
    wanted.forEach(({ index }, row) => {
      rows[index] = row;
    });
    return wanted.map(({ index }) => index);
  });
}
