/**
 * Learns what computations take, from the telemetry that their tasks' last saves carry. Pure.
 *
 * Of each computation and input size (the power of two that it is below) a few peaks are kept. The highest of them is the prediction:
 * one too low costs an attempt and the wait for a lease to lapse, one too high costs a dearer worker, and peaks are few and skewed.
 * Sizey and Ponder (workflow schedulers) gave the idea of predicting by input size and of growing with it in a line; they fit models,
 * and a handful of daily samples does not ask for one.
 *
 * Whose memory it was: resident memory is the whole process's. A computation that was alone in its task, and the task in its process,
 * is charged with all of it, Node and Daymill among it, because a tier must hold that too. What came on top while several tasks
 * shared the process, or several computations the task, is divided equally: too little for the hungriest, too much for the others,
 * and exact for the same set again. A set that is too large is halved by its death, until each is measured alone.
 */
import { cellName } from '../model/cell.ts';
import type { MemoryBook, Raised, Remembered, Taken } from '../model/memory-book.ts';
import type { TierName } from '../model/tier-name.ts';
import { sizeClassOf } from '../model/size-class.ts';
import type { Task } from '../model/task.ts';
import { tierNamed, type Tiers } from '../model/tier.ts';
import { smallestTierFor } from './routing.ts';

/** Tasks remembered under one key. */
export const TAKEN_KEPT = 5;

/** Keys in the book; what was not learned of for longest is forgotten. The document stays below Firestore's 1 MiB. */
export const MAX_KEYS = 10_000;

/** After a trial that died, a day; twice as long after each further one. */
const FIRST_PAUSE_MS = 86_400_000;
const MAX_PAUSE_MS = 32 * FIRST_PAUSE_MS;

/** What differs by less teaches nothing, so that a night like the one before changes no document. */
const NEWS_SHARE = 0.1;
const NEWS_SECONDS = 1;

/** Entities to read, where they are known. */
export type InputSize = number | undefined;

export interface LearnContext {
  readonly tiers: Tiers;
  readonly nowMs: number;
  /** As the dispatcher knew it when it chose the tier. */
  readonly sizeOf?: (computation: string, task: Task) => InputSize;
}

/** `rsi`, or `rsi~12` for 2^11 to 2^12 - 1 entities. */
export const memoryKey = (computation: string, size?: InputSize): string =>
  size === undefined ? computation : `${computation}~${sizeClassOf(size)}`;

/** The most that was taken. */
export const highest = (remembered: Remembered | undefined, what: keyof Taken): number =>
  Math.max(0, ...(remembered?.taken.map((one) => one[what]) ?? []));

/** The book with what these tasks, each of which has ended and is shown once, teach; the same book when that is nothing new. */
export function learn(book: MemoryBook, tasks: readonly Task[], context: LearnContext): MemoryBook {
  const lessons = Map.groupBy(
    tasks.flatMap((task) => lessonsOf(task, context)),
    ({ key }) => key,
  );
  const changes = new Map<string, Remembered>();
  for (const [key, ofKey] of lessons) {
    const known = book.get(key) ?? { taken: [] };
    let next = known;
    // Of tasks that ran at one time the hungriest counts as the newest.
    for (const { taken } of ofKey.toSorted((a, b) => a.taken.peakMB - b.taken.peakMB)) next = withTaken(next, taken);
    next = withRaise(next, known, ofKey, context);
    if (next !== known) changes.set(key, next);
  }
  if (changes.size === 0) return book;
  const all = [...[...book].filter(([key]) => !changes.has(key)), ...changes];
  return new Map(all.slice(-MAX_KEYS));
}

/** What one task teaches of one computation. */
interface Lesson {
  readonly key: string;
  readonly taken: Taken;
  /** Tiers on which it died of memory. */
  readonly diedOn: readonly TierName[];
  /** Where it got through. */
  readonly ranOn: TierName | undefined;
}

/** A cell that failed, or had nothing to do, says little of what a whole one takes. */
function lessonsOf(task: Task, { tiers, sizeOf }: LearnContext): Lesson[] {
  const { telemetry, outgrown = [], resources } = task;
  const made = task.cells.filter((cell) => task.outcomes[cellName(cell)]?.status === 'COMPLETED');
  const names = [...new Set((outgrown.length > 0 ? task.cells : made).map(({ computation }) => computation))];
  if (outgrown.length === 0 && telemetry === undefined) return [];
  const { peakRssMB = 0, startRssMB = 0, tasksAtOnce = 1, seconds = 0 } = telemetry ?? {};
  const base = Math.min(startRssMB, peakRssMB);
  const addedMB = (peakRssMB - base) / (tasksAtOnce * names.length);
  // Where no attempt got through, it takes more than the tier that it died on last.
  const died = outgrown.some(({ tier }) => tier === resources) ? tierNamed(tiers, resources).memoryMB : 0;
  const taken = {
    peakMB: Math.round(Math.max(died, base + addedMB)),
    addedMB: Math.round(Math.max(died - base, addedMB)),
    seconds: Math.round((seconds / Math.max(1, made.length)) * 10) / 10,
  };
  return names.map((name) => ({
    key: memoryKey(name, sizeOf?.(name, task)),
    taken,
    diedOn: outgrown.map(({ tier }) => tier),
    ranOn: task.status === 'COMPLETED' ? resources : undefined,
  }));
}

function withTaken(known: Remembered, one: Taken): Remembered {
  const isNews = known.taken.length === 0 || known.taken.some((other) => differs(other, one));
  return isNews ? { ...known, taken: [...known.taken, one].slice(-TAKEN_KEPT) } : known;
}

const differs = (a: Taken, b: Taken): boolean =>
  Math.abs(a.peakMB - b.peakMB) > NEWS_SHARE * Math.max(a.peakMB, b.peakMB) ||
  Math.abs(a.seconds - b.seconds) > NEWS_SECONDS;

/** Opens, closes or keeps the breaker, by how tasks fared on which tier. */
function withRaise(
  next: Remembered,
  known: Remembered,
  lessons: readonly Lesson[],
  { tiers, nowMs }: LearnContext,
): Remembered {
  const rank = (name: TierName): number => tiers.indexOf(tierNamed(tiers, name));
  const below = known.raised === undefined ? undefined : rank(known.raised.tier);
  const diedOn = lessons.flatMap((lesson) => lesson.diedOn.map(rank));
  const ranOn = lessons.flatMap(({ ranOn: tier }) => (tier === undefined ? [] : [rank(tier)]));
  const trialDied = below !== undefined && diedOn.some((tier) => tier < below);
  const trialRan = below !== undefined && !trialDied && ranOn.some((tier) => tier < below);
  // A trial that got through: what was taken before it is of another time.
  const remembered = trialRan ? { taken: next.taken.slice(-1) } : next;
  const fits = rank(smallestTierFor(highest(remembered, 'peakMB'), tiers).name);
  const above = diedOn.map((tier) => Math.min(tier + 1, tiers.length - 1));
  const needed = Math.max(fits, ...above, trialRan ? 0 : (below ?? 0));
  if (needed === 0) return remembered;
  const failedTrials = (known.raised?.failedTrials ?? 0) + (trialDied ? 1 : 0);
  const raised: Raised = {
    tier: (tiers[needed] ?? tiers[0]).name,
    failedTrials: trialRan ? 0 : failedTrials,
    untilMs: trialDied ? nowMs + pauseAfter(failedTrials) : (known.raised?.untilMs ?? 0),
  };
  const isSame = known.raised?.tier === raised.tier && !trialDied && !trialRan;
  return isSame ? remembered : { ...remembered, raised };
}

const pauseAfter = (failedTrials: number): number => Math.min(FIRST_PAUSE_MS * 2 ** (failedTrials - 1), MAX_PAUSE_MS);
