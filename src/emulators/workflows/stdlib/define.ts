/** How a standard library function is declared: its parameters with their types, and what it does. */
import type { Coroutine, Host } from '../effect.ts';
import { systemError } from '../errors.ts';
import type { Parameter } from '../program.ts';
import { isList, isMap, isNumber, typeName } from '../value.ts';
import type { Value } from '../value.ts';

const TYPES = {
  string: (value: Value): value is string => typeof value === 'string',
  integer: (value: Value): value is bigint => typeof value === 'bigint',
  number: isNumber,
  boolean: (value: Value): value is boolean => typeof value === 'boolean',
  bytes: (value: Value): value is Uint8Array => value instanceof Uint8Array,
  'string or bytes': (value: Value): value is string | Uint8Array =>
    typeof value === 'string' || value instanceof Uint8Array,
  list: isList,
  map: isMap,
  any: (value: Value): value is Value => value !== undefined,
};
type Word = keyof typeof TYPES;
type Typed<W extends Word> = (typeof TYPES)[W] extends ((value: Value) => value is infer T extends Value) ? T : never;

/** Parameters in order; a type with `?` may be left out or null. */
type Signature = Readonly<Record<string, Word | `${Word}?`>>;
type Arguments<S extends Signature> = {
  readonly [K in keyof S]: S[K] extends `${infer W extends Word}?`
    ? Typed<W> | undefined
    : S[K] extends Word
      ? Typed<S[K]>
      : never;
};
type Run<A, R> = (args: A, host: Host) => R;
type ByName = ReadonlyMap<string, Value>;

/** A pure function may stand in an expression; a blocking one needs a call step. */
export type StdlibFunction = { readonly parameters: readonly Parameter[] } & (
  | { readonly kind: 'pure'; readonly run: Run<ByName, Value> }
  | { readonly kind: 'blocking'; readonly run: Run<ByName, Coroutine<Value>> }
);

export const pure = <const S extends Signature>(signature: S, run: Run<Arguments<S>, Value>): StdlibFunction => ({
  kind: 'pure',
  parameters: parametersOf(signature),
  run: (args, host) => run(checked(signature, args), host),
});

export const blocking = <const S extends Signature>(
  signature: S,
  run: Run<Arguments<S>, Coroutine<Value>>,
): StdlibFunction => ({
  kind: 'blocking',
  parameters: parametersOf(signature),
  run: (args, host) => run(checked(signature, args), host),
});

const parametersOf = (signature: Signature): Parameter[] =>
  Object.entries(signature).map(([name, type]) => ({ name, required: !type.endsWith('?') }));

/** The caller has made sure that what is required is there. */
function checked<S extends Signature>(signature: S, args: ByName): Arguments<S> {
  const result: Record<string, Value> = {};
  for (const [name, type] of Object.entries(signature)) {
    const value = args.get(name) ?? null;
    const word = type.replace('?', '') as Word;
    if (value === null && word !== type) continue;
    if (!TYPES[word](value)) {
      throw systemError('TypeError', `argument "${name}" must be ${word}, not ${typeName(value)}`);
    }
    result[name] = value;
  }
  return result as Arguments<S>;
}

/** Of calls and of callbacks. */
export const HTTP_METHODS: ReadonlySet<string> = new Set('GET HEAD POST PUT DELETE OPTIONS PATCH'.split(' '));
