/**
 * Runs all test scripts of a folder: DAYMILL_PROMQLTEST, as Prometheus's sources have them in promql/promqltest/testdata, or those of
 * Prometheus 2 in promql/testdata with DAYMILL_PROMQLTEST_CLOSED=1. The scripts are not ours, and not here.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runScript } from '../../support/promqltest.ts';
import { evaluationOf } from '../../support/promqltest/evaluation.ts';

const folder = process.env['DAYMILL_PROMQLTEST'];
const isClosed = process.env['DAYMILL_PROMQLTEST_CLOSED'] === '1';

/** What Prometheus 3 has otherwise than 2, by expression. */
const ONLY_IN_2: ReadonlyMap<string, string> = new Map([
  ['label_replace(testmetric, "invalid-label-name", "", "src", "(.*)")', 'any UTF-8 is a name'],
  ['trigy atan2 trigx', 'drops the name, as other arithmetic does'],
  ['trigy atan2 trigNaN', 'drops the name, as other arithmetic does'],
  ['rate(testcounter_zero_cutoff[20m])', 'extends by half a distance at most, also where 0 is farther'],
  ['rate(metric[20s:10s])', 'of two samples, a millisecond more of range is seen'],
]);

describe.runIf(folder !== undefined)('scripts of DAYMILL_PROMQLTEST', () => {
  test.each(globSync('*.test', { cwd: folder ?? '.' }))('%s', (file) => {
    const outcomes = runScript(readFileSync(join(folder ?? '.', file), 'utf8'), { isClosed });
    const skipped = Map.groupBy(
      outcomes.flatMap(({ skipped: reason }) => (reason === undefined ? [] : [reason])),
      (reason) => reason,
    );
    const differing = outcomes.filter(
      ({ command, problem }) =>
        problem !== undefined && !(isClosed && ONLY_IN_2.has(evaluationOf(command, []).expression)),
    );
    const notTaken = [...skipped].map(([reason, all]) => `${all.length} not taken for ${reason}`);
    console.log([`${file}: ${outcomes.length} evaluations`, `${differing.length} differ`, ...notTaken].join(', '));
    expect(outcomes.length).toBeGreaterThan(0);
    expect(differing).toEqual([]);
  });
});
