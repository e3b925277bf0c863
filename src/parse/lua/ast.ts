/** The nodes of luaparse's syntax tree that say where a value stands. */

interface Ranged {
  /** In the text that was parsed, which is Latin-1. */
  readonly range: readonly [number, number];
}

export interface Chunk extends Ranged {
  readonly type: 'Chunk';
  readonly body: readonly Statement[];
}

export type Statement = LocalStatement | AssignmentStatement | ReturnStatement | OtherStatement;

export interface LocalStatement extends Ranged {
  readonly type: 'LocalStatement';
  readonly variables: readonly Identifier[];
  readonly init: readonly Expression[];
}

export interface AssignmentStatement extends Ranged {
  readonly type: 'AssignmentStatement';
  readonly variables: readonly Expression[];
  readonly init: readonly Expression[];
}

export interface ReturnStatement extends Ranged {
  readonly type: 'ReturnStatement';
  readonly arguments: readonly Expression[];
}

export interface OtherStatement extends Ranged {
  readonly type: 'CallStatement' | 'FunctionDeclaration' | 'IfStatement' | 'DoStatement' | 'WhileStatement';
}

export type Expression =
  | StringLiteral
  | NumericLiteral
  | BooleanLiteral
  | NilLiteral
  | Identifier
  | TableConstructor
  | BinaryExpression
  | UnaryExpression
  | MemberExpression
  | IndexExpression
  | OtherExpression;

export interface StringLiteral extends Ranged {
  readonly type: 'StringLiteral';
  /** Bytes, one per character. */
  readonly value: string;
  readonly raw: string;
}

export interface NumericLiteral extends Ranged {
  readonly type: 'NumericLiteral';
  readonly value: number;
  readonly raw: string;
}

export interface BooleanLiteral extends Ranged {
  readonly type: 'BooleanLiteral';
  readonly value: boolean;
}

export interface NilLiteral extends Ranged {
  readonly type: 'NilLiteral';
}

export interface Identifier extends Ranged {
  readonly type: 'Identifier';
  readonly name: string;
}

export interface TableConstructor extends Ranged {
  readonly type: 'TableConstructorExpression';
  readonly fields: readonly TableField[];
}

export type TableField =
  | (Ranged & { readonly type: 'TableKeyString'; readonly key: Identifier; readonly value: Expression })
  | (Ranged & { readonly type: 'TableKey'; readonly key: Expression; readonly value: Expression })
  | (Ranged & { readonly type: 'TableValue'; readonly value: Expression });

export interface BinaryExpression extends Ranged {
  readonly type: 'BinaryExpression';
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}

export interface UnaryExpression extends Ranged {
  readonly type: 'UnaryExpression';
  readonly operator: string;
  readonly argument: Expression;
}

export interface MemberExpression extends Ranged {
  readonly type: 'MemberExpression';
  readonly base: Expression;
  readonly identifier: Identifier;
}

export interface IndexExpression extends Ranged {
  readonly type: 'IndexExpression';
  readonly base: Expression;
  readonly index: Expression;
}

export interface OtherExpression extends Ranged {
  readonly type: 'VarargLiteral' | 'FunctionDeclaration' | 'LogicalExpression' | 'CallExpression';
}

export type Node = Chunk | Statement | Expression | TableField;

/** Calls `visit` for every node, in the order of the text. */
export function walk(root: Node, visit: (node: Node) => void): void {
  const waiting: object[] = [root];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if ('type' in next) visit(next as Node);
    const first = waiting.length;
    for (const [name, child] of Object.entries(next)) {
      if (typeof child === 'object' && child !== null && name !== 'range') waiting.push(child);
    }
    reverseFrom(waiting, first);
  }
}

function reverseFrom(list: object[], first: number): void {
  for (let low = first, high = list.length - 1; low < high; low++, high--) {
    const swapped = list[low]!;
    list[low] = list[high]!;
    list[high] = swapped;
  }
}
