/** Deploy-time checks: scopes, functions and their arguments, jumps, nesting. */
import type { Position } from './errors.ts';
import { operandsOf } from './expression.ts';
import type { Expression } from './expression.ts';
import { MAX_PARALLEL_DEPTH } from './limits.ts';
import { stepsWithin, targetsOf, templatesOf } from './program.ts';
import type { Jump, Loop, Program, Routine, Step, StepBody, StepList, Target, Template } from './program.ts';
import { describe, misfits, parametersOf } from './signature.ts';
import { STDLIB } from './stdlib/index.ts';

type Report = (at: Position, message: string) => void;
type BodyOf<K extends StepBody['kind']> = Extract<StepBody, { kind: K }>;

/** Variables of one static scope. In a parallel scope, outer variables are read-only unless shared. */
interface Scope {
  readonly names: Set<string>;
  readonly parent?: Scope;
  readonly shared?: ReadonlySet<string>;
}

/** What surrounds a list of steps. A boundary (loop, branch) cannot be jumped over. */
interface Place {
  readonly scope: Scope;
  readonly lists: readonly StepList[];
  readonly loop?: 'sequential' | 'parallel' | undefined;
  readonly parallelDepth: number;
}

export function checkProgram(program: Program, report: Report): void {
  const blocking = blockingRoutines(program);
  for (const routine of program.values()) {
    if (STDLIB.has(routine.name)) report(routine.at, `"${routine.name}" is the name of a built-in function`);
    new RoutineCheck(program, blocking, report).check(routine);
  }
}

/** Subworkflows that call what blocks or wait between retries, and so cannot be called within an expression. */
function blockingRoutines(program: Program): ReadonlySet<string> {
  const blocking = new Set<string>();
  const blocks = ({ body }: Step): boolean =>
    (body.kind === 'call' && (blocking.has(body.callee) || STDLIB.get(body.callee)?.kind === 'blocking')) ||
    (body.kind === 'try' && body.retry !== undefined) ||
    body.kind === 'parallel' ||
    stepsWithin(body).some(blocks);
  for (let before = -1; before !== blocking.size;) {
    before = blocking.size;
    for (const { name, list } of program.values()) if (list.steps.some(blocks)) blocking.add(name);
  }
  return blocking;
}

class RoutineCheck {
  readonly #program: Program;
  readonly #blocking: ReadonlySet<string>;
  readonly #report: Report;
  /** Names of steps so far. */
  readonly #known = new Set<string>();

  constructor(program: Program, blocking: ReadonlySet<string>, report: Report) {
    this.#program = program;
    this.#blocking = blocking;
    this.#report = report;
  }

  check(routine: Routine): void {
    const scope: Scope = { names: new Set() };
    for (const { name, at, byDefault } of routine.parameters) {
      if (byDefault !== undefined) this.#template(byDefault, { names: new Set() });
      if (scope.names.has(name)) this.#report(at, `there is already a parameter named "${name}"`);
      scope.names.add(name);
    }
    declare(routine.list.steps, scope);
    this.#list(routine.list, { scope, lists: [], parallelDepth: 0 });
  }

  #list(list: StepList, place: Place): void {
    for (const step of list.steps) {
      this.#name(step);
      this.#step(step, { ...place, lists: [list, ...place.lists] });
    }
  }

  /** https://cloud.google.com/workflows/docs/reference/syntax/steps: unique in a (sub)workflow, in all its lists. */
  #name({ name, at }: Step): void {
    if (this.#known.has(name)) this.#report(at, `there is already a step named "${name}" in this workflow`);
    this.#known.add(name);
  }

  #step({ body, at, next }: Step, place: Place): void {
    for (const template of templatesOf(body)) this.#template(template, place.scope);
    for (const target of targetsOf(body)) this.#target(target, place.scope);
    if (body.kind === 'call') this.#call(body);
    else if (body.kind === 'switch') for (const { step } of body.cases) this.#step(step, place);
    else if (body.kind === 'steps') this.#list(body.list, place);
    else if (body.kind === 'for') this.#loop(body.loop, at, { ...place, loop: 'sequential' });
    else if (body.kind === 'parallel') this.#parallel(body, at, place);
    else if (body.kind === 'try') this.#try(body, place);
    else if (body.kind === 'return' && place.parallelDepth > 0) {
      this.#report(at, 'return cannot leave a parallel branch');
    }
    if (next !== undefined) this.#jump(next, place);
  }

  #loop(loop: Loop, at: Position, place: Place, shared?: ReadonlySet<string>): void {
    const names = loop.index === undefined ? [loop.value] : [loop.value, loop.index];
    for (const name of names) {
      if (isVisible(name, place.scope)) this.#report(at, `the loop variable "${name}" is already a variable outside`);
    }
    const scope: Scope = { names: new Set(names), parent: place.scope, ...(shared && { shared }) };
    declare(loop.list.steps, scope);
    this.#list(loop.list, { ...place, scope, lists: [] });
  }

  #parallel({ shared: list, work }: BodyOf<'parallel'>, at: Position, outer: Place): void {
    const place: Place = { ...outer, parallelDepth: outer.parallelDepth + 1, lists: [] };
    if (place.parallelDepth > MAX_PARALLEL_DEPTH) {
      this.#report(at, `parallel steps are nested deeper than ${MAX_PARALLEL_DEPTH}`);
    }
    for (const { name, at: where } of list) {
      if (!isVisible(name, outer.scope)) this.#report(where, `the shared variable "${name}" is not assigned before`);
    }
    const shared = new Set(list.map(({ name }) => name));
    if (work.kind === 'for') {
      this.#loop(work.loop, at, { ...place, loop: 'parallel' }, shared);
      return;
    }
    for (const branch of work.list.steps) {
      this.#name(branch);
      const scope: Scope = { names: new Set(), parent: outer.scope, shared };
      declare([branch], scope);
      this.#step(branch, { ...place, scope, loop: undefined });
    }
  }

  #try({ step, retry, handler }: BodyOf<'try'>, place: Place): void {
    this.#step(step, place);
    if (retry?.predicate !== undefined) this.#predicate(retry.predicate);
    if (handler === undefined) return;
    const scope: Scope = { names: new Set(handler.error === undefined ? [] : [handler.error]), parent: place.scope };
    declare(handler.list.steps, scope);
    this.#list(handler.list, { ...place, scope });
  }

  #predicate({ name, at }: { name: string; at: Position }): void {
    const parameters = this.#parameters(name, at);
    const [first, ...others] = parameters ?? [];
    if (parameters !== undefined && (first === undefined || others.some(({ required }) => required))) {
      this.#report(at, `${name} cannot be a retry predicate: it must take one argument, the error`);
    }
  }

  #jump(jump: Jump, { lists, loop, parallelDepth }: Place): void {
    const fail = (message: string): void => this.#report(jump.at, message);
    if (jump.kind === 'end') {
      if (parallelDepth > 0) fail('"end" cannot leave a parallel branch');
    } else if (jump.kind !== 'step') {
      if (loop === undefined) fail(`"${jump.kind}" outside a loop`);
      else if (jump.kind === 'break' && loop === 'parallel') fail('"break" cannot end a parallel loop');
    } else {
      const list = lists.find(({ steps }) => steps.some(({ name }) => name === jump.name));
      if (list === undefined) {
        fail(`there is no step "${jump.name}" to go to (a loop or branch cannot be left by a jump)`);
        return;
      }
      jump.list = list;
      jump.index = list.steps.findIndex(({ name }) => name === jump.name);
    }
  }

  #call({ callee, at, args }: BodyOf<'call'>): void {
    const parameters = this.#parameters(callee, at);
    // What an expression gives is checked when it is known.
    if (parameters === undefined || args?.kind === 'expression') return;
    if (args !== undefined && args.kind !== 'map') {
      this.#report(args.at, 'args must be a map of argument names');
      return;
    }
    const given = new Map(args?.entries);
    for (const { argument, message } of misfits(callee, parameters, [...given.keys()])) {
      this.#report((argument === undefined ? undefined : given.get(argument)?.at) ?? at, message);
    }
  }

  #parameters(callee: string, at: Position): ReturnType<typeof parametersOf> {
    const parameters = parametersOf(this.#program, callee);
    if (parameters === undefined) {
      this.#report(at, `"${callee}" is neither a subworkflow here nor a function that this emulator supports`);
    }
    return parameters;
  }

  #target(target: Target, scope: Scope): void {
    for (const expression of target.path) this.#expression(expression, target.at, scope);
    if (!isVisible(target.variable, scope)) {
      this.#report(target.at, `the variable "${target.variable}" is never assigned here, so nothing in it can be`);
    }
    // Up to the scope that owns the variable, each parallel step on the way must share it.
    for (let at: Scope | undefined = scope; at !== undefined && !at.names.has(target.variable); at = at.parent) {
      if (at.shared !== undefined && !at.shared.has(target.variable)) {
        this.#report(target.at, `"${target.variable}" is assigned in a parallel step and not in its "shared" list`);
        return;
      }
    }
  }

  #template(template: Template, scope: Scope): void {
    if (template.kind === 'expression') this.#expression(template.expression, template.at, scope);
    else if (template.kind === 'list') for (const item of template.items) this.#template(item, scope);
    else if (template.kind === 'map') for (const [, item] of template.entries) this.#template(item, scope);
  }

  #expression(expression: Expression, at: Position, scope: Scope): void {
    for (const operand of operandsOf(expression)) this.#expression(operand, at, scope);
    if (expression.kind === 'variable' && !isVisible(expression.name, scope)) {
      this.#report(at, `the variable "${expression.name}" is never assigned here`);
    }
    if (expression.kind !== 'call') return;
    const { callee, args } = expression;
    const parameters = this.#parameters(callee, at);
    if (parameters === undefined) return;
    if (this.#blocking.has(callee) || STDLIB.get(callee)?.kind === 'blocking') {
      this.#report(at, `${callee} blocks, so it must be run by a call step, not within an expression`);
    } else if (args.length > parameters.length || parameters.slice(args.length).some(({ required }) => required)) {
      this.#report(at, `${callee} takes ${describe(parameters)}, and is called with ${args.length} arguments`);
    }
  }
}

function isVisible(name: string, scope: Scope | undefined): boolean {
  return scope !== undefined && (scope.names.has(name) || isVisible(name, scope.parent));
}

/** Adds what steps assign anywhere in their own scope; what an outer scope has stays there. */
function declare(steps: readonly Step[], scope: Scope): void {
  for (const { body } of steps) {
    for (const { variable, path } of targetsOf(body)) {
      // x.key = ... changes a map and makes no variable.
      if (path.length === 0 && !isVisible(variable, scope)) scope.names.add(variable);
    }
    // Loops, branches and handlers have scopes of their own.
    if (body.kind === 'try') declare([body.step], scope);
    else if (body.kind === 'switch' || body.kind === 'steps') declare(stepsWithin(body), scope);
  }
}
