/** Judged by running: whatever changes what a computation gives changes its fingerprint, or makes it untrusted by name. */
import { expect, test } from 'vitest';
import { howMany, LONG } from '../support/long.ts';
import { campaign, toldTally } from './campaign.ts';
import { FAMILIES } from './families/all.ts';
import { MANIFEST } from './judge.ts';

/** More on demand: `DAYMILL_GRAPHS=100000 npx vitest run test/differential`. */
const GRAPHS = howMany('DAYMILL_GRAPHS', 400, 3_000);
/** Of the first graph. */
const SEED = howMany('DAYMILL_SEED', 1, 100_001);

/** A small sample is further from its mean: the long twin judges shares, this one that none of them ran away. */
const SAMPLED = LONG ? 1 : 1.8;

const ALLOWED = {
  /** Share of harmless edits that may run. */
  needless: 0.05 * SAMPLED,
  /** Share of graphs that can be analysed and are untrusted nonetheless. */
  untrusted: 0.05 * SAMPLED,
  /** Share of graphs of which there is no manifest, or which do not load. */
  refused: 0.02,
};

test(
  `of ${GRAPHS} edited graphs none gives another result under the same fingerprint`,
  { timeout: 300_000 + GRAPHS * 500 },
  async () => {
    const tally = await campaign({ families: FAMILIES, hash: MANIFEST, count: GRAPHS, seed: SEED });
    console.log(toldTally(tally));
    expect(tally.wrong.join('\n')).toBe('');
    expect(tally.verdicts.wrong).toBe(0);
    expect(tally.harmful).toEqual([]);
    expect(tally.inGuide.are).toBe(0);
    expect(tally.harmless.are / tally.harmless.of).toBeLessThanOrEqual(ALLOWED.needless);
    expect(tally.analysable.are / tally.analysable.of).toBeLessThanOrEqual(ALLOWED.untrusted);
    expect(tally.verdicts.refused / GRAPHS).toBeLessThanOrEqual(ALLOWED.refused);
  },
);
