/**
 * The world of a simulated night: five layers of computations, the first over entities of ten datasets, each of the others on three of the layer
 * before, every tenth on its own day before. Nothing of it is stored: what a cell was made from, and what it gave, follows from its name, its
 * day and whether it was made again tonight, so that ten years of a thousand computations take no memory.
 */
import type { Settled } from '../src/mill/model/cell.ts';
import { computationIn, inputIdOf, type Manifest, type ManifestComputation } from '../src/mill/model/manifest.ts';
import { sizeClassOf } from '../src/mill/model/size-class.ts';
import type { InputHashes } from '../src/mill/model/vector.ts';
import { EMPTY_LOG } from '../src/mill/planning/change-log.ts';
import {
  type DaySet,
  daySpan,
  hasDay,
  intersect,
  NO_DAYS,
  ordinalsOf,
  subtract,
  unite,
} from '../src/mill/planning/day-set.ts';
import {
  afterDataChanged,
  afterSettling,
  type DatasetStanding,
  needsHash,
  NO_STANDING,
  type Standing,
  unknownStanding,
} from '../src/mill/planning/standing.ts';
import { type Day, type DayOrdinal, daysAfter, fromOrdinal, toOrdinal } from '../src/values/date.ts';
import { type Hash, NO_INPUT } from '../src/values/hash.ts';
import { graphAt } from '../test/support/graph.ts';

export interface Size {
  readonly computations: number;
  readonly days: number;
  readonly entities: number;
}

/** `healthy`: a new day. `nothing`: nothing was ever made. `root`: the code of a computation of the first layer has changed. */
export type Change = 'healthy' | 'nothing' | 'root';

export const LAYERS = 5;
const DATASETS = 10;
const FIRST = toOrdinal('2015-01-01');
const SETTLED_IN = 1;
const CHANGED = 'l0-1';

const datasetOf = (index: number): string => `data-${index % DATASETS}`;

function linesOf(computations: number): string[] {
  const width = Math.floor(computations / LAYERS);
  return Array.from({ length: width * LAYERS }, (_, at) => {
    const [layer, index] = [Math.floor(at / width), at % width];
    const before = new Set([0, 13, 26].map((shift) => `l${layer - 1}-${(index * 7 + shift) % width}`));
    const inputs = layer === 0 ? [`dataset ${datasetOf(index)}`] : [...before];
    return `l${layer}-${index}: ${[...inputs, ...(at % 10 === 0 ? ['previous'] : [])].join(' ')}`;
  });
}

export class ScaleWorld {
  readonly size: Size;
  readonly manifest: Manifest;
  readonly from: Day = fromOrdinal(FIRST);
  readonly to: Day;
  standings: ReadonlyMap<string, Standing>;
  datasets: ReadonlyMap<string, DatasetStanding>;
  sequence: number;
  readonly #settledManifest: Manifest;
  readonly #change: Change;
  /** What the change reaches. */
  readonly #reached: ReadonlySet<string>;
  /** Days that were made again tonight. */
  readonly #remade = new Map<string, DaySet>();

  constructor(size: Size, change: Change) {
    this.size = size;
    this.#change = change;
    const lines = linesOf(size.computations);
    this.#settledManifest = graphAt({}, ...lines);
    this.manifest = graphAt(change === 'root' ? { code: { [CHANGED]: 2 } } : {}, ...lines);
    this.#reached = change === 'root' ? readersOf(this.manifest, CHANGED) : new Set();
    const span = daySpan(FIRST, daysAfter(FIRST, size.days - 1));
    const newDay = daysAfter(FIRST, size.days);
    this.to = fromOrdinal(change === 'healthy' ? newDay : daysAfter(newDay, -1));
    this.sequence = change === 'nothing' ? 0 : SETTLED_IN + 1;
    const sizes = { [String(sizeClassOf(size.entities))]: span };
    const standing: DatasetStanding = { days: span, log: EMPTY_LOG, sizes };
    const opened = new Map([[fromOrdinal(newDay), { there: true, count: size.entities }]]);
    this.datasets = new Map(
      this.manifest.datasets.map(({ name }) => [
        name,
        change === 'healthy' ? afterDataChanged(standing, opened, SETTLED_IN + 1) : standing,
      ]),
    );
    this.standings = new Map(
      change === 'nothing'
        ? []
        : this.#settledManifest.computations.map((one): [string, Standing] => [one.name, settledOver(one, span)]),
    );
  }

  /** Of root data: all days that there are. */
  dataOf(dataset: string): Map<Day, Hash> {
    const days = this.datasets.get(dataset)?.days ?? NO_DAYS;
    return new Map([...ordinalsOf(days)].map((day) => [fromOrdinal(day), contentOf(dataset, day)]));
  }

  /** What the book holds of a computation and year. */
  bookOf(id: string): Map<Day, Settled> {
    const at = id.lastIndexOf('.');
    const [name, year] = [id.slice(0, at), id.slice(at + 1)];
    const ofYear = daySpan(toOrdinal(`${year}-01-01`), toOrdinal(`${year}-12-31`));
    const days = intersect(this.standings.get(name)?.made ?? NO_DAYS, ofYear);
    return new Map([...ordinalsOf(days)].map((day) => [fromOrdinal(day), this.settled(name, day)]));
  }

  /** As the cell is now, or as it will be once it was made tonight. */
  settled(name: string, day: DayOrdinal, now = this.#isRemade(name, day)): Settled {
    const computation = computationIn(now ? this.manifest : this.#settledManifest, name) as ManifestComputation;
    const inputs: InputHashes = {};
    for (const need of computation.needs) {
      if (need.kind === 'dataset') inputs[inputIdOf(need)] = contentOf(need.of, day);
      else if (need.kind === 'dependency') inputs[inputIdOf(need)] = this.#resultOf(need.of, day, now);
      else inputs[inputIdOf(need)] = day === FIRST ? NO_INPUT : this.#resultOf(name, daysAfter(day, -1), now);
    }
    const { fingerprint } = computation;
    const resultHash = this.#resultOf(name, day, now);
    return {
      status: 'COMPLETED',
      vector: { fingerprint, inputs },
      resultHash,
      dispatchId: 'night',
      foldedIn: SETTLED_IN,
    };
  }

  /** Cells that ended. */
  note(name: string, days: DaySet): void {
    this.#remade.set(name, unite(this.#remade.get(name) ?? NO_DAYS, days));
  }

  /** What the night has to make of it and has not made yet. */
  left(name: string): DaySet {
    const span = daySpan(FIRST, toOrdinal(this.to));
    const toMake = this.#change === 'healthy' ? daySpan(toOrdinal(this.to), toOrdinal(this.to)) : span;
    if (this.#change === 'root' && !this.#reached.has(name)) return NO_DAYS;
    return subtract(toMake, this.#remade.get(name) ?? NO_DAYS);
  }

  /** As if these cells had been made and looked at, in a commit of their own. */
  settleBeside(cells: readonly (readonly [name: string, days: DaySet])[]): void {
    const standings = new Map(this.standings);
    this.sequence++;
    for (const [name, days] of cells) {
      if (days.length === 0) continue;
      const computation = computationIn(this.manifest, name) as ManifestComputation;
      const settled = new Map([...ordinalsOf(days)].map((day) => [fromOrdinal(day), { status: 'COMPLETED' } as const]));
      const after = afterSettling(standings.get(name) ?? NO_STANDING, settled, this.sequence);
      const rested = unite(days, ...after.rest.map((one) => one.days));
      standings.set(name, {
        ...after,
        fingerprint: computation.fingerprint,
        needs: needsHash(computation),
        seen: this.sequence,
        rest: [{ reason: { why: 'UNCHANGED' }, days: rested }],
      });
      this.note(name, days);
    }
    this.standings = standings;
  }

  #isRemade(name: string, day: DayOrdinal): boolean {
    return hasDay(this.#remade.get(name) ?? NO_DAYS, day);
  }

  #resultOf(name: string, day: DayOrdinal, now: boolean): Hash {
    return quickHash(`${name} ${now && this.#reached.has(name) ? 'anew' : ''}`, day);
  }
}

const contentOf = (dataset: string, day: number): Hash => quickHash(dataset, day);

function settledOver(computation: ManifestComputation, span: DaySet): Standing {
  return {
    ...unknownStanding(span, NO_DAYS),
    fingerprint: computation.fingerprint,
    needs: needsHash(computation),
    seen: SETTLED_IN,
    rest: [{ reason: { why: 'UNCHANGED' }, days: span }],
  };
}

function readersOf({ computations }: Manifest, changed: string): Set<string> {
  const reached = new Set([changed]);
  // By pass, so that what is read comes first.
  for (const { name, needs } of computations)
    if (needs.some((need) => need.kind === 'dependency' && reached.has(need.of))) reached.add(name);
  return reached;
}

/** 16 digits that look like those of SHA-256, at a tenth of its price (the mixing of MurmurHash3, Appleby 2011). */
function quickHash(text: string, day: number): Hash {
  let [one, other] = [day | 0, 0x9e37_79b9];
  for (let at = 0; at < text.length; at++) {
    one = Math.imul(one ^ text.charCodeAt(at), 0xcc9e_2d51);
    other = Math.imul(other ^ one ^ (one >>> 15), 0x1b87_3593);
  }
  return finished(one ^ other) + finished(other + day);
}

function finished(mixed: number): string {
  let value = mixed ^ (mixed >>> 16);
  value = Math.imul(value, 0x85eb_ca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2_ae35);
  return ((value ^ (value >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
