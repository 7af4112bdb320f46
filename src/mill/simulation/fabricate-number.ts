/** Numbers: at the bounds, at and beside the code's literals, equal to others, and along walks. */
import type { Scene } from './scene.ts';

export interface NumberShape {
  readonly integer: boolean;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  /** Whether the bound itself is outside. */
  readonly aboveMinimum: boolean;
  readonly belowMaximum: boolean;
  readonly multipleOf: number | undefined;
}

/** Numbers fabricated lately that are remembered. */
const RECENT = 8;

const MAGNITUDES = [1, 1, 10, 100, 1_000, 10_000];
const COMMON = [0, 0, 1, -1, 2];
/** Sums and products of these depend on their order. */
const INEXACT = [0.1, 0.2, 0.3, 0.7, 1.1, -0.1];
const WHOLE_STEPS = [1, -1];
/** Bounds beyond it are those of the number's format, not the author's. */
const FAR_BOUND = 1e9;
const EDGE_ATTEMPTS = 4;
const FAR = [1e-9, 1e6, 1e9, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER];

/** `place` names the field, so that a walk goes on where the same field was before. */
export function fabricateNumber(shape: NumberShape, place: string, scene: Scene): number {
  const { random, mood, last, recent } = scene;
  const before = last.get(place);
  let value: number;
  if (before !== undefined && mood === 'constant') value = before;
  else if (before !== undefined && (mood === 'rising' || mood === 'falling')) value = next(before, mood, scene);
  else if (before !== undefined && mood === 'walk') value = before + (random.next() - 0.5) * strideFrom(before);
  // Sums of whole numbers are exact, so that means of what stays the same are the same too.
  else if (mood === 'constant') value = Math.round(typical(shape, scene));
  else if (mood === 'edge') value = edgeInTurn(shape, place, scene);
  else if (mood === 'extreme') value = random.chance(0.7) ? edge(shape, scene, true) : typical(shape, scene);
  else if (random.chance(0.35)) value = edge(shape, scene, false);
  else if (recent.length > 0 && random.chance(0.25)) value = random.pick(recent) + random.pick([0, 0, 1, -1]);
  else value = typical(shape, scene);
  const fitted = fit(value, shape);
  last.set(place, fitted);
  recent.push(fitted);
  if (recent.length > RECENT) recent.shift();
  return fitted;
}

const strideFrom = (value: number): number => Math.max(1, Math.abs(value) / 10);

/** Strictly on: a walk that stands still would be `constant`. */
function next(before: number, mood: 'rising' | 'falling', { random }: Scene): number {
  const stride = strideFrom(before) * (0.05 + random.next());
  return mood === 'rising' ? before + stride : before - stride;
}

function typical({ minimum, maximum }: NumberShape, { random }: Scene): number {
  const magnitude = random.pick(MAGNITUDES);
  const low = Math.max(minimum ?? -magnitude, Math.min(-magnitude, (maximum ?? 0) - magnitude));
  const high = Math.min(maximum ?? magnitude, Math.max(magnitude, low + magnitude));
  if (random.chance(0.1)) return random.pick(INEXACT);
  const value = low + random.next() * (high - low);
  return random.chance(0.3) ? Math.round(value) : value;
}

/** A bound, a literal of the code or a usual suspect, or right beside it. */
function edge({ minimum, maximum, integer }: NumberShape, { literals, random }: Scene, far: boolean): number {
  const { numbers } = literals;
  const bounds = [minimum, maximum].filter((bound) => bound !== undefined && (far || Math.abs(bound) < FAR_BOUND));
  for (let attempt = 0; attempt < EDGE_ATTEMPTS; attempt++) {
    const from = random.pick([COMMON, bounds, bounds, numbers, numbers, numbers, far ? FAR : numbers]);
    if (from.length === 0) continue;
    const value = (random.pick(from) as number) * (from === FAR && random.chance(0.5) ? -1 : 1);
    const beside = random.chance(0.4)
      ? value
      : integer
        ? value + random.pick(WHOLE_STEPS)
        : besides(value, random.integer(0, 5));
    if (beside >= (minimum ?? -Infinity) && beside <= (maximum ?? Infinity)) return beside;
  }
  return minimum ?? maximum ?? 0;
}

/** Every edge comes up when there are enough numbers at the place; where to begin is chance, so that fields go different ways. */
function edgeInTurn(
  { minimum, maximum, integer }: NumberShape,
  place: string,
  { literals, random, turns }: Scene,
): number {
  const bounds = [minimum, maximum].filter((bound) => bound !== undefined && Math.abs(bound) < FAR_BOUND) as number[];
  const sources = [...literals.numbers, ...literals.numbers.map((number) => -number), ...bounds, 0, 1];
  const edges = sources
    .flatMap((value) =>
      integer ? [value, value - 1, value + 1] : [value, besides(value, 2), besides(value, 3), besides(value, 0)],
    )
    .filter((value) => value >= (minimum ?? -Infinity) && value <= (maximum ?? Infinity));
  const turn = turns.get(place) ?? random.integer(0, edges.length);
  turns.set(place, turn + 1);
  return edges[turn % edges.length] ?? minimum ?? maximum ?? 0;
}

/** One step of a double, one that arithmetic does not swallow, and one of its own kind; up and down. */
function besides(value: number, which: number): number {
  const sign = which % 2 === 0 ? 1 : -1;
  if (which < 2) return value * (1 + sign * 2 ** -52);
  return value + sign * (which < 4 ? 1e-6 : 1);
}

/** Into the bounds, and onto the grid. */
function fit(value: number, shape: NumberShape): number {
  const { minimum = -Infinity, maximum = Infinity, aboveMinimum, belowMaximum, integer } = shape;
  const step = shape.multipleOf ?? (integer ? 1 : 0);
  const least = aboveMinimum ? minimum + (step || gapAt(minimum)) : minimum;
  const most = belowMaximum ? maximum - (step || gapAt(maximum)) : maximum;
  const inside = Math.min(Math.max(value, least), most);
  if (step === 0) return inside;
  const low = Math.ceil(least / step) * step;
  const high = Math.floor(most / step) * step;
  // No minus zero: stored values have none.
  return Math.min(Math.max(Math.round(inside / step) * step, low), high) + 0;
}

const gapAt = (bound: number): number => Math.max(Math.abs(bound) * 1e-9, 1e-9);
