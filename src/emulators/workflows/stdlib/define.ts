/** How a standard library function is declared: its parameters with their types, and what it does. */
import type { Coroutine, Host } from '../effect.ts';
import { systemError } from '../errors.ts';
import { isList, isMap, isNumber, typeName } from '../value.ts';
import type { Value, ValueMap } from '../value.ts';

interface Types {
  string: string;
  integer: bigint;
  number: bigint | number;
  boolean: boolean;
  bytes: Uint8Array;
  'string or bytes': string | Uint8Array;
  list: readonly Value[];
  map: ValueMap;
  any: Value;
}
type TypeWord = keyof Types;

const ACCEPTS: Readonly<Record<TypeWord, (value: Value) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: (value) => typeof value === 'bigint',
  number: isNumber,
  boolean: (value) => typeof value === 'boolean',
  bytes: (value) => value instanceof Uint8Array,
  'string or bytes': (value) => typeof value === 'string' || value instanceof Uint8Array,
  list: isList,
  map: isMap,
  any: () => true,
};

/** Parameters in order; a type with `?` may be left out or null. */
type Signature = Readonly<Record<string, TypeWord | `${TypeWord}?`>>;
type Arguments<S extends Signature> = {
  readonly [K in keyof S]: S[K] extends `${infer W extends TypeWord}?`
    ? Types[W] | undefined
    : S[K] extends TypeWord
      ? Types[S[K]]
      : never;
};

interface Declared {
  readonly parameters: readonly { readonly name: string; readonly required: boolean }[];
}
/** A pure function may stand in an expression; a blocking one needs a call step. */
export type StdlibFunction = Declared &
  (
    | { readonly kind: 'pure'; run(args: ReadonlyMap<string, Value>, host: Host): Value }
    | { readonly kind: 'blocking'; run(args: ReadonlyMap<string, Value>, host: Host): Coroutine<Value> }
  );

export function pure<const S extends Signature>(
  signature: S,
  run: (args: Arguments<S>, host: Host) => Value,
): StdlibFunction {
  return { kind: 'pure', ...declare(signature), run: (args, host) => run(checked(signature, args), host) };
}

export function blocking<const S extends Signature>(
  signature: S,
  run: (args: Arguments<S>, host: Host) => Coroutine<Value>,
): StdlibFunction {
  return { kind: 'blocking', ...declare(signature), run: (args, host) => run(checked(signature, args), host) };
}

function declare(signature: Signature): Declared {
  const parameters = Object.entries(signature).map(([name, type]) => ({ name, required: !type.endsWith('?') }));
  return { parameters };
}

function checked<S extends Signature>(signature: S, args: ReadonlyMap<string, Value>): Arguments<S> {
  const result: Record<string, Value | undefined> = {};
  for (const [name, type] of Object.entries(signature)) {
    const optional = type.endsWith('?');
    const word = (optional ? type.slice(0, -1) : type) as TypeWord;
    const value = args.get(name);
    if (optional && (value === undefined || value === null)) continue;
    if (value === undefined) throw systemError('TypeError', `missing argument "${name}"`);
    if (!ACCEPTS[word](value)) {
      throw systemError('TypeError', `argument "${name}" must be ${word}, not ${typeName(value)}`);
    }
    result[name] = value;
  }
  return result as Arguments<S>;
}
