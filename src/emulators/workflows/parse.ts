/** YAML source -> checked program. */
import { checkProgram } from './check.ts';
import { SourceError } from './errors.ts';
import type { Position } from './errors.ts';
import { dottedName } from './expression.ts';
import { MAX_ASSIGNMENTS, MAX_BRANCHES, MAX_CONDITIONS } from './limits.ts';
import type { Jump, Loop, Program, Retry, Routine, Step, StepBody, StepList, Template } from './program.ts';
import { parseTarget, SourceNode } from './source-node.ts';
import type { Entry } from './source-node.ts';
import { DEFAULT_BACKOFF, RETRY_POLICIES } from './stdlib/retry.ts';

/** What may stand beside each body. */
const COMPANIONS = {
  assign: ['next'],
  call: ['args', 'result', 'next'],
  switch: ['next'],
  for: ['next'],
  parallel: ['next'],
  try: ['retry', 'except', 'next'],
  raise: [],
  return: ['next'],
  steps: ['next'],
} as const satisfies Record<string, readonly string[]>;
type BodyKey = keyof typeof COMPANIONS;
const BODY_KEYS = Object.keys(COMPANIONS) as BodyKey[];

/** A step's entries by key. */
type StepFields = Partial<Record<BodyKey | 'args' | 'result' | 'retry' | 'except' | 'next', Entry>>;

/**
 * Reads and checks a workflow's source: one `main` and its subworkflows, or a bare list of steps.
 * @throws {SourceError} with the first thing that cannot be read, or all that does not fit together; each with line and column.
 */
export function parseProgram(text: string): Program {
  const program = parseRoutines(SourceNode.root(text));
  const problems: { at: Position; message: string }[] = [];
  checkProgram(program, (at, message) => problems.push({ at, message }));
  if (problems.length > 0) throw new SourceError(problems);
  return program;
}

function parseRoutines(root: SourceNode): Program {
  if (root.isList) return new Map([['main', { name: 'main', at: root.at, parameters: [], list: parseSteps(root) }]]);
  const entries = root.entries('a list of steps, or a map of main and its subworkflows');
  const program = new Map(entries.map((entry) => [entry.key, parseRoutine(entry)]));
  return program.has('main') ? program : root.fail('there is no workflow named main');
}

function parseRoutine({ key: name, at, value }: Entry): Routine {
  if (value.isList) return { name, at, parameters: [], list: parseSteps(value) };
  const { params, steps } = value.fields(`workflow "${name}"`, ['steps'], ['params']);
  const parameters = params?.value.items('a list of parameters').map(parseParameter) ?? [];
  if (name === 'main' && parameters.length > 1) value.fail('main takes at most one parameter', at);
  return { name, at, parameters, list: parseSteps(steps.value) };
}

function parseParameter(node: SourceNode): Routine['parameters'][number] {
  const { at } = node;
  if (!node.isMap) return { name: node.variable('a parameter name'), at, required: true };
  const { key, value } = node.entry('a parameter and its default');
  return { name: key, at, required: false, byDefault: value.template() };
}

function parseSteps(node: SourceNode): StepList {
  const steps = node.items('a list of steps').map((item) => {
    const { key, at, value } = item.entry('one step: a single name, with what it does indented below it');
    if (/^(?:end|break|continue)$/.test(key)) item.fail(`a step cannot be named "${key}"`);
    return parseStep(key, at, value);
  });
  if (steps.length === 0) node.fail('at least one step is needed');
  return { steps };
}

/** `extra` is a key that the caller reads itself, a case's condition. */
function parseStep(name: string, at: Position, node: SourceNode, extra?: string): Step {
  const entries = node.entries('what the step does');
  const bodies = BODY_KEYS.filter((key) => entries.some((entry) => entry.key === key));
  const [kind] = bodies;
  if (bodies.length > 1) node.fail(`a step does one thing, and "${name}" has ${bodies.join(' and ')}`, at);
  const allowed: readonly string[] = kind === undefined ? ['next'] : [kind, ...COMPANIONS[kind]];
  const stranger = entries.find(({ key }) => !allowed.includes(key) && key !== extra);
  if (stranger !== undefined) node.fail(`unknown or misplaced key "${stranger.key}" in step "${name}"`, stranger.at);
  const fields: StepFields = Object.fromEntries(entries.map((entry) => [entry.key, entry]));
  if (kind === undefined && fields.next === undefined) node.fail(`step "${name}" does nothing`, at);
  const body: StepBody =
    kind === undefined ? { kind: 'none' } : parseBody(kind, (fields[kind] as Entry).value, fields, name);
  const next = fields.next && parseJump(fields.next);
  if (next !== undefined && kind === 'return' && next.kind !== 'end') {
    node.fail('after return, next can be end alone', next.at);
  }
  return { name, at, body, ...(next && { next }) };
}

function parseBody(kind: BodyKey, value: SourceNode, fields: StepFields, name: string): StepBody {
  switch (kind) {
    case 'assign': {
      const nodes = value.items('a list of assignments');
      if (nodes.length > MAX_ASSIGNMENTS) {
        value.fail(`${nodes.length} assignments, more than the ${MAX_ASSIGNMENTS} allowed in a step`);
      }
      const entries = nodes.map((node) => node.entry('one assignment in each list item'));
      return {
        kind,
        assignments: entries.map((entry) => ({ target: parseTarget(entry), template: entry.value.template() })),
      };
    }
    case 'call': {
      const { args, result } = fields;
      return {
        kind,
        at: value.at,
        callee: value.text('the name of a function or subworkflow'),
        ...(args && { args: args.value.template() }),
        ...(result && { result: { at: result.at, variable: result.value.variable('a variable'), path: [] } }),
      };
    }
    case 'switch': {
      const nodes = value.items('a list of conditions');
      if (nodes.length > MAX_CONDITIONS) value.fail(`more than ${MAX_CONDITIONS} conditions`);
      const cases = nodes.map((node) => {
        const condition = node.entries('a condition').find(({ key }) => key === 'condition');
        if (condition === undefined) return node.fail(`a case of "${name}" has no condition`);
        return { condition: condition.value.template(), step: parseStep(name, node.at, node, 'condition') };
      });
      return { kind, cases };
    }
    case 'for':
      return { kind, loop: parseLoop(value) };
    case 'parallel':
      return parseParallel(value);
    case 'try':
      return parseTry(value, fields, name);
    case 'raise':
    case 'return':
      return { kind, template: value.template() };
    case 'steps':
      return { kind, list: parseSteps(value) };
    default:
      return kind satisfies never;
  }
}

function parseLoop(node: SourceNode): Loop {
  const { value, index, in: items, range, steps } = node.fields('for', ['value', 'steps'], ['index', 'in', 'range']);
  const over = items ?? range;
  if (over === undefined || (items && range)) return node.fail('a for needs either "in" or "range"');
  return {
    value: value.value.variable('a variable'),
    ...(index && { index: index.value.variable('a variable') }),
    over: { kind: items === undefined ? 'range' : 'in', template: over.value.template() },
    list: parseSteps(steps.value),
  };
}

function parseParallel(node: SourceNode): StepBody {
  const fields = node.fields('parallel', [], ['shared', 'concurrency_limit', 'exception_policy', 'branches', 'for']);
  const { shared, concurrency_limit: limit, exception_policy: policy, branches, for: loop } = fields;
  if (policy !== undefined && policy.value.text('a policy') !== 'continueAll') {
    node.fail('the only exception_policy is continueAll', policy.at);
  }
  const list = branches && parseSteps(branches.value);
  if ((list === undefined) === (loop === undefined)) node.fail('a parallel needs either "branches" or "for"');
  if (list !== undefined && list.steps.length > MAX_BRANCHES) node.fail(`more than ${MAX_BRANCHES} branches`);
  return {
    kind: 'parallel',
    shared:
      shared?.value.items('a list of variables').map((name) => ({ name: name.variable('a variable'), at: name.at })) ??
      [],
    ...(limit && { limit: limit.value.template() }),
    work: list === undefined ? { kind: 'for', loop: parseLoop((loop as Entry).value) } : { kind: 'branches', list },
  };
}

function parseTry(value: SourceNode, { retry, except }: StepFields, name: string): StepBody {
  if (retry === undefined && except === undefined) value.fail(`the try of "${name}" needs a retry or an except`);
  const step = parseStep(name, value.at, value);
  // https://cloud.google.com/workflows/docs/issues: the service refuses it with this text.
  if (step.body.kind === 'for') value.fail('loop step name should not be empty; wrap the for in a named step');
  const { as, steps } = except?.value.fields('except', ['steps'], ['as']) ?? {};
  return {
    kind: 'try',
    step,
    ...(retry && { retry: parseRetry(retry.value) }),
    ...(steps && { handler: { ...(as && { error: as.value.variable('a variable') }), list: parseSteps(steps.value) } }),
  };
}

/** A policy by name, or a map of one's own. */
function parseRetry(node: SourceNode): Retry {
  const value = (at: Position, constant: bigint | number): Template => ({ kind: 'value', at, value: constant });
  const standard = ({ at }: SourceNode): Omit<Retry, 'maxRetries' | 'predicate'> => ({
    initialDelay: value(at, DEFAULT_BACKOFF.initialDelay),
    maxDelay: value(at, DEFAULT_BACKOFF.maxDelay),
    multiplier: value(at, DEFAULT_BACKOFF.multiplier),
  });
  if (!node.isMap) {
    const name = functionName(node);
    const policy = RETRY_POLICIES.get(name);
    if (policy === undefined) {
      return node.fail(`"${name}" is not a retry policy; known are ${[...RETRY_POLICIES.keys()].join(', ')}`);
    }
    const predicate = { name: policy.predicate, at: node.at };
    return { predicate, maxRetries: value(node.at, policy.maxRetries), ...standard(node) };
  }
  const {
    predicate,
    max_retries: maxRetries,
    backoff,
  } = node.fields('retry', ['max_retries', 'backoff'], ['predicate']);
  const own = {
    ...(predicate && { predicate: { name: functionName(predicate.value), at: predicate.at } }),
    maxRetries: maxRetries.value.template(),
  };
  if (!backoff.value.isMap) {
    if (functionName(backoff.value) === 'retry.default_backoff') return { ...own, ...standard(backoff.value) };
    return backoff.value.fail('a backoff is a map, or ${retry.default_backoff}');
  }
  const delays = backoff.value.fields('backoff', ['initial_delay', 'max_delay', 'multiplier'], []);
  return {
    ...own,
    initialDelay: delays.initial_delay.value.template(),
    maxDelay: delays.max_delay.value.template(),
    multiplier: delays.multiplier.value.template(),
  };
}

/** The name in `${http.default_retry}`. */
function functionName(node: SourceNode): string {
  const template = node.template();
  const name = template.kind === 'expression' ? dottedName(template.expression) : undefined;
  return name ?? node.fail('expected the name of a function, such as ${http.default_retry}');
}

function parseJump({ value, at }: Entry): Jump {
  const name = value.text('the name of a step, end, break or continue');
  return name === 'end' || name === 'break' || name === 'continue' ? { kind: name, at } : { kind: 'step', name, at };
}
