/** YAML source -> checked program. */
import type { Node } from 'yaml';
import { checkProgram } from './check.ts';
import type { Position } from './errors.ts';
import { MAX_ASSIGNMENTS, MAX_BRANCHES, MAX_CONDITIONS } from './limits.ts';
import type { Jump, Loop, Program, Routine, Step, StepBody, StepList, Template } from './program.ts';
import { parseRetry } from './parse-retry.ts';
import { Source } from './source.ts';
import type { Entry } from './source.ts';

const BODY_KEYS = ['assign', 'call', 'switch', 'for', 'parallel', 'try', 'raise', 'return', 'steps'] as const;
/** Keys that may stand beside a body. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  call: ['args', 'result', 'next'],
  try: ['retry', 'except', 'next'],
  raise: [],
  return: [],
};

/**
 * Reads and checks a workflow's source: one `main` and its subworkflows, or a bare list of steps.
 * @throws {SourceError} with every problem found, each with line and column.
 */
export function parseProgram(text: string): Program {
  const source = new Source(text);
  const program = new Parser(source).program();
  source.done();
  checkProgram(program, (at, message) => source.problem(at, message));
  source.done();
  return program;
}

class Parser {
  readonly #source: Source;

  constructor(source: Source) {
    this.#source = source;
  }

  program(): Program {
    const routines = new Map<string, Routine>();
    const root = this.#source.root();
    const start = { line: 1, column: 1 };
    if (root === undefined) {
      this.#problem(start, 'the source is empty; a workflow needs a main with at least one step');
    } else if (this.#source.isList(root)) {
      routines.set('main', { name: 'main', at: start, parameters: [], list: this.#steps(root) });
    } else {
      for (const entry of this.#source.entries(root, 'a list of steps, or a map of main and its subworkflows')) {
        routines.set(entry.key, this.#routine(entry));
      }
      if (!routines.has('main')) this.#problem(start, 'there is no workflow named main');
    }
    return routines;
  }

  #routine({ key: name, at, value }: Entry): Routine {
    if (this.#source.isList(value)) return { name, at, parameters: [], list: this.#steps(value) };
    const fields = this.#source.fields(value, `the body of workflow "${name}"`, ['params', 'steps']);
    const params = fields.get('params');
    const parameters = params === undefined ? [] : this.#parameters(params);
    if (name === 'main' && parameters.length > 1) this.#problem(at, 'main takes at most one parameter');
    const steps = fields.get('steps');
    if (steps === undefined) this.#problem(at, `workflow "${name}" has no steps`);
    return { name, at, parameters, list: steps === undefined ? { steps: [] } : this.#steps(steps.value) };
  }

  #parameters({ value }: Entry): Routine['parameters'] {
    return this.#source.items(value, 'a list of parameters').map((node) => {
      const at = this.#source.at(node);
      if (!this.#source.isMap(node))
        return { name: this.#source.variable(node, 'a parameter name'), at, required: true };
      const [entry, ...rest] = this.#source.entries(node, 'a parameter');
      if (entry === undefined || rest.length > 0) this.#problem(at, 'expected one parameter: its name and its default');
      return entry === undefined
        ? { name: '', at, required: true }
        : { name: entry.key, at, required: false, byDefault: this.#source.template(entry.value) };
    });
  }

  #steps(node: Node): StepList {
    const steps = this.#source.items(node, 'a list of steps').map((item) => this.#namedStep(item));
    if (steps.length === 0) this.#problem(this.#source.at(node), 'at least one step is needed');
    const names = new Set<string>();
    for (const { name, at } of steps) {
      if (names.has(name)) this.#problem(at, `there is already a step named "${name}"`);
      names.add(name);
    }
    return { steps };
  }

  #namedStep(node: Node): Step {
    const at = this.#source.at(node);
    const [entry, ...rest] = this.#source.entries(node, 'a step: a map from its name to what it does');
    if (entry === undefined || rest.length > 0) {
      this.#problem(at, 'expected one step: a single name, with what it does indented below it');
    }
    if (entry === undefined) return { name: '', at, body: { kind: 'none' } };
    if (/^(?:end|break|continue)$/.test(entry.key)) this.#problem(at, `a step cannot be named "${entry.key}"`);
    return this.#step(entry.key, entry.at, entry.value, []);
  }

  /** `extra` are keys that the caller reads itself, such as a case's condition. */
  #step(name: string, at: Position, node: Node, extra: readonly string[]): Step {
    const fields = new Map(this.#source.entries(node, 'what the step does').map((entry) => [entry.key, entry]));
    const bodies = BODY_KEYS.filter((key) => fields.has(key));
    const [kind] = bodies;
    if (bodies.length > 1) this.#problem(at, `a step does one thing, and "${name}" has ${bodies.join(' and ')}`);
    const companions = kind === undefined ? undefined : COMPANIONS[kind];
    const allowed = new Set<string>([...extra, ...bodies, ...(companions ?? ['next'])]);
    for (const entry of fields.values()) {
      if (!allowed.has(entry.key)) {
        this.#problem(entry.at, `unknown or misplaced key "${entry.key}" in step "${name}"`);
      }
    }
    if (kind === undefined && !fields.has('next')) this.#problem(at, `step "${name}" does nothing`);
    const next = fields.get('next');
    const body: StepBody = kind === undefined ? { kind: 'none' } : this.#body(kind, fields, name);
    return { name, at, body, ...(next && { next: this.#jump(next) }) };
  }

  #body(kind: (typeof BODY_KEYS)[number], fields: ReadonlyMap<string, Entry>, name: string): StepBody {
    const { value, at } = fields.get(kind) as Entry;
    switch (kind) {
      case 'assign':
        return this.#assign(value);
      case 'call': {
        const args = fields.get('args');
        const result = fields.get('result');
        return {
          kind,
          at: this.#source.at(value),
          callee: this.#source.text(value, 'the name of a function or subworkflow'),
          ...(args && { args: this.#source.template(args.value) }),
          ...(result && {
            result: { at: result.at, variable: this.#source.variable(result.value, 'a variable'), path: [] },
          }),
        };
      }
      case 'switch': {
        const nodes = this.#source.items(value, 'a list of conditions');
        if (nodes.length > MAX_CONDITIONS) this.#problem(at, `more than ${MAX_CONDITIONS} conditions`);
        return { kind, cases: nodes.map((node) => this.#case(node, name)) };
      }
      case 'for':
        return { kind, loop: this.#loop(value, at) };
      case 'parallel':
        return this.#parallel(value, at);
      case 'try':
        return this.#try(value, fields, name);
      case 'raise':
      case 'return':
        return { kind, template: this.#source.template(value) };
      default:
        return { kind, list: this.#steps(value) };
    }
  }

  #assign(value: Node): StepBody {
    const nodes = this.#source.items(value, 'a list of assignments');
    if (nodes.length > MAX_ASSIGNMENTS) {
      this.#problem(
        this.#source.at(value),
        `${nodes.length} assignments, more than the ${MAX_ASSIGNMENTS} allowed in a step`,
      );
    }
    const assignments = nodes.flatMap((node) => {
      const entries = this.#source.entries(node, 'an assignment');
      if (entries.length !== 1) this.#problem(this.#source.at(node), 'expected one assignment in each list item');
      return entries.map(({ key, at, value }) => ({
        target: this.#source.target(key, at),
        template: this.#source.template(value),
      }));
    });
    return { kind: 'assign', assignments };
  }

  #case(node: Node, name: string): { condition: Template; step: Step } {
    const at = this.#source.at(node);
    const condition = this.#source.entries(node, 'a condition').find(({ key }) => key === 'condition');
    if (condition === undefined) this.#problem(at, `a case of "${name}" has no condition`);
    const step = this.#step(name, at, node, ['condition']);
    return { condition: this.#source.template(condition?.value ?? node), step };
  }

  #loop(node: Node, at: Position): Loop {
    const fields = this.#source.fields(node, 'for', ['value', 'index', 'in', 'range', 'steps']);
    const { value, index, in: items, range, steps } = Object.fromEntries(fields);
    if (value === undefined) this.#problem(at, 'a for needs "value", the name of its loop variable');
    if ((items === undefined) === (range === undefined)) this.#problem(at, 'a for needs either "in" or "range"');
    if (steps === undefined) this.#problem(at, 'a for needs "steps"');
    const over = items ?? range;
    return {
      value: value === undefined ? '' : this.#source.variable(value.value, 'a variable'),
      ...(index && { index: this.#source.variable(index.value, 'a variable') }),
      over: { kind: items === undefined ? 'range' : 'in', template: this.#source.template(over?.value ?? node) },
      list: steps === undefined ? { steps: [] } : this.#steps(steps.value),
    };
  }

  #parallel(node: Node, at: Position): StepBody {
    const fields = this.#source.fields(node, 'parallel', [
      'shared',
      'concurrency_limit',
      'exception_policy',
      'branches',
      'for',
    ]);
    const {
      shared,
      concurrency_limit: limit,
      exception_policy: policy,
      branches,
      for: loop,
    } = Object.fromEntries(fields);
    if (policy !== undefined && this.#source.text(policy.value, 'a policy') !== 'continueAll') {
      this.#problem(policy.at, 'the only exception_policy is continueAll');
    }
    if ((branches === undefined) === (loop === undefined))
      this.#problem(at, 'a parallel needs either "branches" or "for"');
    const list = branches === undefined ? { steps: [] } : this.#steps(branches.value);
    if (list.steps.length > MAX_BRANCHES) this.#problem(at, `more than ${MAX_BRANCHES} branches`);
    const names = shared === undefined ? [] : this.#source.items(shared.value, 'a list of variables');
    return {
      kind: 'parallel',
      shared: names.map((name) => ({ name: this.#source.variable(name, 'a variable'), at: this.#source.at(name) })),
      ...(limit && { limit: this.#source.template(limit.value) }),
      work: loop === undefined ? { kind: 'branches', list } : { kind: 'for', loop: this.#loop(loop.value, loop.at) },
    };
  }

  #try(value: Node, fields: ReadonlyMap<string, Entry>, name: string): StepBody {
    const retry = fields.get('retry');
    const except = fields.get('except');
    if (retry === undefined && except === undefined) {
      this.#problem(this.#source.at(value), `the try of "${name}" needs a retry or an except`);
    }
    const step = this.#step(name, this.#source.at(value), value, []);
    // https://cloud.google.com/workflows/docs/issues: the service refuses it with this text.
    if (step.body.kind === 'for')
      this.#problem(step.at, 'loop step name should not be empty; wrap the for in a named step');
    return {
      kind: 'try',
      step,
      ...(retry && { retry: parseRetry(this.#source, retry) }),
      ...(except && { handler: this.#handler(except) }),
    };
  }

  #handler({ value }: Entry): { error?: string; list: StepList } {
    const fields = this.#source.fields(value, 'except', ['as', 'steps']);
    const error = fields.get('as');
    const steps = fields.get('steps');
    return {
      ...(error && { error: this.#source.variable(error.value, 'a variable') }),
      list: steps === undefined ? { steps: [] } : this.#steps(steps.value),
    };
  }

  #jump({ value, at }: Entry): Jump {
    const name = this.#source.text(value, 'the name of a step, end, break or continue');
    return name === 'end' || name === 'break' || name === 'continue' ? { kind: name, at } : { kind: 'step', name, at };
  }

  #problem(at: Position, message: string): void {
    this.#source.problem(at, message);
  }
}
