/** Variables while an execution runs, and the memory that they take. */
import { systemError } from './errors.ts';
import { MAX_STRING_BYTES, MAX_VARIABLE_BYTES } from './limits.ts';
import { isList, isMap } from './value.ts';
import type { Value } from './value.ts';

/** Bytes of all variables of one execution. */
export interface MemoryMeter {
  used: number;
}

/** Reads look outwards; an assignment changes the variable where it lives, or makes it here. */
export class Scope {
  readonly #parent: Scope | undefined;
  readonly #meter: MemoryMeter;
  readonly #variables = new Map<string, { value: Value; size: number }>();

  constructor(meter: MemoryMeter, parent?: Scope) {
    this.#meter = meter;
    this.#parent = parent;
  }

  get(name: string): Value {
    const owner = this.#owner(name);
    if (owner === undefined) throw systemError('KeyError', `variable "${name}" has not been assigned yet`);
    return owner.#variables.get(name)?.value ?? null;
  }

  set(name: string, value: Value): void {
    (this.#owner(name) ?? this).declare(name, value);
  }

  /** Makes the variable in this very scope. */
  declare(name: string, value: Value): void {
    const size = sizeOf(value);
    const growth = size - (this.#variables.get(name)?.size ?? 0);
    if (this.#meter.used + growth > MAX_VARIABLE_BYTES) {
      throw systemError('ResourceLimitError', `variables would take more than ${MAX_VARIABLE_BYTES} bytes ("${name}")`);
    }
    this.#meter.used += growth;
    this.#variables.set(name, { value, size });
  }

  /** Gives the memory back. */
  close(): void {
    for (const { size } of this.#variables.values()) this.#meter.used -= size;
    this.#variables.clear();
  }

  #owner(name: string): Scope | undefined {
    if (this.#variables.has(name)) return this;
    return this.#parent === undefined ? undefined : this.#parent.#owner(name);
  }
}

/**
 * About the bytes that the service would count; containers count what they hold.
 * @throws {Raised} ResourceLimitError for a string that is too long
 */
function sizeOf(value: Value): number {
  if (typeof value === 'string') {
    const size = Buffer.byteLength(value);
    if (size <= MAX_STRING_BYTES) return size;
    throw systemError('ResourceLimitError', `a string takes ${size} bytes, more than ${MAX_STRING_BYTES}`);
  }
  if (value instanceof Uint8Array) return value.length;
  if (isList(value)) return value.reduce<number>((size, item) => size + sizeOf(item), 0);
  if (!isMap(value)) return value === null || typeof value === 'boolean' ? 1 : 8;
  let size = 0;
  for (const [key, item] of value) size += Buffer.byteLength(key) + sizeOf(item);
  return size;
}
