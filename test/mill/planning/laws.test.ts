/** The planner's laws, on random graphs and edits, against a clean rebuild (design.md section 5). */
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { cellName } from '../../../src/mill/model/cell.ts';
import { computationIn, inputIdOf, isSeed } from '../../../src/mill/model/manifest.ts';
import { behaviourOf, changedParts, vectorHash } from '../../../src/mill/model/vector.ts';
import { vectorFor } from '../../../src/mill/planning/alike.ts';
import type { PlannedCell } from '../../../src/mill/planning/plan.ts';
import { howMany } from '../../support/long.ts';
import { type Story, story, tell, worldsOf } from '../../support/edit-stories.ts';
import { bookLines, cleanRebuild, type PipelineReport, type Ran, ToyMill, type World } from '../../support/toy-mill.ts';

/** More on demand: `DAYMILL_STORIES=50000 npx vitest run test/mill/planning/laws.test.ts`. */
const STORIES = howMany('DAYMILL_STORIES', 400, 2_000);

interface Chapter {
  readonly mill: ToyMill;
  readonly world: World;
  readonly report: PipelineReport;
  /** What was said before the run. */
  readonly forecast: readonly PlannedCell[];
}

/** Which breaches of a law a chapter shows, in words. */
type Law = (chapter: Chapter) => string[];

const LAWS: Readonly<Record<string, Law>> = {
  'every cell equals what a clean rebuild makes, and impossible cells have nothing': differsFromCleanRebuild,
  'no cell ran whose vector was unchanged, and none ran twice': ranNeedlessly,
  'a planner that looks at every cell decides the same, at every dispatch': ({ mill }) => mill.disagreements,
  'what ran was told exactly why': (chapter) => chapter.report.ran.flatMap((one) => wronglyExplained(chapter, one)),
  'what was asked for ran, once, if it could': askedAndLeft,
  'what was cut off early reads something that ran in this very run': wronglyCutOff,
  'only what the forecast named has run': ranUnforeseen,
  'the watch finds nothing but what gives another result than under the code that made it': foundForNothing,
  // Last: it runs the pipeline once more.
  'a second run right after runs nothing but what has failed': ranAgain,
};

describe('after a run', () => {
  // All laws are held against the same stories: telling them is the work.
  let breach: string | undefined;
  beforeAll(() => {
    breach = firstBreach((chapter) => {
      for (const [law, breaches] of Object.entries(LAWS)) {
        const found = breaches(chapter);
        if (found.length > 0) return [`BROKEN: ${law}`, ...found];
      }
      return [];
    });
  });

  test.each(Object.keys(LAWS))('%s', (law) => {
    // A breach is the first law's that the shortest story breaks; the laws before it held.
    expect(breach?.startsWith(`BROKEN: ${law}\n`) === true ? breach : undefined).toBeUndefined();
  });

  test('nothing else went wrong', () => {
    expect(breach).toBeUndefined();
  });
});

describe('inside a wave', () => {
  test('any order of work ends in the same state', () => {
    const differentEnds = fc.check(
      fc.property(story, fc.integer(), (told, seed) => {
        const [one, other] = [told.seed, seed].map((order) => {
          const states: string[][] = [];
          const breach = live({ ...told, seed: order }, ({ mill }) => {
            states.push(bookLines(mill.book));
            return [];
          });
          return JSON.stringify([breach, states]);
        });
        return one === other;
      }),
      { numRuns: STORIES / 4 },
    );
    expect(differentEnds.counterexample === null ? undefined : tell(differentEnds.counterexample[0])).toBeUndefined();
  });
});

describe('the stories are about something:', () => {
  const seen = new Map<string, number>();
  const count = (what: string): void => {
    seen.set(what, (seen.get(what) ?? 0) + 1);
  };
  for (const told of fc.sample(story, { numRuns: 500, seed: 2 })) {
    live(told, ({ world, report: { ran, atRest } }) => {
      for (const { decision } of atRest) count(`${decision.outcome} ${decision.reason.why}`);
      for (const { planned, vector } of ran) {
        count(`ran ${planned.decision.reason.why}`);
        if ('joined:z' in vector.inputs) count('ran joined');
        if (Object.keys(vector.inputs).some((id) => id.startsWith('seed:'))) count('ran on a seed');
        const latest = planned.reads['latest:w'] ?? world.from;
        if (latest < world.from) count('ran on a document from before the grid');
      }
      if (world.manifest.passes > 2) count('three passes');
      return [];
    });
  }

  test.each([
    'SKIP UNCHANGED',
    'SKIP EARLY_CUTOFF',
    'STABLE COSMETIC',
    'IMPOSSIBLE NO_DATA',
    'IMPOSSIBLE UPSTREAM',
    'BLOCKED FAILED_IN_THIS_DISPATCH',
    'FAILED_DEPENDENCY FAILED',
    'ran NEW',
    'ran CHANGED',
    'ran FAILED_BEFORE',
    'ran UPSTREAM_RUNS',
    'ran DISTRUSTED',
    'ran ASKED',
    'ran SUSPECT',
    'ran joined',
    'ran on a seed',
    'ran on a document from before the grid',
    'three passes',
    'BLOCKED PARKED',
  ])('%s happens often', (what) => {
    expect(seen.get(what)).toBeGreaterThan(10);
  });
});

/** The first breach of a law in many stories, with the shortest story that shows it; undefined when the law was kept. */
function firstBreach(law: Law, numRuns = STORIES): string | undefined {
  const details = fc.check(
    fc.property(story, (told) => live(told, law) === undefined),
    { numRuns },
  );
  if (details.counterexample === null) return undefined;
  const [told] = details.counterexample;
  return `${live(told, law)}\nseed ${details.seed}, path ${details.counterexamplePath}`;
}

/** Runs the story on a fresh mill, each trouble healed in one more run, until the law is broken. */
function live(told: Story, law: Law): string | undefined {
  const mill = new ToyMill();
  const random = randomFrom(told.seed);
  let chapter = 0;
  for (const edited of worldsOf(told)) {
    chapter++;
    const healed = { ...edited, trouble: new Map(), asked: new Set<string>() };
    for (const world of edited.trouble.size > 0 ? [edited, healed] : [edited]) {
      const breaches = breachesIn(mill, world, random, law);
      if (breaches.length > 0) return `${breaches.join('\n')}\nin chapter ${chapter} of\n${tell(told)}`;
    }
  }
  return undefined;
}

function breachesIn(mill: ToyMill, world: World, random: () => number, law: Law): string[] {
  try {
    mill.ask(world);
    const forecast = mill.forecast(world);
    return law({ mill, world, report: mill.runPipeline(world, random), forecast });
  } catch (thrown) {
    return [thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)];
  }
}

function differsFromCleanRebuild({ mill, world, report }: Chapter): string[] {
  if (world.trouble.size > 0) return [];
  const outcomeOf = new Map(report.atRest.map(({ decision }) => [cellName(decision), decision.outcome]));
  // Dates that are parked, and what waits for them, are tried one a dispatch.
  const waits = new Set(
    report.atRest
      .filter(({ decision: { reason } }) => reason.why === 'PARKED' || reason.why === 'WAITING_FOR')
      .map(({ decision }) => cellName(decision)),
  );
  return [...cleanRebuild(world)].flatMap(([cell, clean]) => {
    const [computation = '', date = ''] = cell.split('@');
    const outcome = outcomeOf.get(cell) ?? 'not planned';
    const settled = mill.book.get(computation)?.get(date)?.status ?? 'nothing';
    const value = mill.results.get(cell) ?? 'no result';
    if (waits.has(cell)) return [];
    const found = `${outcome}, ${settled} settled, ${value}`;
    if (clean.is === 'failed') {
      return outcome === 'BLOCKED' || outcome === 'FAILED_DEPENDENCY' ? [] : [`${cell} should have failed: ${found}`];
    }
    const wanted =
      clean.is === 'value' ? `SKIP, COMPLETED settled, ${clean.value}` : 'IMPOSSIBLE, nothing settled, no result';
    // A result of code that was proven to do the same is as good.
    return found.replace(/^STABLE/, 'SKIP') === wanted ? [] : [`${cell} is ${found}; a clean rebuild: ${wanted}`];
  });
}

function ranNeedlessly({ report: { ran, found } }: Chapter): string[] {
  const needless = ran.filter(
    ({ planned: { decision, settled }, vector }) =>
      decision.reason.why !== 'DISTRUSTED' &&
      decision.reason.why !== 'ASKED' &&
      decision.reason.why !== 'SUSPECT' &&
      settled?.status === 'COMPLETED' &&
      [settled.vector.fingerprint, ...(settled.alike ?? [])].some(
        (fingerprint) => vectorHash({ ...settled.vector, fingerprint }) === vectorHash(vector),
      ),
  );
  // What ran tonight may be made again when the watch finds others of its computation wrong.
  const once = ran.filter(({ planned }) => found.length === 0 || planned.decision.reason.why === 'SUSPECT');
  const names = once.map(({ planned }) => cellName(planned.decision));
  // So may what reads a cell that came to be distrusted since: what ran first showed that both codes differ.
  const isAgain = (name: string, index: number): boolean => {
    const before = names.lastIndexOf(name, index - 1);
    if (index === 0 || before === -1) return false;
    return !once.slice(before + 1, index).some(({ planned }) => planned.decision.reason.why === 'DISTRUSTED');
  };
  return [
    ...needless.map(({ planned }) => `${cellName(planned.decision)} ran for nothing`),
    ...names.filter(isAgain).map((name) => `${name} ran twice`),
  ];
}

function wronglyExplained(
  { world, mill }: Chapter,
  { planned: { decision, settled, vector: known, reads }, vector }: Ran,
): string[] {
  const all = computationIn(world.manifest, decision.computation)?.needs ?? [];
  const needs = all.filter((need) => !isSeed(need) || reads[inputIdOf(need)] !== undefined);
  // Days of a chain are planned before the days that they read have run.
  const awaited = new Set(needs.map(inputIdOf).filter((id) => known?.inputs[id] === undefined));
  // Code that was gone back to, and made the same before, is no reason to run either.
  const past = settled === undefined ? undefined : vectorFor(settled, vector.fingerprint);
  const differs = past === undefined ? [] : changedParts(past, vector);
  const { reason } = decision;
  // Code that was proven to do the same is no reason to run; it is named only beside a real one.
  const proven =
    (reason.why === 'UPSTREAM_RUNS' || reason.why === 'ASKED' || reason.why === 'SUSPECT') &&
    settled?.vector !== undefined &&
    world.equivalents.get(decision.computation)?.includes(behaviourOf(settled.vector.fingerprint)) === true;
  const certainOf = (parts: readonly string[]): string[] =>
    parts.filter((part) => !awaited.has(part) && !(proven && (part === 'code' || part === 'layer')));
  const certain = certainOf(differs);
  // What changed may be told against any code that is on record to have made the result.
  const alike = settled?.status === 'COMPLETED' ? (settled.alike ?? []) : [];
  const pasts = past === undefined ? [] : [past, ...alike.map((fingerprint) => ({ fingerprint, inputs: past.inputs }))];
  let right: boolean;
  if (reason.why === 'NEW') right = settled === undefined;
  else if (reason.why === 'CHANGED')
    right =
      certain.length > 0 && pasts.some((one) => String(reason.parts) === String(certainOf(changedParts(one, vector))));
  else if (reason.why === 'FAILED_BEFORE') right = settled?.status === 'FAILED' && certain.length === 0;
  else if (reason.why === 'UPSTREAM_RUNS')
    right = differs.length > 0 && certain.length === 0 && String(reason.inputs) === String([...awaited]);
  else if (reason.why === 'DISTRUSTED')
    right =
      differs.length === 0 && (world.distrusted.has(decision.computation) || hasBeenFound(mill, decision.computation));
  else if (reason.why === 'SUSPECT')
    right = certain.length === 0 && mill.found.has(`${decision.computation}@${reason.date}`);
  else if (reason.why === 'ASKED') right = certain.length === 0;
  else right = false;
  return right
    ? []
    : [
        `${cellName(decision)} ran as ${JSON.stringify(decision)}; certain: ${String(certain)}; after all: ${String(differs)}`,
      ];
}

const hasBeenFound = ({ found }: ToyMill, computation: string): boolean =>
  [...found].some((cell) => cell.startsWith(`${computation}@`));

/** That none ran twice is another law. */
function askedAndLeft({ world, report: { ran, atRest } }: Chapter): string[] {
  const made = new Set(ran.map(({ planned }) => cellName(planned.decision)));
  return atRest.flatMap(({ decision }) => {
    const isAtRest = decision.outcome === 'SKIP' || decision.outcome === 'STABLE';
    const name = cellName(decision);
    return isAtRest && world.asked.has(name) && !made.has(name) ? [`${name} was asked for and did not run`] : [];
  });
}

/** Only code that changed without its fingerprint is found. */
function foundForNothing({ world, report: { found } }: Chapter): string[] {
  return found.filter((cell) => !world.unseen.has(cell.split('@')[0] ?? '')).map((cell) => `${cell} was found wrong`);
}

function wronglyCutOff({ world, report: { ran, atRest } }: Chapter): string[] {
  const names = new Set(ran.map(({ planned }) => planned.decision.computation));
  return atRest.flatMap(({ decision }) => {
    if (decision.outcome !== 'SKIP' || decision.reason.why !== 'EARLY_CUTOFF') return [];
    const needs = computationIn(world.manifest, decision.computation)?.needs ?? [];
    return decision.reason.inputs.flatMap((input) => {
      const need = needs.find((one) => inputIdOf(one) === input);
      const upstream = need !== undefined && 'of' in need ? need.of : decision.computation;
      return names.has(upstream) ? [] : [`${cellName(decision)} was cut off from ${input}, which did not run`];
    });
  });
}

function ranUnforeseen({ report: { ran, found }, forecast }: Chapter): string[] {
  // What the watch finds, and what that brings about, is not foreseen.
  if (found.length > 0) return [];
  const foreseen = new Map(forecast.map(({ decision }) => [cellName(decision), decision]));
  const parks = forecast.some(({ decision }) => decision.reason.why === 'PARKED');
  return ran.flatMap(({ planned: { decision } }) => {
    const { outcome, reason } = foreseen.get(cellName(decision)) ?? {};
    // What a trial sets free is not foreseen.
    if (parks && (reason?.why === 'PARKED' || reason?.why === 'WAITING_FOR')) return [];
    return outcome === decision.outcome ? [] : [`${cellName(decision)}: forecast ${outcome}, was ${decision.outcome}`];
  });
}

function ranAgain({ mill, world, report }: Chapter): string[] {
  if (world.trouble.size > 0) return [];
  // A second run has a trial of its own, and what that sets free.
  if (report.atRest.some(({ decision }) => decision.reason.why === 'PARKED')) return [];
  return mill
    .runPipeline(world, () => 0)
    .ran.filter(({ planned }) => planned.decision.reason.why !== 'FAILED_BEFORE')
    .map(({ planned: { decision } }) => `${cellName(decision)} ran again: ${JSON.stringify(decision.reason)}`);
}

/** Mulberry32: small, seeded, good enough to order work. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
