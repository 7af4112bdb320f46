/** Deploy-time checks: scopes, functions and their arguments, jumps, nesting. */
import type { Position } from './errors.ts';
import type { Expression } from './expression.ts';
import { blockingRoutines } from './blocking-routines.ts';
import { MAX_PARALLEL_DEPTH } from './limits.ts';
import type { Jump, Loop, Program, Routine, Step, StepBody, StepList, Target, Template } from './program.ts';
import { declare, isVisible } from './static-scope.ts';
import type { StaticScope } from './static-scope.ts';
import { STDLIB } from './stdlib/index.ts';

type Report = (at: Position, message: string) => void;

/** What surrounds a list of steps. A boundary (loop, branch) cannot be jumped over. */
interface Place {
  readonly scope: StaticScope;
  readonly lists: readonly StepList[];
  readonly inLoop: boolean;
  readonly parallelLoop: boolean;
  readonly inParallel: number;
}

export function checkProgram(program: Program, report: Report): void {
  const blocking = blockingRoutines(program);
  for (const routine of program.values()) {
    if (STDLIB.has(routine.name)) report(routine.at, `"${routine.name}" is the name of a built-in function`);
    new RoutineCheck(program, blocking, report).check(routine);
  }
}

class RoutineCheck {
  readonly #program: Program;
  readonly #blocking: ReadonlySet<string>;
  readonly #report: Report;

  constructor(program: Program, blocking: ReadonlySet<string>, report: Report) {
    this.#program = program;
    this.#blocking = blocking;
    this.#report = report;
  }

  check(routine: Routine): void {
    const scope: StaticScope = { names: new Set() };
    for (const { name, at, byDefault } of routine.parameters) {
      if (byDefault !== undefined) this.#template(byDefault, { names: new Set() });
      if (scope.names.has(name)) this.#report(at, `there is already a parameter named "${name}"`);
      scope.names.add(name);
    }
    declare(routine.list, scope);
    this.#list(routine.list, { scope, lists: [], inLoop: false, parallelLoop: false, inParallel: 0 });
  }

  #list(list: StepList, place: Place): void {
    const inner = { ...place, lists: [list, ...place.lists] };
    for (const step of list.steps) this.#step(step, inner);
  }

  #step(step: Step, place: Place): void {
    this.#body(step.body, step.at, place);
    if (step.next !== undefined) this.#jump(step.next, place);
  }

  #body(body: StepBody, at: Position, place: Place): void {
    const { scope } = place;
    switch (body.kind) {
      case 'assign':
        for (const { target, template } of body.assignments) {
          this.#template(template, scope);
          this.#target(target, scope);
        }
        return;
      case 'call':
        this.#call(body, scope);
        if (body.result !== undefined) this.#target(body.result, scope);
        return;
      case 'switch':
        for (const { condition, step } of body.cases) {
          this.#template(condition, scope);
          this.#step(step, place);
        }
        return;
      case 'for':
        this.#loop(body.loop, at, { ...place, inLoop: true, parallelLoop: false }, undefined);
        return;
      case 'parallel':
        this.#parallel(body, at, place);
        return;
      case 'try': {
        this.#step(body.step, place);
        if (body.retry !== undefined) {
          const { predicate, maxRetries, initialDelay, maxDelay, multiplier } = body.retry;
          for (const template of [maxRetries, initialDelay, maxDelay, multiplier]) this.#template(template, scope);
          if (predicate !== undefined) this.#predicate(predicate);
        }
        if (body.handler !== undefined) {
          const { error, list } = body.handler;
          const inner: StaticScope = { names: new Set(error === undefined ? [] : [error]), parent: scope };
          declare(list, inner);
          this.#list(list, { ...place, scope: inner });
        }
        return;
      }
      case 'return':
        if (place.inParallel > 0) this.#report(at, 'return cannot leave a parallel branch');
        this.#template(body.template, scope);
        return;
      case 'raise':
        this.#template(body.template, scope);
        return;
      case 'steps':
        this.#list(body.list, place);
        return;
      case 'none':
    }
  }

  #loop(loop: Loop, at: Position, place: Place, shared: ReadonlySet<string> | undefined): void {
    this.#template(loop.over.template, place.scope);
    const names = [loop.value, ...(loop.index === undefined ? [] : [loop.index])];
    for (const name of names) {
      if (isVisible(name, place.scope)) this.#report(at, `the loop variable "${name}" is already a variable outside`);
    }
    const scope: StaticScope = { names: new Set(names), parent: place.scope, ...(shared && { shared }) };
    declare(loop.list, scope);
    this.#list(loop.list, { ...place, scope, lists: [] });
  }

  #parallel(body: StepBody & { kind: 'parallel' }, at: Position, outer: Place): void {
    const place = { ...outer, inParallel: outer.inParallel + 1, lists: [] };
    if (place.inParallel > MAX_PARALLEL_DEPTH) {
      this.#report(at, `parallel steps are nested deeper than ${MAX_PARALLEL_DEPTH}`);
    }
    if (body.limit !== undefined) this.#template(body.limit, outer.scope);
    for (const { name, at: where } of body.shared) {
      if (!isVisible(name, outer.scope)) this.#report(where, `the shared variable "${name}" is not assigned before`);
    }
    const shared = new Set(body.shared.map(({ name }) => name));
    if (body.work.kind === 'for') {
      this.#loop(body.work.loop, at, { ...place, inLoop: true, parallelLoop: true }, shared);
      return;
    }
    for (const branch of body.work.list.steps) {
      const scope: StaticScope = { names: new Set(), parent: outer.scope, shared };
      declare({ steps: [branch] }, scope);
      this.#step(branch, { ...place, scope, inLoop: false });
    }
  }

  #jump(jump: Jump, place: Place): void {
    if (jump.kind === 'step') {
      const list = place.lists.find(({ steps }) => steps.some(({ name }) => name === jump.name));
      if (list === undefined) {
        this.#report(jump.at, `there is no step "${jump.name}" to go to (a loop or branch cannot be left by a jump)`);
        return;
      }
      jump.list = list;
      jump.index = list.steps.findIndex(({ name }) => name === jump.name);
      return;
    }
    if (jump.kind === 'end') {
      if (place.inParallel > 0) this.#report(jump.at, '"end" cannot leave a parallel branch');
    } else if (!place.inLoop) this.#report(jump.at, `"${jump.kind}" outside a loop`);
    else if (jump.kind === 'break' && place.parallelLoop) this.#report(jump.at, '"break" cannot end a parallel loop');
  }

  #call(body: StepBody & { kind: 'call' }, scope: StaticScope): void {
    if (body.args !== undefined) this.#template(body.args, scope);
    const parameters = this.#parameters(body.callee);
    if (parameters === undefined) {
      this.#report(body.at, unknown(body.callee));
      return;
    }
    if (body.args !== undefined && body.args.kind !== 'map') {
      if (body.args.kind !== 'expression') this.#report(body.args.at, 'args must be a map of argument names');
      return;
    }
    const given = new Map((body.args?.entries ?? []).map(([name, template]) => [name, template]));
    for (const [name, { at }] of given) {
      if (!parameters.some((parameter) => parameter.name === name)) {
        this.#report(at, `${body.callee} has no argument "${name}" here; it takes ${names(parameters)}`);
      }
    }
    for (const { name, required } of parameters) {
      if (required && !given.has(name)) this.#report(body.at, `${body.callee} needs the argument "${name}"`);
    }
  }

  #predicate({ name, at }: { name: string; at: Position }): void {
    const parameters = this.#parameters(name);
    if (parameters === undefined) this.#report(at, unknown(name));
    else if (parameters.length === 0 || parameters.slice(1).some(({ required }) => required)) {
      this.#report(at, `${name} cannot be a retry predicate: it must take one argument, the error`);
    }
  }

  #parameters(name: string): readonly { name: string; required: boolean }[] | undefined {
    const routine = this.#program.get(name);
    if (routine === undefined || name === 'main') return STDLIB.get(name)?.parameters;
    return routine.parameters.map((parameter) => ({
      name: parameter.name,
      required: parameter.byDefault === undefined,
    }));
  }

  #target(target: Target, scope: StaticScope): void {
    for (const expression of target.path) this.#expression(expression, target.at, scope);
    if (!isVisible(target.variable, scope)) {
      this.#report(target.at, `the variable "${target.variable}" is never assigned here, so nothing in it can be`);
    }
    // Up to the scope that owns the variable, each parallel step on the way must share it.
    for (let at: StaticScope | undefined = scope; at !== undefined && !at.names.has(target.variable); at = at.parent) {
      if (at.shared !== undefined && !at.shared.has(target.variable)) {
        this.#report(target.at, `"${target.variable}" is assigned in a parallel step and not in its "shared" list`);
        return;
      }
    }
  }

  #template(template: Template, scope: StaticScope): void {
    if (template.kind === 'expression') this.#expression(template.expression, template.at, scope);
    else if (template.kind === 'list') for (const item of template.items) this.#template(item, scope);
    else if (template.kind === 'map') for (const [, item] of template.entries) this.#template(item, scope);
  }

  #expression(expression: Expression, at: Position, scope: StaticScope): void {
    switch (expression.kind) {
      case 'literal':
        return;
      case 'list':
        for (const item of expression.items) this.#expression(item, at, scope);
        return;
      case 'variable':
        if (!isVisible(expression.name, scope))
          this.#report(at, `the variable "${expression.name}" is never assigned here`);
        return;
      case 'member':
        this.#expression(expression.object, at, scope);
        return;
      case 'index':
        this.#expression(expression.object, at, scope);
        this.#expression(expression.index, at, scope);
        return;
      case 'unary':
        this.#expression(expression.operand, at, scope);
        return;
      case 'logical':
      case 'binary':
        this.#expression(expression.left, at, scope);
        this.#expression(expression.right, at, scope);
        return;
      case 'call': {
        for (const argument of expression.args) this.#expression(argument, at, scope);
        const { callee, args } = expression;
        const parameters = this.#parameters(callee);
        if (parameters === undefined) this.#report(at, unknown(callee));
        else if (this.#blocking.has(callee) || STDLIB.get(callee)?.kind === 'blocking') {
          this.#report(at, `${callee} blocks, so it must be run by a call step, not within an expression`);
        } else if (args.length > parameters.length || parameters.slice(args.length).some(({ required }) => required)) {
          this.#report(at, `${callee} takes ${names(parameters)}, and is called with ${args.length} arguments`);
        }
      }
    }
  }
}

const unknown = (name: string): string =>
  `"${name}" is neither a subworkflow here nor a function that this emulator supports`;

const names = (parameters: readonly { name: string; required: boolean }[]): string =>
  `(${parameters.map(({ name, required }) => (required ? name : `${name}?`)).join(', ')})`;
