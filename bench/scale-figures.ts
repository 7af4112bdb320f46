/** What is counted of a simulated night, and what that costs by the price table. */
import { PRICE_TABLES } from '../src/mill/model/price-table.ts';
import { tierNamed, vcpusOf } from '../src/mill/model/tier.ts';
import { DEFAULT_TIERS } from '../src/mill/tiers/default-tiers.ts';
import { type Hot, PLATFORM, type Rates } from './scale-platform.ts';

export interface NightFigures {
  readonly seconds: number;
  readonly cells: number;
  readonly tasks: number;
  readonly waves: number;
  readonly simulatedWaves: number;
  readonly reads: number;
  readonly writes: number;
  readonly deletes: number;
  readonly dollars: number;
  readonly dollarsOf: { readonly firestore: number; readonly workers: number; readonly others: number };
  readonly workerHours: number;
  readonly peakInstances: number;
  readonly refused: number;
  readonly deadLetters: number;
  readonly rates: Readonly<Partial<Record<Hot, Rates>>>;
  readonly heldSeconds: number;
  readonly steps: number;
  readonly variableBytes: number;
  /** Of the fullest second. */
  readonly pubsubShare: number;
  readonly stateBytes: number;
  readonly pages: number;
  readonly bookBytes: number;
  readonly commitBytes: number;
  readonly commits: number;
  readonly ahead: number;
  /** The longest: what was measured of the processor, with what the store took. */
  readonly dispatchSeconds: number;
  readonly waveSeconds: number;
  readonly longestTaskSeconds: number;
  readonly residentMB: number;
  /** In the order in which they were reached, with the second. */
  readonly reached: readonly (readonly [limit: string, second: number])[];
  /** For tests: how often each task ended, and each cell. */
  readonly endings: ReadonlyMap<string, number>;
  readonly made: ReadonlyMap<string, number>;
}

/** What is counted of a wave, so that waves that are not simulated count as much. */
export type Tally = Record<
  'reads' | 'writes' | 'deletes' | 'tasks' | 'cells' | 'waves' | 'ms' | 'commits' | 'refused' | 'deliveries',
  number
> & {
  readonly seconds: Map<string, number>;
  /** Of a wave: the longest that a chain took. */
  readonly chainMs?: number;
};

export const TALLIED = [
  'reads',
  'writes',
  'deletes',
  'tasks',
  'cells',
  'waves',
  'ms',
  'commits',
  'refused',
  'deliveries',
] as const;

export const nothing = (): Omit<Tally, 'seconds'> =>
  Object.fromEntries(TALLIED.map((key) => [key, 0])) as Omit<Tally, 'seconds'>;

export function difference(now: Tally, before: Tally): Tally {
  const seconds = new Map([...now.seconds].map(([tier, all]) => [tier, all - (before.seconds.get(tier) ?? 0)]));
  return {
    ...(Object.fromEntries(TALLIED.map((key) => [key, now[key] - before[key]])) as Omit<Tally, 'seconds'>),
    seconds,
  };
}

/** Of instances, by tier: of what was simulated, and of what is taken to be like it. */
export const secondsOf = (now: Tally, beside: Tally): Map<string, number> =>
  new Map(DEFAULT_TIERS.map(({ name }) => [name, (now.seconds.get(name) ?? 0) + (beside.seconds.get(name) ?? 0)]));

/** In dollars of us-central1, free quotas left out. */
export function priceOf(
  total: Omit<Tally, 'seconds'>,
  used: {
    readonly seconds: ReadonlyMap<string, number>;
    /** Seconds of dispatches, on an instance of a processor and a GiB. */
    readonly dispatching: number;
    readonly steps: number;
  },
): NightFigures['dollarsOf'] {
  const { firestore, functions, pubsub, workflows } = PRICE_TABLES['us-central1'];
  let workers = total.deliveries * functions.request;
  for (const [name, seconds] of used.seconds) {
    const { memoryMB } = tierNamed(DEFAULT_TIERS, name);
    workers += seconds * ((vcpusOf(memoryMB) ?? 1) * functions.vcpuSecond + (memoryMB / 1_024) * functions.gibSecond);
  }
  return {
    firestore: total.reads * firestore.read + total.writes * firestore.write + total.deletes * firestore.delete,
    workers,
    others:
      used.dispatching * (functions.vcpuSecond + functions.gibSecond) +
      used.steps * workflows.internalStep +
      total.waves * workflows.externalStep +
      ((total.tasks + total.deliveries) * PLATFORM.messageBytes * pubsub.tebibyte) / 1_024 ** 4,
  };
}
