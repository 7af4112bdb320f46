/** The `retry` of a try step: a policy by name, or a map of one's own. */
import type { Node } from 'yaml';
import { dottedName } from './expression.ts';
import type { Retry, Template } from './program.ts';
import type { Entry, Source } from './source.ts';
import { DEFAULT_BACKOFF, RETRY_POLICIES } from './stdlib/retry.ts';

const DELAYS = { initial_delay: 'initialDelay', max_delay: 'maxDelay', multiplier: 'multiplier' } as const;

export function parseRetry(source: Source, retry: Entry): Retry {
  return source.isMap(retry.value) ? ownPolicy(source, retry) : namedPolicy(source, retry);
}

function namedPolicy(source: Source, { value, at }: Entry): Retry {
  const name = functionName(source, value);
  const policy = RETRY_POLICIES.get(name);
  if (policy === undefined) {
    source.problem(at, `"${name}" is not a retry policy; known are ${[...RETRY_POLICIES.keys()].join(', ')}`);
  }
  return {
    predicate: { name: policy?.predicate ?? '', at },
    maxRetries: { kind: 'value', at, value: policy?.maxRetries ?? 0n },
    ...backoffOf(source, undefined, at),
  };
}

function ownPolicy(source: Source, { value, at }: Entry): Retry {
  const {
    predicate,
    max_retries: maxRetries,
    backoff,
  } = Object.fromEntries(source.fields(value, 'retry', ['predicate', 'max_retries', 'backoff']));
  if (maxRetries === undefined) source.problem(at, 'a retry needs max_retries');
  if (backoff === undefined) source.problem(at, 'a retry needs a backoff');
  return {
    ...(predicate && { predicate: { name: functionName(source, predicate.value), at: predicate.at } }),
    maxRetries: maxRetries === undefined ? { kind: 'value', at, value: 0n } : source.template(maxRetries.value),
    ...backoffOf(source, backoff, at),
  };
}

function backoffOf(
  source: Source,
  backoff: Entry | undefined,
  at: Entry['at'],
): Omit<Retry, 'predicate' | 'maxRetries'> {
  let given: Map<string, Entry> | undefined;
  if (backoff !== undefined && source.isMap(backoff.value)) {
    given = source.fields(backoff.value, 'backoff', Object.keys(DELAYS));
  } else if (backoff !== undefined && functionName(source, backoff.value) !== 'retry.default_backoff') {
    source.problem(backoff.at, 'a backoff is a map, or ${retry.default_backoff}');
  }
  const delay = (key: keyof typeof DELAYS): Template => {
    const entry = given?.get(key);
    if (given !== undefined && entry === undefined) source.problem(backoff?.at ?? at, `a backoff needs ${key}`);
    return entry === undefined
      ? { kind: 'value', at, value: DEFAULT_BACKOFF[DELAYS[key]] }
      : source.template(entry.value);
  };
  return { initialDelay: delay('initial_delay'), maxDelay: delay('max_delay'), multiplier: delay('multiplier') };
}

/** The name in `${http.default_retry}`. */
function functionName(source: Source, node: Node): string {
  const template = source.template(node);
  const name = template.kind === 'expression' ? dottedName(template.expression)?.callee : undefined;
  if (name === undefined) source.problem(template.at, 'expected the name of a function, such as ${http.default_retry}');
  return name ?? '';
}
