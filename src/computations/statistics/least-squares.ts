/** How one variable follows from several, and how sure that is. */
import { sum } from './compensated-sum.ts';
import { lessProducts } from './exact-dot.ts';

export interface LeastSquares {
  /** One for each column of the design. */
  readonly coefficients: readonly number[];
  readonly standardErrors: readonly number[];
  /** Estimated standard deviation of the errors: the root of the squared residuals' sum by the degrees of freedom. */
  readonly residualDeviation: number;
  /** Rows less columns. */
  readonly degreesOfFreedom: number;
  /** Share of the variance that is explained; about 0 instead of the mean if no column is constant. 0 where y does not vary, never negative. */
  readonly rSquared: number;
}

/** How much of a column, of norm 1 to 2, must not follow from those before it; below, it is rounding. */
const RANK_TOLERANCE = 1e-13;
/** Where each column has at least that much of its own, the plain solution is right to thirteen digits. */
const WELL_CONDITIONED = 0.01;
const MOST_REFINEMENTS = 6;

/**
 * The coefficients with the least sum of squared residuals, by Householder's reflections, refined with residuals of twice the digits where columns are nearly
 * dependent. Each row of the design has one number for each coefficient; an intercept is a column of ones. Undefined unless there are more rows than columns, and if a
 * column follows from others.
 * Sources: G. Golub, "Numerical Methods for Solving Linear Least Squares Problems", Numerische Mathematik 7 (1965), 206-216; Å. Björck, "Iterative Refinement of
 * Linear Least Squares Solutions I", BIT 7 (1967), 257-278.
 */
export function leastSquares(design: readonly (readonly number[])[], y: readonly number[]): LeastSquares | undefined {
  const rows = design.length;
  const columns = design[0]?.length ?? 0;
  if (rows !== y.length)
    throw new RangeError(`${rows} rows of a design for ${y.length} values of y: one for each is needed.`);
  if (columns === 0 || rows <= columns) return undefined;
  const scaled = scaledColumns(design, rows, columns);
  const target = Float64Array.from(y, (value, row) => finite(value, row, 'y'));
  const factored = factor(scaled.values, rows, columns);
  if (factored === undefined) return undefined;
  const { solution, residuals } = solve(scaled.values, factored, target);
  const degreesOfFreedom = rows - columns;
  const squares = squaredNorm(residuals);
  const residualDeviation = Math.sqrt(squares / degreesOfFreedom);
  const deviations = inverseRowNorms(factored);
  const all = squaredNorm(scaled.hasConstant ? aroundMean(target) : target);
  return {
    coefficients: Array.from(solution, (value, column) => value * scaled.scales[column]!),
    standardErrors: Array.from(deviations, (value, column) => value * residualDeviation * scaled.scales[column]!),
    residualDeviation,
    degreesOfFreedom,
    rSquared: all === 0 ? 0 : Math.max(0, 1 - squares / all),
  };
}

interface Scaled {
  /** Column after column, each times its scale. */
  readonly values: Float64Array;
  /** Powers of two, so that no digit is lost. */
  readonly scales: Float64Array;
  readonly hasConstant: boolean;
}

function scaledColumns(design: readonly (readonly number[])[], rows: number, columns: number): Scaled {
  const values = new Float64Array(rows * columns);
  const scales = new Float64Array(columns);
  for (let row = 0; row < rows; row++) {
    const cells = design[row]!;
    if (cells.length !== columns)
      throw new RangeError(`Row ${row} of the design has ${cells.length} numbers, row 0 has ${columns}.`);
    for (let column = 0; column < columns; column++)
      values[column * rows + row] = finite(cells[column]!, row, 'the design');
  }
  let hasConstant = false;
  for (let column = 0; column < columns; column++) {
    const cells = values.subarray(column * rows, (column + 1) * rows);
    let largest = 0;
    let constant = true;
    for (const cell of cells) {
      largest = Math.max(largest, Math.abs(cell));
      constant &&= cell === cells[0];
    }
    hasConstant ||= constant && largest > 0;
    const scale = largest === 0 ? 1 : 2 ** -Math.floor(Math.log2(largest) + Math.log2(rows) / 2);
    scales[column] = scale;
    for (let row = 0; row < rows; row++) cells[row]! *= scale;
  }
  return { values, scales, hasConstant };
}

function finite(value: number, row: number, where: string): number {
  if (!Number.isFinite(value))
    throw new RangeError(`Row ${row} of ${where} has ${value}, which is no number to fit: leave the row out.`);
  return value;
}

/** A = Q R: Q as reflections, column after column from the diagonal on, R above the diagonal and in `diagonal`. */
interface Factored {
  readonly reflections: Float64Array;
  readonly diagonal: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Undefined if a column follows from those before it. */
function factor(values: Float64Array, rows: number, columns: number): Factored | undefined {
  const reflections = Float64Array.from(values);
  const diagonal = new Float64Array(columns);
  for (let k = 0; k < columns; k++) {
    const at = k * rows;
    let squares = 0;
    for (let row = k; row < rows; row++) squares += reflections[at + row]! ** 2;
    const norm = Math.sqrt(squares);
    if (norm < RANK_TOLERANCE) return undefined;
    const pivot = reflections[at + k]!;
    diagonal[k] = pivot > 0 ? -norm : norm;
    // The vector v of a reflection 1 - v v' / (norm |v_k|), with |v|² = 2 norm |v_k|.
    reflections[at + k] = pivot - diagonal[k]!;
    for (let column = k + 1; column < columns; column++) {
      reflect(reflections, at, k, rows, norm, reflections, column * rows);
    }
  }
  return { reflections, diagonal, rows, columns };
}

/** Applies the reflection of column k, stored from `at` on, to what is stored from `to` on. */
function reflect(
  v: Float64Array,
  at: number,
  k: number,
  rows: number,
  norm: number,
  on: Float64Array,
  to: number,
): void {
  let product = 0;
  for (let row = k; row < rows; row++) product += v[at + row]! * on[to + row]!;
  const share = product / (norm * Math.abs(v[at + k]!));
  for (let row = k; row < rows; row++) on[to + row]! -= share * v[at + row]!;
}

/** Coefficients of the scaled columns, and residuals. */
function solve(
  values: Float64Array,
  factored: Factored,
  target: Float64Array,
): { solution: Float64Array; residuals: Float64Array } {
  const { rows, columns, diagonal } = factored;
  const solution = new Float64Array(columns);
  const residuals = new Float64Array(rows);
  const start = correction(factored, target, new Float64Array(columns));
  add(solution, start.solution);
  add(residuals, start.residuals);
  if (diagonal.every((value) => Math.abs(value) >= WELL_CONDITIONED)) return { solution, residuals };
  let before = Infinity;
  for (let step = 0; step < MOST_REFINEMENTS; step++) {
    const missing = target.map((value, row) =>
      lessProducts(value, residuals[row]!, { values, from: row, step: rows }, solution),
    );
    const slopes = solution.map((_, column) => lessProducts(0, 0, { values, from: column * rows, step: 1 }, residuals));
    const change = correction(factored, missing, slopes);
    const size = squaredNorm(change.solution);
    // It shrinks by the condition times the rounding, until only rounding is left.
    if (!(size < before / 4)) break;
    before = size;
    add(solution, change.solution);
    add(residuals, change.residuals);
  }
  return { solution, residuals };
}

/** Solves r + A b = f, A' r = g: least squares, if g is 0. */
function correction(
  { reflections, diagonal, rows, columns }: Factored,
  f: Float64Array,
  g: Float64Array,
): { solution: Float64Array; residuals: Float64Array } {
  const residuals = Float64Array.from(f);
  for (let k = 0; k < columns; k++) reflect(reflections, k * rows, k, rows, Math.abs(diagonal[k]!), residuals, 0);
  const h = new Float64Array(columns);
  for (let k = 0; k < columns; k++) {
    let value = g[k]!;
    for (let row = 0; row < k; row++) value -= reflections[k * rows + row]! * h[row]!;
    h[k] = value / diagonal[k]!;
  }
  const solution = new Float64Array(columns);
  for (let k = columns - 1; k >= 0; k--) {
    let value = residuals[k]! - h[k]!;
    for (let column = k + 1; column < columns; column++) value -= reflections[column * rows + k]! * solution[column]!;
    solution[k] = value / diagonal[k]!;
  }
  residuals.set(h);
  for (let k = columns - 1; k >= 0; k--) reflect(reflections, k * rows, k, rows, Math.abs(diagonal[k]!), residuals, 0);
  return { solution, residuals };
}

/** The norms of the rows of R's inverse: standard errors, but for the residuals' deviation. */
function inverseRowNorms({ reflections, diagonal, rows, columns }: Factored): Float64Array {
  const squares = new Float64Array(columns);
  const column = new Float64Array(columns);
  for (let of = 0; of < columns; of++) {
    for (let k = of; k >= 0; k--) {
      let value = k === of ? 1 : 0;
      for (let right = k + 1; right <= of; right++) value -= reflections[right * rows + k]! * column[right]!;
      column[k] = value / diagonal[k]!;
      squares[k]! += column[k]! ** 2;
    }
  }
  return squares.map(Math.sqrt);
}

function add(to: Float64Array, values: Float64Array): void {
  for (let index = 0; index < to.length; index++) to[index]! += values[index]!;
}

const aroundMean = (values: Float64Array): Float64Array => {
  const center = sum(values) / values.length;
  return values.map((value) => value - center);
};

function squaredNorm(values: Float64Array): number {
  let squares = 0;
  for (const value of values) squares += value * value;
  return squares;
}
