/** Fits the weights of the smart-money score to simulated people, of whom it is known who is skilled. */
import { featuresOf, type Parts } from '../src/computations/trading/smart-money-score.ts';
import { TRADING_DAY, tradersOn } from '../test/support/traders.ts';

/** Behind the people of the sample: weights are judged by others than those that they were fitted to. */
const FIRST = 200_000;
/** A ridge, in units of a feature's own size, so that a part which tells nothing weighs nothing. */
const RIDGE = 1;
const STEPS = 30;

export const PARTS = ['alpha', 'sharpe', 'disposition', 'revenge'] as const satisfies (keyof Parts)[];

/** The constant first, then the parts. */
export async function fitSmartMoney(people: number): Promise<number[]> {
  const rows: { readonly x: number[]; readonly y: number }[] = [];
  for await (const { behaviour, found } of tradersOn(TRADING_DAY, FIRST, people)) {
    const features = featuresOf({
      attribution: found['return-attribution'],
      risk: found['risk-return'],
      disposition: found['disposition-effect'],
      revenge: found['revenge-trading'],
    } as Parameters<typeof featuresOf>[0]);
    if (features !== undefined)
      rows.push({ x: [1, ...PARTS.map((part) => features[part])], y: behaviour === 'skilled' ? 1 : 0 });
  }
  return logistic(rows);
}

/** Newton's steps on the likelihood of a logistic regression. */
function logistic(rows: readonly { readonly x: readonly number[]; readonly y: number }[]): number[] {
  const columns = rows[0]?.x.length ?? 0;
  const weights = Array.from({ length: columns }, () => 0);
  for (let step = 0; step < STEPS; step++) {
    const hessian = weights.map((_, at) => weights.map((_, other) => (at === other && at > 0 ? RIDGE : 0)));
    const gradient = weights.map((weight, at) => (at > 0 ? -RIDGE * weight : 0));
    for (const { x, y } of rows) {
      const p = 1 / (1 + Math.exp(-x.reduce((sum, value, at) => sum + value * (weights[at] as number), 0)));
      for (let at = 0; at < columns; at++) {
        gradient[at]! += (y - p) * (x[at] as number);
        for (let other = 0; other < columns; other++)
          hessian[at]![other]! += p * (1 - p) * (x[at] as number) * (x[other] as number);
      }
    }
    for (const [at, change] of solved(hessian, gradient).entries()) weights[at]! += change;
  }
  return weights;
}

/** Gauss' elimination; the matrix is positive. */
function solved(matrix: number[][], right: readonly number[]): number[] {
  const rows = matrix.map((row, at) => [...row, right[at] as number]);
  for (let at = 0; at < rows.length; at++) {
    const pivot = rows[at] as number[];
    for (let below = at + 1; below < rows.length; below++) {
      const row = rows[below] as number[];
      const factor = (row[at] as number) / (pivot[at] as number);
      for (let column = at; column < row.length; column++) row[column]! -= factor * (pivot[column] as number);
    }
  }
  const result = rows.map(() => 0);
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at] as number[];
    let left = row.at(-1) as number;
    for (let column = at + 1; column < rows.length; column++)
      left -= (row[column] as number) * (result[column] as number);
    result[at] = left / (row[at] as number);
  }
  return result;
}
