/** Runs a program step by step, as a coroutine that pauses at every blocking call. */
import type { Coroutine, Host } from './effect.ts';
import { contextOf, Raised, systemError } from './errors.ts';
import { evaluate, replaceAt } from './evaluate.ts';
import type { Environment } from './evaluate.ts';
import {
  MAX_BRANCH_ERRORS,
  MAX_CALL_DEPTH,
  MAX_CONCURRENT_BRANCHES,
  MAX_PARALLEL_DEPTH,
  MAX_STEPS_PER_EXECUTION,
} from './limits.ts';
import type { Jump, Loop, Program, Retry, Routine, Step, StepBody, StepList, Target, Template } from './program.ts';
import { Scope } from './scope.ts';
import { misfits, parametersOf } from './signature.ts';
import { STDLIB } from './stdlib/index.ts';
import { isList, isMap, isNumber, mapOf, typeName } from './value.ts';
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
  main(argument: Value): Coroutine<Value> {
    const main = this.#program.get('main') as Routine; // parseProgram makes sure of it
    const [parameter] = main.parameters;
    const args = parameter === undefined ? new Map() : new Map([[parameter.name, argument]]);
    return this.#run(main, args, { routine: main.name, depth: 0, parallelDepth: 0 });
  }

  *#run(routine: Routine, args: ValueMap, frame: Frame): Coroutine<Value> {
    const completion = yield* this.#within(undefined, (scope) => {
      for (const { name, byDefault } of routine.parameters) {
        const value = args.has(name) ? args.get(name) : byDefault && this.#value(byDefault, scope, frame);
        scope.declare(name, value ?? null);
      }
      return this.#list(routine.list, scope, frame);
    });
    return completion?.kind === 'return' ? completion.value : null;
  }

  /** Runs work in a new scope, which gives its memory back. */
  *#within<T>(outer: Scope | undefined, work: (scope: Scope) => Coroutine<T>): Coroutine<T> {
    const scope = new Scope(this.#memory, outer);
    try {
      return yield* work(scope);
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
      return completion ?? (step.next && completionOf(step.next));
    } catch (error) {
      if (error instanceof Raised && error.frame !== frame) {
        error.frame = frame;
        error.trace.push({ step: step.name, routine: frame.routine, position: step.at });
      }
      throw error;
    }
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
        for (const iteration of this.#iterations(body.loop, scope, frame)) {
          const completion = yield* iteration;
          if (completion?.kind === 'break') return undefined;
          if (completion !== undefined && completion.kind !== 'continue') return completion;
        }
        return undefined;
      case 'parallel':
        yield* this.#parallel(body, scope, frame);
        return undefined;
      case 'try':
        return yield* this.#try(body, scope, frame);
      case 'raise': {
        const value = this.#value(body.template, scope, frame);
        if (typeof value === 'string' || isMap(value)) throw new Raised(value);
        throw systemError('TypeError', `raise takes a string or a map, not ${typeName(value)}`);
      }
      case 'return':
        return { kind: 'return', value: this.#value(body.template, scope, frame) };
      case 'steps':
        return yield* this.#list(body.list, scope, frame);
      default:
        return undefined;
    }
  }

  *#invoke(name: string, args: ValueMap, frame: Frame): Coroutine<Value> {
    const [misfit] = misfits(name, parametersOf(this.#program, name) ?? [], [...args.keys()]);
    if (misfit !== undefined) throw systemError('TypeError', misfit.message);
    const routine = this.#program.get(name);
    if (routine !== undefined) {
      const depth = frame.depth + 1;
      if (depth > MAX_CALL_DEPTH) throw systemError('RecursionError', `more than ${MAX_CALL_DEPTH} calls within calls`);
      return yield* this.#run(routine, args, { ...frame, routine: name, depth });
    }
    const fn = STDLIB.get(name);
    if (fn === undefined) throw new Error(`checkProgram let the unknown function ${name} pass`);
    return fn.kind === 'pure' ? fn.run(args, this.#host) : yield* fn.run(args, this.#host);
  }

  /** A range counts from its first to its last number, both included. */
  *#iterations(loop: Loop, outer: Scope, frame: Frame): Generator<Coroutine<Completion>> {
    const value = this.#value(loop.over.template, outer, frame);
    if (!isList(value)) throw systemError('TypeError', `${loop.over.kind} must be a list, not ${typeName(value)}`);
    const iteration = (item: Value, index: bigint): Coroutine<Completion> =>
      this.#within(outer, (scope) => {
        scope.declare(loop.value, item);
        if (loop.index !== undefined) scope.declare(loop.index, index);
        return this.#list(loop.list, scope, frame);
      });
    if (loop.over.kind === 'in') {
      for (const [index, item] of value.entries()) yield iteration(item, BigInt(index));
      return;
    }
    const [first, last] = value;
    if (value.length !== 2 || typeof first !== 'bigint' || typeof last !== 'bigint') {
      throw systemError('TypeError', 'a range must be a list of two integers');
    }
    for (let number = first; number <= last; number++) yield iteration(number, number - first);
  }

  /** https://cloud.google.com/workflows/docs/reference/syntax/parallel-steps */
  *#parallel(body: BodyOf<'parallel'>, scope: Scope, outer: Frame): Coroutine<void> {
    const frame = { ...outer, parallelDepth: outer.parallelDepth + 1 };
    if (frame.parallelDepth > MAX_PARALLEL_DEPTH) {
      throw systemError('ParallelNestingError', `parallel steps are nested deeper than ${MAX_PARALLEL_DEPTH}`);
    }
    const limit = body.limit === undefined ? BigInt(MAX_CONCURRENT_BRANCHES) : this.#value(body.limit, scope, outer);
    if (typeof limit !== 'bigint' || limit < 1n) {
      throw systemError('ValueError', 'concurrency_limit must be a positive integer');
    }
    const errors: ValueMap[] = [];
    const guarded = function* (id: string, work: Coroutine<unknown>): Coroutine<void> {
      try {
        yield* work;
      } catch (error) {
        if (!(error instanceof Raised)) throw error;
        errors.push(mapOf({ id, error: mapOf({ context: contextOf(error), payload: error.value }) }));
      }
    };
    const branches: Coroutine<void>[] = [];
    if (body.work.kind === 'for') {
      for (const iteration of this.#iterations(body.work.loop, scope, frame)) {
        if (branches.length >= MAX_STEPS_PER_EXECUTION) throw systemError('ResourceLimitError', 'too many iterations');
        branches.push(guarded(String(branches.length), iteration));
      }
    } else {
      for (const step of body.work.list.steps) {
        const branch = this.#within(scope, (inner) => this.#step(step, inner, frame));
        branches.push(guarded(step.name, branch));
      }
    }
    yield { kind: 'fork', branches, limit: Math.min(Number(limit), MAX_CONCURRENT_BRANCHES) };
    if (errors.length === 0) return;
    throw systemError(
      'UnhandledBranchError',
      'One or more branches or iterations encountered an unhandled runtime error',
      {
        branches: errors.slice(0, MAX_BRANCH_ERRORS),
        truncated: errors.length > MAX_BRANCH_ERRORS,
      },
    );
  }

  *#try({ step, retry, handler }: BodyOf<'try'>, scope: Scope, frame: Frame): Coroutine<Completion> {
    for (let attempt = 0; ; attempt++) {
      try {
        return yield* this.#step(step, scope, frame);
      } catch (error) {
        if (!(error instanceof Raised)) throw error;
        if (retry !== undefined && (yield* this.#retries(retry, attempt, error.value, scope, frame))) continue;
        if (handler === undefined) throw error;
        return yield* this.#within(scope, (inner) => {
          if (handler.error !== undefined) inner.declare(handler.error, error.value);
          return this.#list(handler.list, inner, frame);
        });
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
      const answer = yield* this.#invoke(name, this.#named(name, [error]), frame);
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
        const result = this.#invoke(name, this.#named(name, args), frame).next();
        if (result.done === true) return result.value;
        throw new Error(`checkProgram let the blocking ${name} pass in an expression`);
      },
    };
  }

  /** Arguments by place, by name. */
  #named(callee: string, args: readonly Value[]): ValueMap {
    const parameters = parametersOf(this.#program, callee) ?? [];
    return new Map(args.map((value, index) => [parameters[index]?.name ?? '', value]));
  }

  #assign({ variable, path }: Target, value: Value, scope: Scope, frame: Frame): void {
    const environment = this.#environment(scope, frame);
    const keys = path.map((key) => evaluate(key, environment));
    scope.set(variable, keys.length === 0 ? value : replaceAt(scope.get(variable), keys, value));
  }
}

function completionOf(jump: Jump): Completion {
  if (jump.kind === 'end') return { kind: 'return', value: null };
  if (jump.kind !== 'step') return { kind: jump.kind };
  return { kind: 'jump', list: jump.list as StepList, index: jump.index as number }; // set by checkProgram
}
