/** An expression, checked: every node knows what it gives, and where in the text it stands. */
import type { Matcher } from '../selection.ts';

export type ValueType = 'scalar' | 'string' | 'vector' | 'matrix';

/** Offsets in the text, the end not included. */
export interface Position {
  readonly start: number;
  readonly end: number;
}

/** Milliseconds, once the step and the length of the query are known: `step()` and `range()` may stand in them. */
export type Duration = (query: { readonly stepMs: number; readonly rangeMs: number }) => number;

/** A time that holds for all steps: milliseconds since 1970, or the query's own first or last. */
export type At = number | 'start' | 'end';

interface Node {
  readonly position: Position;
}

export interface NumberLiteral extends Node {
  readonly kind: 'number';
  readonly value: number;
}

export interface StringLiteral extends Node {
  readonly kind: 'string';
  readonly value: string;
}

export interface Paren extends Node {
  readonly kind: 'paren';
  readonly expr: Expr;
}

export interface Unary extends Node {
  readonly kind: 'unary';
  readonly operator: '-' | '+';
  readonly expr: Expr;
}

/** When it is seen from where: `offset` and `@`. */
export interface Shift {
  readonly offset: Duration | undefined;
  readonly at: At | undefined;
}

export interface VectorSelector extends Node, Shift {
  readonly kind: 'vector';
  readonly matchers: readonly Matcher[];
}

export interface MatrixSelector extends Node {
  readonly kind: 'matrix';
  readonly vector: VectorSelector;
  readonly range: Duration;
}

export interface Subquery extends Node, Shift {
  readonly kind: 'subquery';
  readonly expr: Expr;
  readonly range: Duration;
  /** The query's default where none is said. */
  readonly step: Duration | undefined;
}

export interface Call extends Node {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expr[];
}

export interface Aggregate extends Node {
  readonly kind: 'aggregate';
  readonly operator: string;
  readonly param: Expr | undefined;
  readonly expr: Expr;
  readonly without: boolean;
  readonly labels: readonly string[];
}

export type Cardinality = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';

export interface Matching {
  readonly cardinality: Cardinality;
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Taken from the side of one. */
  readonly include: readonly string[];
}

export interface Binary extends Node {
  readonly kind: 'binary';
  readonly operator: string;
  readonly left: Expr;
  readonly right: Expr;
  readonly bool: boolean;
  /** Between two vectors. */
  readonly matching: Matching | undefined;
}

export type Expr =
  | NumberLiteral
  | StringLiteral
  | Paren
  | Unary
  | VectorSelector
  | MatrixSelector
  | Subquery
  | Call
  | Aggregate
  | Binary;

/** Without parentheses around it. */
export const bare = (expr: Expr): Expr => (expr.kind === 'paren' ? bare(expr.expr) : expr);

/** What an expression is made of, itself left out. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'vector':
      return [];
    case 'matrix':
      return [expr.vector];
    case 'paren':
    case 'unary':
    case 'subquery':
      return [expr.expr];
    case 'call':
      return expr.args;
    case 'aggregate':
      return expr.param === undefined ? [expr.expr] : [expr.param, expr.expr];
    case 'binary':
      return [expr.left, expr.right];
  }
}
