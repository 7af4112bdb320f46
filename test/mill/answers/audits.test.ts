/** Audits by computation. */
import { expect, test } from 'vitest';
import { AuditsAnswer, auditsAnswer } from '../../../src/mill/answers/audits.ts';
import { behaviourOf } from '../../../src/mill/model/vector.ts';
import { rateAtMost } from '../../../src/mill/planning/rate-at-most.ts';
import { NO_STANDING } from '../../../src/mill/planning/standing.ts';
import { asJson } from '../../support/as-json.ts';
import { graph } from '../../support/graph.ts';

const manifest = graph('a: dataset flights', 'b: a', 'c: b', 'd: a');

test('the computations whose skips were checked, the wrong ones first; and what is distrusted as its code is now', async () => {
  const audits = { a: { checked: 20, wrong: 0, since: '2024-01-02' }, b: { checked: 5, wrong: 1 }, c: undefined };
  const snapshot = {
    sequence: 1,
    standings: new Map(
      Object.entries({ ...audits, gone: audits.b }).map(([name, its]) => [
        name,
        its === undefined ? NO_STANDING : { ...NO_STANDING, audits: its },
      ]),
    ),
    datasets: new Map(),
    equivalents: new Map(),
    distrusted: new Map(
      manifest.computations.slice(0, 2).map(({ name, fingerprint }, index) => [
        name,
        // What was seen of `a` was seen of other code.
        {
          behaviour: index === 0 ? 'f'.repeat(16) : behaviourOf(fingerprint),
          because: 'AUDIT' as const,
          text: 'another result',
        },
      ]),
    ),
    control: { paused: {}, cancelled: [] },
    books: { books: new Map(), data: new Map() },
    open: [],
  };
  const answer = await auditsAnswer({ manifest, planning: { load: () => Promise.resolve(snapshot) } });
  expect(asJson(AuditsAnswer, answer)).toEqual({
    computations: [
      { computation: 'b', checked: 5, wrong: 1, atMost: rateAtMost(1, 5) },
      { computation: 'a', checked: 20, wrong: 0, since: '2024-01-02', atMost: rateAtMost(0, 20) },
    ],
    distrusted: [{ computation: 'b', because: 'AUDIT', text: 'another result' }],
  });
});
