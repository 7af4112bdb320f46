/** How often what was planted is found, and what was not, over many simulated weeks: the figures that are told. */
import { describe, expect, test } from 'vitest';
import { failureHotspots } from '../../../src/computations/productivity/failure-hotspots.ts';
import { weekOnWeek } from '../../../src/computations/productivity/week-on-week.ts';
import { addDays, daysFrom } from '../../../src/values/date.ts';
import { LONG } from '../../support/long.ts';
import { runComputations } from '../../support/run-computations.ts';
import { collectedDays } from '../../support/collected-days.ts';
import { simulatedEvents, TRUTH } from '../../../src/cli/templates/productivity/src/simulated-events.ts';

const SEEDS = Array.from({ length: 40 }, (_, seed) => 100 + seed);
const FROM = '2024-01-29';
const LAST = addDays(FROM, 27);
/** A Thursday, and the Monday of the same week. */
const [BROKEN_ON, MONDAY] = [24, 21];
const BROKEN = `${TRUTH.broken.organization}/${TRUTH.broken.command}`;
/** The second day of the break: on the weekend that follows fewer people deploy. */
const FRIDAY = addDays(FROM, BROKEN_ON + 1);

interface Found {
  /** Of the two days on which the command is broken, those on which it is found. */
  readonly broken: number;
  /** All findings: those of what was planted, the weekend's among them, and those of nothing. */
  readonly right: number;
  readonly wrong: number;
  /** Organizations and days that were judged, and those with any finding of nothing. */
  readonly judged: number;
  readonly alarmed: number;
  readonly weekIsWorse: boolean;
  /** Of the organization in which nothing breaks. */
  readonly otherWeekDiffers: boolean;
}

async function foundIn(seed: number, brokenOn = Infinity): Promise<Found> {
  const data = collectedDays(simulatedEvents({ seed, from: FROM, days: 28, brokenOn }));
  const results = await runComputations([failureHotspots, weekOnWeek], { data, from: FROM, to: LAST });
  const found = { broken: 0, right: 0, wrong: 0, judged: 0, alarmed: 0 };
  for (const day of daysFrom(FROM, LAST)) {
    const hotspots = Object.entries(results.on(failureHotspots, day));
    for (const organization of ['acme/', 'globex/']) {
      const own = hotspots.filter(([key]) => key.startsWith(organization));
      if (own.length === 0) continue;
      const failing = own.filter(([, { verdict }]) => verdict === 'failing').map(([key]) => key);
      const right = failing.filter((key) => key === BROKEN && day >= addDays(FROM, Math.min(brokenOn, 28))).length;
      found.right += right;
      found.wrong += failing.length - right;
      if (day <= FRIDAY) found.broken += right;
      found.judged++;
      if (failing.length > right) found.alarmed++;
    }
  }
  const weeks = results.on(weekOnWeek, LAST);
  const { commandSuccess, agentSuccess } = weeks['globex/'] ?? {};
  return {
    ...found,
    weekIsWorse: weeks['acme/']?.commandSuccess.verdict === 'worse',
    otherWeekDiffers: [commandSuccess, agentSuccess].some((rate) => /better|worse/u.test(rate?.verdict ?? '')),
  };
}

const sum = (all: readonly Found[], of: (found: Found) => number | boolean): number =>
  all.reduce((total, one) => total + Number(of(one)), 0);

describe.runIf(LONG)(`over ${SEEDS.length} simulated months`, () => {
  test('a command that breaks is found on nine days of ten, and of ten findings nine are right', async () => {
    const all = await Promise.all(SEEDS.map((seed) => foundIn(seed, BROKEN_ON)));
    const [right, wrong] = [sum(all, (one) => one.right), sum(all, (one) => one.wrong)];
    expect(sum(all, (one) => one.broken) / (2 * SEEDS.length)).toBeGreaterThanOrEqual(0.9);
    expect(right / (right + wrong)).toBeGreaterThanOrEqual(0.9);
  });

  test('a week in which a command is broken from its first day on is worse than the one before', async () => {
    const all = await Promise.all(SEEDS.map((seed) => foundIn(seed, MONDAY)));
    expect(sum(all, (one) => one.weekIsWorse) / SEEDS.length).toBeGreaterThanOrEqual(0.9);
  });

  test('where nothing happens, alarms are as rare as it is said', async () => {
    const all = await Promise.all(SEEDS.map((seed) => foundIn(seed)));
    expect(sum(all, (one) => one.alarmed) / sum(all, (one) => one.judged)).toBeLessThanOrEqual(0.01);
    // Of 40 at 5 %, more than 6 are less likely than one in seventy.
    expect(sum(all, (one) => one.otherWeekDiffers)).toBeLessThanOrEqual(6);
  });
});
