/** Sums with what rounding took, after Neumaier: https://doi.org/10.1002/zamm.19740540106 */

export class ExactSum {
  sum = 0;
  lost = 0;

  add(value: number): void {
    const { sum } = this;
    const next = sum + value;
    if (!Number.isFinite(next)) this.lost = 0;
    else this.lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    this.sum = next;
  }

  get total(): number {
    return Number.isFinite(this.sum) ? this.sum + this.lost : this.sum;
  }
}

/** A mean that does not overflow where the sum would: from there on it is carried on as a mean. */
export class ExactMean {
  readonly #sum = new ExactSum();
  #count = 0;
  #isMean = false;

  add(value: number): void {
    this.#count++;
    const sum = this.#sum;
    if (!this.#isMean) {
      const [before, lost] = [sum.sum, sum.lost];
      sum.add(value);
      // What is infinite by itself stays so.
      if (Number.isFinite(sum.sum) || this.#count === 1) return;
      this.#isMean = true;
      sum.sum = before / (this.#count - 1);
      sum.lost = lost / (this.#count - 1);
    }
    const share = (this.#count - 1) / this.#count;
    sum.sum *= share;
    sum.lost *= share;
    sum.add(value / this.#count);
  }

  get mean(): number {
    const { sum, lost } = this.#sum;
    if (this.#isMean) return Number.isFinite(sum) ? sum + lost : sum;
    return Number.isFinite(sum) ? sum / this.#count + lost / this.#count : sum / this.#count;
  }
}

/** Welford's: https://doi.org/10.1080/00401706.1962.10490022 */
export class Variance {
  #count = 0;
  readonly #mean = new ExactSum();
  readonly #squares = new ExactSum();

  add(value: number): void {
    this.#count++;
    const delta = value - this.#mean.total;
    this.#mean.add(delta / this.#count);
    this.#squares.add(delta * (value - this.#mean.total));
  }

  get variance(): number {
    return this.#squares.total / this.#count;
  }
}

/** Of values that are sorted, NaN first; between two by how far it is from each. */
export function quantileOf(q: number, sorted: ArrayLike<number>): number {
  if (sorted.length === 0 || Number.isNaN(q)) return NaN;
  if (q < 0) return -Infinity;
  if (q > 1) return Infinity;
  const rank = q * (sorted.length - 1);
  const lower = Math.max(0, Math.floor(rank));
  const upper = Math.min(sorted.length - 1, lower + 1);
  const weight = rank - Math.floor(rank);
  return (sorted[lower] as number) * (1 - weight) + (sorted[upper] as number) * weight;
}

/** NaN before all, as it is less than any; infinities are compared, not subtracted. */
export const ascending = (a: number, b: number): number => {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  if (Number.isNaN(b)) return 1;
  return a < b ? -1 : Number(a > b);
};
