/** What a compound value says of the part that is asked for, as Prometheus has it. */
import type { Compound } from '../../model/compound.ts';
import { QueryError } from '../../promql/query-error.ts';
import type { Part } from './wanted-series.ts';

/** Calls with each value, and what its own label is, '' where it has none. @throws {QueryError} execution, for what is not evaluated */
export function eachValue(
  compound: Compound,
  part: Part,
  name: string,
  act: (value: number, own: string) => void,
): void {
  if (part === 'sum') {
    if (compound.sum !== undefined) act(compound.sum, '');
  } else if (part === 'count') act(Number(compound.count), '');
  else if (part === 'quantile') {
    if (compound.kind === 'summary') for (const [quantile, value] of compound.quantiles) act(value, String(quantile));
  } else if (part === 'bucket') {
    if (compound.kind === 'histogram') eachBucket(compound.bounds, compound.counts, act);
    // Custom buckets are cumulative as classic ones are, once they are summed up.
    else if (compound.kind === 'custom') eachBucket(compound.bounds, spreadOut(compound), act);
  } else if (compound.kind === 'exponential' || compound.kind === 'custom')
    throw new QueryError(
      'execution',
      `${name} is a native histogram, which is not evaluated as a whole. Ask for ${name}_count, ${name}_sum` +
        (compound.kind === 'custom' ? `, ${name}_bucket.` : ', or live windows, which have its quantiles.'),
    );
}

function eachBucket(
  bounds: readonly number[],
  counts: readonly (bigint | number)[],
  act: (value: number, own: string) => void,
): void {
  let sum = 0;
  for (const [at, bound] of bounds.entries()) {
    sum += Number(counts[at] ?? 0);
    act(sum, String(bound));
  }
  act(sum + Number(counts[bounds.length] ?? 0), '+Inf');
}

function spreadOut({ bounds, positive }: Extract<Compound, { kind: 'custom' }>): (bigint | number)[] {
  const counts: (bigint | number)[] = Array.from({ length: bounds.length + 1 }, () => 0);
  for (const { offset, counts: own } of positive) for (const [at, count] of own.entries()) counts[offset + at] = count;
  return counts;
}
