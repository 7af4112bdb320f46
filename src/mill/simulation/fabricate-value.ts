/**
 * Values that a zod schema takes, as a computation would find them in storage. zod itself says what its input looks like (as JSON
 * Schema) and judges what was made; what it makes of that, as stored JSON, is what computations read.
 */
import { z } from 'zod';
import { toError } from '../../errors.ts';
import { canonicalJson } from '../../values/canonical.ts';
import { fabricateNumber } from './fabricate-number.ts';
import { fabricateString, fits } from './fabricate-string.ts';
import { FABRICATION_ATTEMPTS, MAX_DEPTH } from './limits.ts';
import { CannotFabricate, type Mood, type Scene } from './scene.ts';

export type Fabricate = (scene: Scene) => unknown;

type TypeName = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** The part of JSON Schema that zod writes, and two marks of ours. */
interface Shape {
  readonly type?: TypeName | readonly TypeName[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Shape>>;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly allOf?: readonly Shape[];
  readonly not?: Shape;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | boolean;
  readonly propertyNames?: Shape;
  readonly items?: Shape | boolean;
  readonly prefixItems?: readonly Shape[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly format?: string;
  readonly pattern?: string;
  /** JSON Schema has no word for what zod takes here. */
  readonly 'x-kind'?: string;
  /** Number of the zod schema that judges this place alone, because it has a refinement. */
  readonly 'x-refined'?: number;
}

/** Elements of a list, names of a record, unless the mood or the schema says otherwise. */
const USUAL_COUNT = 4;
const FULL_COUNT = 9;

/** In these moods a record has the same first names day after day, so that a name has a history. */
const STEADY: ReadonlySet<Mood> = new Set(['constant', 'rising', 'falling', 'walk', 'full', 'edge']);
const LASTING_NAMES = 3;

/** Attempts at one place inside of a value, before the whole value is begun anew. */
const LOCAL_ATTEMPTS = 20;

/** @throws {CannotFabricate} what it answers with too: when the schema refuses all that was tried. */
export function valueFabricator(schema: z.ZodType): Fabricate {
  const refined: z.core.$ZodType[] = [];
  const root = shapeOf(schema, refined);
  return (scene) => {
    let refusal = '';
    for (let attempt = 0; attempt < FABRICATION_ATTEMPTS; attempt++) {
      // Bit by bit smaller, and in any mood: what is refused in this one may be taken in another.
      const size = 1 - attempt / FABRICATION_ATTEMPTS;
      const mood = attempt > FABRICATION_ATTEMPTS / 4 ? 'mixed' : scene.mood;
      try {
        const given = new Maker(root, refined, { ...scene, size, mood }).make(root, '', 0);
        const parsed = schema.safeParse(given);
        if (parsed.success) return asStored(parsed.data);
        refusal = parsed.error.issues[0]?.message ?? 'refused';
      } catch (thrown) {
        if (thrown instanceof CannotFabricate) throw thrown;
        refusal = toError(thrown).message;
      }
    }
    throw new CannotFabricate(`no fabricated value fits the schema; the last refusal: ${refusal}`);
  };
}

/** @throws {TypeError} on what cannot be stored. */
export const asStored = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(canonicalJson(value));

function shapeOf(schema: z.ZodType, refined: z.core.$ZodType[]): Shape {
  try {
    return z.toJSONSchema(schema, {
      io: 'input',
      unrepresentable: 'any',
      override({ zodSchema, jsonSchema }) {
        const { type, checks = [] } = zodSchema._zod.def;
        const marks = jsonSchema as Record<string, unknown>;
        if (jsonSchema.type === undefined && ['date', 'bigint', 'undefined', 'map', 'set'].includes(type))
          marks['x-kind'] = type;
        if (checks.some((check) => check._zod.def.check === 'custom')) marks['x-refined'] = refined.push(zodSchema) - 1;
      },
    }) as Shape;
  } catch (thrown) {
    throw new CannotFabricate(`zod cannot describe the schema: ${toError(thrown).message}`, { cause: thrown });
  }
}

class Maker {
  readonly #root: Shape;
  readonly #refined: readonly z.core.$ZodType[];
  readonly #scene: Scene;

  constructor(root: Shape, refined: readonly z.core.$ZodType[], scene: Scene) {
    this.#root = root;
    this.#refined = refined;
    this.#scene = scene;
  }

  /** `place` is the path without the names of records and the places in lists: the same field of another entity is the same place. */
  make(shape: Shape, place: string, depth: number): unknown {
    const judge = this.#refined[shape['x-refined'] ?? -1];
    if (judge === undefined) return this.#value(shape, place, depth);
    for (let attempt = 1; ; attempt++) {
      const value = this.#value(shape, place, depth);
      if (attempt === LOCAL_ATTEMPTS || z.safeParse(judge, value).success) return value;
    }
  }

  #value(shape: Shape, place: string, depth: number): unknown {
    const { random } = this.#scene;
    if (depth > 4 * MAX_DEPTH) throw new CannotFabricate('the schema is recursive without an end');
    if (shape.$ref !== undefined) return this.make(this.#resolve(shape.$ref), `${place}^`, depth + 1);
    if (shape.const !== undefined) return shape.const;
    if (shape.enum !== undefined) return random.pick(shape.enum);
    const options = shape.anyOf ?? shape.oneOf ?? oneTypeEach(shape);
    if (options !== undefined) return this.#option(options, place, depth);
    if (shape.allOf !== undefined && shape.type === undefined) return this.#all(shape.allOf, place, depth);
    switch (shape.type) {
      case 'null':
        return null;
      case 'boolean':
        return random.chance(0.5);
      case 'number':
      case 'integer':
        return fabricateNumber(numberShape(shape), place, this.#scene);
      case 'string':
        return fabricateString(stringShape(shape), this.#scene);
      case 'array':
        return this.#list(shape, place, depth);
      case 'object':
        return this.#object(shape, place, depth);
      default:
        return this.#anything(shape, place);
    }
  }

  #resolve(reference: string): Shape {
    if (reference === '#') return this.#root;
    const found = this.#root.$defs?.[reference.replace('#/$defs/', '')];
    if (found === undefined) throw new CannotFabricate(`the schema's part ${reference} is not there`);
    return found;
  }

  #option(options: readonly Shape[], place: string, depth: number): unknown {
    const { random, mood } = this.#scene;
    const nothing = options.findIndex(({ type }) => type === 'null');
    const others = options.filter((_, index) => index !== nothing);
    if (nothing !== -1 && (others.length === 0 || random.chance(shareOfMissing(mood)))) return null;
    const shallow = depth > MAX_DEPTH ? others.filter((option) => !isDeep(option)) : others;
    const chosen = random.pick(shallow.length > 0 ? shallow : others);
    return this.make(chosen, others.length > 1 ? `${place}|${options.indexOf(chosen)}` : place, depth + 1);
  }

  #all(parts: readonly Shape[], place: string, depth: number): unknown {
    const made = parts.map((part) => this.make(part, place, depth + 1));
    const [first] = made;
    return typeof first === 'object' && first !== null ? Object.assign({}, ...made) : first;
  }

  #count(least: number, most: number, depth: number): number {
    const { random, mood, size } = this.#scene;
    const fitted = (count: number): number => Math.max(least, Math.min(most, Math.round(count * size)));
    if (depth > MAX_DEPTH || mood === 'empty') return least;
    if (mood === 'one') return fitted(1);
    return fitted(
      mood === 'full' || mood === 'extreme' ? random.integer(USUAL_COUNT, FULL_COUNT) : random.integer(0, USUAL_COUNT),
    );
  }

  #list(
    { prefixItems = [], items, minItems = 0, maxItems = Infinity }: Shape,
    place: string,
    depth: number,
  ): unknown[] {
    const list = prefixItems.map((item, index) => this.make(item, `${place}.${index}`, depth + 1));
    if (typeof items !== 'object' && prefixItems.length > 0) return list;
    const least = Math.max(0, minItems - list.length);
    const count = this.#count(least, Math.max(least, maxItems - list.length), depth);
    for (let index = 0; index < count; index++)
      list.push(this.make(typeof items === 'object' ? items : {}, `${place}[]`, depth + 1));
    return list;
  }

  #object(shape: Shape, place: string, depth: number): unknown {
    const { random, mood } = this.#scene;
    const made: Record<string, unknown> = {};
    for (const [name, property] of Object.entries(shape.properties ?? {})) {
      const required = shape.required?.includes(name) === true;
      if (property.not !== undefined || (!required && (depth > MAX_DEPTH || random.chance(shareOfMissing(mood)))))
        continue;
      made[name] = this.make(property, `${place}.${name}`, depth + 1);
    }
    if (shape.properties === undefined && typeof shape.additionalProperties === 'object')
      for (const name of this.#names(shape, place, depth))
        made[name] = this.make(shape.additionalProperties, `${place}{}`, depth + 1);
    return made;
  }

  /** Of a record. */
  #names({ propertyNames = {}, required = [] }: Shape, place: string, depth: number): ReadonlySet<string> {
    const names = new Set(required);
    if (STEADY.has(this.#scene.mood) && propertyNames.enum === undefined) {
      const lasting = this.#scene.names.filter((name) => fits(name, stringShape(propertyNames)));
      lasting.slice(0, LASTING_NAMES).forEach((name) => names.add(name));
    }
    const count = this.#count(names.size, Infinity, depth);
    for (let attempt = 0; names.size < count && attempt < 4 * count; attempt++)
      names.add(String(this.make({ type: 'string', ...propertyNames }, `${place}#`, depth + 1)));
    return names;
  }

  /** Where JSON Schema has no word: dates, `z.any()`, `z.custom()`. */
  #anything(shape: Shape, place: string): unknown {
    const { random, names } = this.#scene;
    const number = (): number => fabricateNumber(numberShape({ type: 'integer' }), place, this.#scene);
    switch (shape['x-kind']) {
      case 'date':
        return new Date(
          Date.UTC(2000, 0, 1) + random.integer(0, 1_000) * 86_400_000 + random.pick([0, 0, 1, 43_200_000]),
        );
      case 'bigint':
        return BigInt(Math.trunc(number()));
      case 'undefined':
        return undefined;
      case 'map':
        return new Map();
      case 'set':
        return new Set();
      default:
        return random.pick([null, true, number(), random.pick(names), [], {}]);
    }
  }
}

/** `{ type: ['number', 'null'] }` is how a plain nullable is written. */
const ofType = (shape: Shape, type: TypeName): Shape => ({ ...shape, type });

const oneTypeEach = (shape: Shape): Shape[] | undefined =>
  Array.isArray(shape.type) ? (shape.type as TypeName[]).map((type) => ofType(shape, type)) : undefined;

const isDeep = (shape: Shape): boolean => shape.$ref !== undefined || shape.type === 'object' || shape.type === 'array';

const shareOfMissing = (mood: Scene['mood']): number => (mood === 'full' ? 0 : mood === 'sparse' ? 0.9 : 0.2);

const numberShape = (shape: Shape) => ({
  integer: shape.type === 'integer',
  minimum: shape.exclusiveMinimum ?? shape.minimum,
  maximum: shape.exclusiveMaximum ?? shape.maximum,
  aboveMinimum: shape.exclusiveMinimum !== undefined,
  belowMaximum: shape.exclusiveMaximum !== undefined,
  multipleOf: shape.multipleOf,
});

const stringShape = ({ minLength = 0, maxLength = Infinity, format, pattern, allOf = [] }: Shape) => ({
  minLength,
  maxLength,
  format,
  patterns: [pattern, ...allOf.map((part) => part.pattern)].filter((each) => each !== undefined),
});
