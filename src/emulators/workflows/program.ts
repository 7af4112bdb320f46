/** A parsed workflow: what parse.ts makes, check.ts checks and interpret.ts runs. */
import type { Position } from './errors.ts';
import type { Expression } from './expression.ts';
import type { Value } from './value.ts';

/** A YAML value in which strings of the form `${...}` are expressions. */
export type Template = { readonly at: Position } & (
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'expression'; readonly expression: Expression }
  | { readonly kind: 'list'; readonly items: readonly Template[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [string, Template])[] }
);

/** What stands left of an assignment: a variable, or a place in the map or list that it holds. */
export interface Target {
  readonly at: Position;
  readonly variable: string;
  readonly path: readonly Expression[];
}

/** `list` and `index` are found after parsing; a jump out of a list unwinds to the one that holds its target. */
export type Jump =
  | { readonly kind: 'end' | 'break' | 'continue'; readonly at: Position }
  | { readonly kind: 'step'; readonly name: string; readonly at: Position; list?: StepList; index?: number };

export interface StepList {
  readonly steps: readonly Step[];
}

export interface Step {
  readonly name: string;
  readonly at: Position;
  readonly body: StepBody;
  readonly next?: Jump;
}

export interface Loop {
  readonly value: string;
  readonly index?: string;
  readonly over: { readonly kind: 'in' | 'range'; readonly template: Template };
  readonly list: StepList;
}

/** `predicate` names a subworkflow or a function of one error. Delays are in seconds. */
export interface Retry {
  readonly predicate?: { readonly name: string; readonly at: Position };
  readonly maxRetries: Template;
  readonly initialDelay: Template;
  readonly maxDelay: Template;
  readonly multiplier: Template;
}

export type StepBody =
  | { readonly kind: 'assign'; readonly assignments: readonly { target: Target; template: Template }[] }
  | {
      readonly kind: 'call';
      readonly callee: string;
      readonly at: Position;
      readonly args?: Template;
      readonly result?: Target;
    }
  | { readonly kind: 'switch'; readonly cases: readonly { condition: Template; step: Step }[] }
  | { readonly kind: 'for'; readonly loop: Loop }
  | {
      readonly kind: 'parallel';
      readonly shared: readonly { name: string; at: Position }[];
      readonly limit?: Template;
      readonly work:
        | { readonly kind: 'for'; readonly loop: Loop }
        | { readonly kind: 'branches'; readonly list: StepList };
    }
  | {
      readonly kind: 'try';
      readonly step: Step;
      readonly retry?: Retry;
      readonly handler?: { readonly error?: string; readonly list: StepList };
    }
  | { readonly kind: 'raise' | 'return'; readonly template: Template }
  | { readonly kind: 'steps'; readonly list: StepList }
  | { readonly kind: 'none' };

export interface Parameter {
  readonly name: string;
  readonly at: Position;
  /** Absent: the argument is required. */
  readonly byDefault?: Template;
}

export interface Routine {
  readonly name: string;
  readonly at: Position;
  readonly parameters: readonly Parameter[];
  readonly list: StepList;
}

/** Always has `main`. */
export type Program = ReadonlyMap<string, Routine>;
