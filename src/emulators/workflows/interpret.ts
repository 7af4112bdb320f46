/** Runs a program step by step, as a coroutine that pauses at every blocking call. */
import type { Coroutine, Host } from './effect.ts';
import { branchError } from './branch-error.ts';
import { Raised, systemError } from './errors.ts';
import { evaluate } from './evaluate.ts';
import type { Environment } from './evaluate.ts';
import { MAX_CALL_DEPTH, MAX_CONCURRENT_BRANCHES, MAX_PARALLEL_DEPTH, MAX_STEPS_PER_EXECUTION } from './limits.ts';
import type { Jump, Loop, Program, Retry, Routine, Step, StepBody, StepList, Target, Template } from './program.ts';
import { replaceAt } from './replace-at.ts';
import { Scope } from './scope.ts';
import { STDLIB } from './stdlib/index.ts';
import { isList, isMap, isNumber, typeName } from './value.ts';
import type { Value, ValueMap } from './value.ts';

/** How a step ended, unless it fell through to the next. */
type Completion =
  | { readonly kind: 'jump'; readonly list: StepList; readonly index: number }
  | { readonly kind: 'return'; readonly value: Value }
  | { readonly kind: 'break' | 'continue' }
  | undefined;

/** One call of a routine. */
interface Frame {
  readonly routine: string;
  readonly depth: number;
  readonly parallelDepth: number;
}

type BodyOf<K extends StepBody['kind']> = Extract<StepBody, { kind: K }>;

/** One execution's run of a program. Deterministic: everything else comes from the host or a coroutine's outcome. */
export class Interpreter {
  readonly #program: Program;
  readonly #host: Host;
  readonly #memory = { used: 0 };
  #steps = 0;
  /** Where the execution was last seen. */
  current: { routine: string; step: string } | undefined;

  constructor(program: Program, host: Host) {
    this.#program = program;
    this.#host = host;
  }

  /** `argument` is what `main`'s parameter receives. */
  *main(argument: Value): Coroutine<Value> {
    const main = this.#program.get('main') as Routine; // parseProgram makes sure of it
    const [parameter] = main.parameters;
    const given = parameter === undefined ? new Map() : new Map([[parameter.name, argument]]);
    return yield* this.#call(main, given, { routine: '', depth: -1, parallelDepth: 0 });
  }

  *#call(routine: Routine, args: ValueMap, caller: Frame): Coroutine<Value> {
    const frame = { routine: routine.name, depth: caller.depth + 1, parallelDepth: caller.parallelDepth };
    if (frame.depth > MAX_CALL_DEPTH) {
      throw systemError('RecursionError', `more than ${MAX_CALL_DEPTH} calls within calls`);
    }
    const scope = new Scope(this.#memory);
    try {
      for (const { name, byDefault } of routine.parameters) {
        const value = args.get(name) ?? (args.has(name) ? null : undefined);
        if (value === undefined && byDefault === undefined) {
          throw systemError('TypeError', `${routine.name} needs the argument "${name}"`);
        }
        scope.declare(
          name,
          value ?? (byDefault === undefined || args.has(name) ? null : this.#value(byDefault, scope, frame)),
        );
      }
      for (const name of args.keys()) {
        if (!routine.parameters.some((parameter) => parameter.name === name)) {
          throw systemError('TypeError', `${routine.name} has no argument "${name}"`);
        }
      }
      const completion = yield* this.#list(routine.list, scope, frame);
      return completion?.kind === 'return' ? completion.value : null;
    } finally {
      scope.close();
    }
  }

  *#list(list: StepList, scope: Scope, frame: Frame): Coroutine<Completion> {
    let index = 0;
    for (;;) {
      const step = list.steps[index];
      if (step === undefined) return undefined;
      const completion = yield* this.#step(step, scope, frame);
      if (completion === undefined) index++;
      else if (completion.kind === 'jump' && completion.list === list) index = completion.index;
      else return completion;
    }
  }

  *#step(step: Step, scope: Scope, frame: Frame): Coroutine<Completion> {
    try {
      if (step.body.kind !== 'steps' && ++this.#steps > MAX_STEPS_PER_EXECUTION) {
        throw systemError('ResourceLimitError', `more than ${MAX_STEPS_PER_EXECUTION} steps`);
      }
      this.current = { routine: frame.routine, step: step.name };
      const completion = yield* this.#body(step, scope, frame);
      return completion ?? (step.next === undefined ? undefined : this.#jump(step.next));
    } catch (error) {
      if (error instanceof Raised && error.frame !== frame) {
        error.frame = frame;
        error.trace.push({ step: step.name, routine: frame.routine, position: step.at });
      }
      throw error;
    }
  }

  #jump(jump: Jump): Completion {
    if (jump.kind === 'end') return { kind: 'return', value: null };
    if (jump.kind !== 'step') return { kind: jump.kind };
    return { kind: 'jump', list: jump.list as StepList, index: jump.index as number }; // set by checkProgram
  }

  *#body({ body, name }: Step, scope: Scope, frame: Frame): Coroutine<Completion> {
    switch (body.kind) {
      case 'assign':
        for (const { target, template } of body.assignments) {
          this.#assign(target, this.#value(template, scope, frame), scope, frame);
        }
        return undefined;
      case 'call': {
        const args = body.args === undefined ? new Map<string, Value>() : this.#value(body.args, scope, frame);
        if (!isMap(args)) throw systemError('TypeError', `args must be a map, not ${typeName(args)}`);
        const result = yield* this.#invoke(body.callee, args, frame);
        if (body.result !== undefined) this.#assign(body.result, result, scope, frame);
        return undefined;
      }
      case 'switch':
        for (const { condition, step } of body.cases) {
          const holds = this.#value(condition, scope, frame);
          if (typeof holds !== 'boolean') {
            throw systemError('TypeError', `a condition of "${name}" must be a boolean, not ${typeName(holds)}`);
          }
          if (holds) return yield* this.#step(step, scope, frame);
        }
        return undefined;
      case 'for':
        for (const [item, index] of this.#items(body.loop, scope, frame)) {
          const completion = yield* this.#iteration(body.loop, item, index, scope, frame);
          if (completion?.kind === 'break') return undefined;
          if (completion !== undefined && completion.kind !== 'continue') return completion;
        }
        return undefined;
      case 'parallel':
        yield* this.#parallel(body, scope, frame);
        return undefined;
      case 'try':
        return yield* this.#try(body, scope, frame);
      case 'raise':
        throw new Raised(raisable(this.#value(body.template, scope, frame)));
      case 'return':
        return { kind: 'return', value: this.#value(body.template, scope, frame) };
      case 'steps':
        return yield* this.#list(body.list, scope, frame);
      default:
        return undefined;
    }
  }

  *#invoke(name: string, args: ValueMap, frame: Frame): Coroutine<Value> {
    const routine = this.#program.get(name);
    if (routine !== undefined) return yield* this.#call(routine, args, frame);
    const fn = STDLIB.get(name);
    if (fn === undefined) throw new Error(`checkProgram let the unknown function ${name} pass`);
    for (const given of args.keys()) {
      if (!fn.parameters.some((parameter) => parameter.name === given)) {
        throw systemError('TypeError', `${name} has no argument "${given}"`);
      }
    }
    return fn.kind === 'pure' ? fn.run(args, this.#host) : yield* fn.run(args, this.#host);
  }

  /** Items with their index. A range counts from its first to its last number, both included. */
  *#items(loop: Loop, scope: Scope, frame: Frame): Generator<[Value, bigint]> {
    const value = this.#value(loop.over.template, scope, frame);
    if (!isList(value)) throw systemError('TypeError', `${loop.over.kind} must be a list, not ${typeName(value)}`);
    if (loop.over.kind === 'in') {
      for (const [index, item] of value.entries()) yield [item, BigInt(index)];
      return;
    }
    const [first, last] = value;
    if (value.length !== 2 || typeof first !== 'bigint' || typeof last !== 'bigint') {
      throw systemError('TypeError', 'a range must be a list of two integers');
    }
    for (let number = first; number <= last; number++) yield [number, number - first];
  }

  *#iteration(loop: Loop, item: Value, index: bigint, outer: Scope, frame: Frame): Coroutine<Completion> {
    const scope = new Scope(this.#memory, outer);
    try {
      scope.declare(loop.value, item);
      if (loop.index !== undefined) scope.declare(loop.index, index);
      return yield* this.#list(loop.list, scope, frame);
    } finally {
      scope.close();
    }
  }

  *#parallel(body: BodyOf<'parallel'>, scope: Scope, outer: Frame): Coroutine<void> {
    const frame = { ...outer, parallelDepth: outer.parallelDepth + 1 };
    if (frame.parallelDepth > MAX_PARALLEL_DEPTH) {
      throw systemError('ParallelNestingError', `parallel steps are nested deeper than ${MAX_PARALLEL_DEPTH}`);
    }
    const limit = body.limit === undefined ? BigInt(MAX_CONCURRENT_BRANCHES) : this.#value(body.limit, scope, outer);
    if (typeof limit !== 'bigint' || limit < 1n) {
      throw systemError('ValueError', 'concurrency_limit must be a positive integer');
    }
    const errors: { id: string; error: Raised }[] = [];
    const guarded = function* (id: string, work: Coroutine<unknown>): Coroutine<void> {
      try {
        yield* work;
      } catch (error) {
        if (!(error instanceof Raised)) throw error;
        errors.push({ id, error });
      }
    };
    const branches: Coroutine<void>[] = [];
    if (body.work.kind === 'for') {
      const { loop } = body.work;
      for (const [item, index] of this.#items(loop, scope, frame)) {
        if (branches.length >= MAX_STEPS_PER_EXECUTION) throw systemError('ResourceLimitError', 'too many iterations');
        branches.push(guarded(String(index), this.#iteration(loop, item, index, scope, frame)));
      }
    } else {
      for (const step of body.work.list.steps) branches.push(guarded(step.name, this.#branch(step, scope, frame)));
    }
    yield { kind: 'fork', branches, limit: Math.min(Number(limit), MAX_CONCURRENT_BRANCHES) };
    if (errors.length > 0) throw branchError(errors);
  }

  *#branch(step: Step, outer: Scope, frame: Frame): Coroutine<Completion> {
    const scope = new Scope(this.#memory, outer);
    try {
      return yield* this.#step(step, scope, frame);
    } finally {
      scope.close();
    }
  }

  *#try(body: BodyOf<'try'>, scope: Scope, frame: Frame): Coroutine<Completion> {
    for (let attempt = 0; ; attempt++) {
      try {
        return yield* this.#step(body.step, scope, frame);
      } catch (error) {
        if (!(error instanceof Raised)) throw error;
        if (body.retry !== undefined && (yield* this.#retries(body.retry, attempt, error.value, scope, frame)))
          continue;
        if (body.handler === undefined) throw error;
        return yield* this.#handler(body.handler, error.value, scope, frame);
      }
    }
  }

  /** Waits and answers true if the failed attempt (from 0) is to be repeated. */
  *#retries(retry: Retry, attempt: number, error: Value, scope: Scope, frame: Frame): Coroutine<boolean> {
    const number = (template: Template, what: string): number => {
      const value = this.#value(template, scope, frame);
      if (isNumber(value) && value >= 0) return Number(value);
      throw systemError('ValueError', `${what} must be a number, not negative`);
    };
    if (attempt >= number(retry.maxRetries, 'max_retries')) return false;
    if (retry.predicate !== undefined) {
      const { name } = retry.predicate;
      const parameters = this.#program.get(name)?.parameters ?? STDLIB.get(name)?.parameters ?? [];
      const [parameter] = parameters;
      const answer = yield* this.#invoke(name, new Map([[parameter?.name ?? '', error]]), frame);
      if (typeof answer !== 'boolean') {
        throw systemError('TypeError', `the retry predicate ${name} must return a boolean, not ${typeName(answer)}`);
      }
      if (!answer) return false;
    }
    const growth = number(retry.multiplier, 'multiplier') ** attempt;
    const seconds = Math.min(number(retry.initialDelay, 'initial_delay') * growth, number(retry.maxDelay, 'max_delay'));
    yield { kind: 'sleep', until: this.#host.now() + seconds * 1000 };
    return true;
  }

  *#handler(
    handler: NonNullable<BodyOf<'try'>['handler']>,
    error: Value,
    outer: Scope,
    frame: Frame,
  ): Coroutine<Completion> {
    const scope = new Scope(this.#memory, outer);
    try {
      if (handler.error !== undefined) scope.declare(handler.error, error);
      return yield* this.#list(handler.list, scope, frame);
    } finally {
      scope.close();
    }
  }

  #value(template: Template, scope: Scope, frame: Frame): Value {
    if (template.kind === 'value') return template.value;
    if (template.kind === 'list') return template.items.map((item) => this.#value(item, scope, frame));
    if (template.kind === 'map') {
      return new Map(template.entries.map(([key, item]) => [key, this.#value(item, scope, frame)]));
    }
    return evaluate(template.expression, this.#environment(scope, frame));
  }

  #environment(scope: Scope, frame: Frame): Environment {
    return {
      variable: (name) => scope.get(name),
      call: (name, args) => {
        const parameters = this.#program.get(name)?.parameters ?? STDLIB.get(name)?.parameters ?? [];
        const named = new Map(args.map((value, index) => [parameters[index]?.name ?? '', value]));
        const result = this.#invoke(name, named, frame).next();
        if (result.done === true) return result.value;
        throw new Error(`checkProgram let the blocking ${name} pass in an expression`);
      },
    };
  }

  #assign(target: Target, value: Value, scope: Scope, frame: Frame): void {
    if (target.path.length === 0) {
      scope.set(target.variable, value);
      return;
    }
    const environment = this.#environment(scope, frame);
    const path = target.path.map((key) => evaluate(key, environment));
    scope.set(target.variable, replaceAt(scope.get(target.variable), path, value));
  }
}

function raisable(value: Value): Value {
  if (typeof value === 'string' || isMap(value)) return value;
  throw systemError('TypeError', `raise takes a string or a map, not ${typeName(value)}`);
}
