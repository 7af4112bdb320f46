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
  readonly required: boolean;
}

export interface Routine {
  readonly name: string;
  readonly at: Position;
  readonly parameters: readonly (Parameter & { readonly at: Position; readonly byDefault?: Template })[];
  readonly list: StepList;
}

/** Always has `main`. */
export type Program = ReadonlyMap<string, Routine>;

/** Steps directly within a step. */
export function stepsWithin(body: StepBody): readonly Step[] {
  switch (body.kind) {
    case 'switch':
      return body.cases.map(({ step }) => step);
    case 'for':
      return body.loop.list.steps;
    case 'parallel':
      return body.work.kind === 'for' ? body.work.loop.list.steps : body.work.list.steps;
    case 'try':
      return [body.step, ...(body.handler?.list.steps ?? [])];
    case 'steps':
      return body.list.steps;
    default:
      return [];
  }
}

/** What a step assigns itself. */
export function targetsOf(body: StepBody): readonly Target[] {
  if (body.kind === 'assign') return body.assignments.map(({ target }) => target);
  return body.kind === 'call' && body.result !== undefined ? [body.result] : [];
}

/** What a step evaluates itself, in the scope that it stands in. */
export function templatesOf(body: StepBody): readonly Template[] {
  switch (body.kind) {
    case 'assign':
      return body.assignments.map(({ template }) => template);
    case 'call':
      return body.args === undefined ? [] : [body.args];
    case 'switch':
      return body.cases.map(({ condition }) => condition);
    case 'for':
      return [body.loop.over.template];
    case 'parallel': {
      const over = body.work.kind === 'for' ? [body.work.loop.over.template] : [];
      return body.limit === undefined ? over : [body.limit, ...over];
    }
    case 'try': {
      if (body.retry === undefined) return [];
      const { maxRetries, initialDelay, maxDelay, multiplier } = body.retry;
      return [maxRetries, initialDelay, maxDelay, multiplier];
    }
    case 'raise':
    case 'return':
      return [body.template];
    default:
      return [];
  }
}
