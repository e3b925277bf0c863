/** Which names of the run an expression reads, found in its syntax tree. */

/** What is looked at of the library's trees. */
interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  readonly end: number;
}

export interface Reference {
  readonly root: string;
  /** The name behind it: `fetch` of `steps.fetch.output`; nothing where there is none, or where it is computed. */
  readonly name?: string;
  /** The field behind that: `output`. */
  readonly field?: string;
  /** Offsets in the expression, of `name` or else of the root. */
  readonly start: number;
  readonly end: number;
}

/** These bind their first argument to each item. */
const MACROS = new Set(['all', 'exists', 'exists_one', 'map', 'filter', 'bind']);
/** What costs more than its length: it goes over a list, or looks for a pattern. */
const COSTLY = new Set([...MACROS, 'matches', 'split', 'join', 'replace']);

export interface Found {
  readonly references: readonly Reference[];
  /** Whether its cost depends on more than the length of the expression. */
  readonly isCostly: boolean;
}

export function referencesIn(tree: Node, roots: readonly string[]): Found {
  const references: Reference[] = [];
  let isCostly = false;
  visit(tree, []);
  return { references, isCostly };

  function visit(value: unknown, bound: readonly string[]): void {
    if (Array.isArray(value)) {
      for (const one of value as unknown[]) visit(one, bound);
      return;
    }
    if (!isNode(value)) return;
    const reference = referenceOf(value, roots);
    if (reference !== undefined && !bound.includes(reference.root)) references.push(reference);
    if (value.op === 'rcall' && Array.isArray(value.args)) {
      const [name, receiver, args] = value.args as [string, unknown, unknown[]];
      isCostly ||= COSTLY.has(name);
      visit(receiver, bound);
      const [first, ...rest] = args;
      const variable = MACROS.has(name) && isNode(first) && first.op === 'id' ? String(first.args) : undefined;
      if (variable === undefined) visit(args, bound);
      else for (const one of rest) visit(one, [...bound, variable]);
      return;
    }
    // The rest of a chain is part of its reference; what stands in its brackets may have others.
    let rest: Node | undefined = value;
    while (reference !== undefined && rest !== undefined && rest.op !== 'id') {
      const [object, key]: unknown[] = rest.args as unknown[];
      visit(key, bound);
      rest = isNode(object) ? object : undefined;
    }
    if (reference === undefined) visit(value.args, bound);
  }
}

/** Nothing where the node is no chain that begins with one of the roots. */
function referenceOf(node: Node, roots: readonly string[]): Reference | undefined {
  const links: Node[] = [];
  let first: Node = node;
  while (first.op === '.' || first.op === '[]') {
    links.unshift(first);
    const [object] = first.args as unknown[];
    if (!isNode(object)) return undefined;
    first = object;
  }
  if (first.op !== 'id' || !roots.includes(String(first.args))) return undefined;
  const root = String(first.args);
  const [link, next] = links;
  const name = link && keyOf(link);
  if (link === undefined || name === undefined) return { root, start: first.start, end: first.end };
  const field = next && keyOf(next);
  const start = link.op === '.' ? link.end - name.length : first.end + 1;
  const end = link.op === '.' ? link.end : link.end - 1;
  return { root, name, ...(field !== undefined && { field }), start, end };
}

function keyOf({ op, args }: Node): string | undefined {
  const [, key] = args as [unknown, unknown];
  if (op === '.') return typeof key === 'string' ? key : undefined;
  return isNode(key) && key.op === 'value' && typeof key.args === 'string' ? key.args : undefined;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
}
