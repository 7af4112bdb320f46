/** What planning is measured on: five layers of a hundred computations, settled over so many days, and one thing that has changed since. */
import { hashOf, NO_INPUT } from '../src/values/hash.ts';
import type { Settled } from '../src/mill/model/cell.ts';
import { type Day, type DayOrdinal, daysAfter, fromOrdinal, toOrdinal } from '../src/values/date.ts';
import { computationIn, inputIdOf, type Manifest, type ManifestComputation } from '../src/mill/model/manifest.ts';
import type { InputHashes } from '../src/mill/model/vector.ts';
import { EMPTY_LOG } from '../src/mill/planning/change-log.ts';
import { daySpan, intersect, NO_DAYS, ordinalsOf } from '../src/mill/planning/day-set.ts';
import {
  afterDataChanged,
  type DatasetStanding,
  needsHash,
  type Standing,
  unknownStanding,
} from '../src/mill/planning/standing.ts';
import { graphAt, type Versions } from '../test/support/graph.ts';

export const CASES = ['nothing', 'leaf', 'root', 'old day', 'new day', 'first'] as const;
export type Case = (typeof CASES)[number];

export const TITLES: Readonly<Record<Case, string>> = {
  nothing: 'nothing changed',
  leaf: "one leaf's code changed",
  root: "one root's code changed",
  'old day': 'one old day of root data changed',
  'new day': 'a new day arrived',
  first: 'first build',
};

export const LAYERS = 5;
export const WIDTH = 100;
export const DATASETS = 10;
const FIRST = toOrdinal('2015-01-01');
const SETTLED_IN = 1;

export interface PlanningWorld {
  readonly manifest: Manifest;
  readonly sequence: number;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly datasets: ReadonlyMap<string, DatasetStanding>;
  readonly from: Day;
  readonly to: Day;
}

const nameOf = (layer: number, index: number): string => `l${layer}-${index}`;
const datasetOf = (index: number): string => `data-${index % DATASETS}`;

/** `reference/baselines.md` A: each node needs three of the layer before, every tenth its own previous day; the first layer reads data. */
export function linesOf(): string[] {
  return Array.from({ length: LAYERS * WIDTH }, (_, at) => {
    const [layer, index] = [Math.floor(at / WIDTH), at % WIDTH];
    const inputs =
      layer === 0
        ? [`document ${datasetOf(index)}`]
        : [0, 13, 26].map((shift) => nameOf(layer - 1, (index * 7 + shift) % WIDTH));
    return `${nameOf(layer, index)}: ${[...inputs, ...(at % 10 === 0 ? ['previous'] : [])].join(' ')}`;
  });
}

const versionsIn = (changed: Case): Versions =>
  changed === 'leaf'
    ? { code: { [nameOf(LAYERS - 1, 1)]: 2 } }
    : changed === 'root'
      ? { code: { [nameOf(0, 1)]: 2 } }
      : {};

export function worldOf(days: number, changed: Case): PlanningWorld {
  const settled = graphAt({}, ...linesOf());
  const span = daySpan(FIRST, daysAfter(FIRST, days - 1));
  const names = Array.from({ length: DATASETS }, (_, index) => datasetOf(index));
  const datasets = new Map(names.map((name): [string, DatasetStanding] => [name, { days: span, log: EMPTY_LOG }]));
  const change = (name: string, day: DayOrdinal): void => {
    const was = datasets.get(name) as DatasetStanding;
    datasets.set(name, afterDataChanged(was, new Map([[fromOrdinal(day), { there: true }]]), SETTLED_IN + 1));
  };
  if (changed === 'old day') change(datasetOf(1), oldDayOf(days));
  if (changed === 'new day') for (const name of names) change(name, daysAfter(FIRST, days));
  const standings = new Map(
    changed === 'first'
      ? []
      : settled.computations.map((computation): [string, Standing] => [
          computation.name,
          {
            ...unknownStanding(span, NO_DAYS),
            fingerprint: computation.fingerprint,
            needs: needsHash(computation),
            seen: SETTLED_IN,
            rest: [{ reason: { why: 'UNCHANGED' }, days: span }],
          },
        ]),
  );
  return {
    manifest: graphAt(versionsIn(changed), ...linesOf()),
    sequence: changed === 'first' ? 0 : SETTLED_IN + 1,
    standings,
    datasets,
    from: fromOrdinal(FIRST),
    to: fromOrdinal(daysAfter(FIRST, days - 1 + (changed === 'new day' ? 1 : 0))),
  };
}

const oldDayOf = (days: number): DayOrdinal => daysAfter(FIRST, Math.floor(days / 3));

const resultOf = (computation: string, day: number): string => hashOf(`result of ${computation} on ${day}`);

/** A dataset's days as the index has them, after the change. */
export function dataOf(dataset: string, days: number, changed: Case): Map<Day, string> {
  const end = FIRST + days + (changed === 'new day' ? 1 : 0);
  const found = new Map<Day, string>();
  for (let day = FIRST; day < end; day++) {
    const isCorrected = changed === 'old day' && dataset === datasetOf(1) && day === oldDayOf(days);
    found.set(fromOrdinal(day), contentOf(dataset, day, isCorrected));
  }
  return found;
}

const contentOf = (dataset: string, day: number, isCorrected = false): string =>
  hashOf(`${dataset} on ${day}${isCorrected ? ', corrected' : ''}`);

/** What a book holds: made when it is asked for, always the same. */
export function bookOf(id: string, days: number, changed: Case, manifest: Manifest): Map<Day, Settled> {
  const book = new Map<Day, Settled>();
  if (changed === 'first') return book;
  const at = id.lastIndexOf('.');
  const computation = computationIn(manifest, id.slice(0, at)) as ManifestComputation;
  const year = id.slice(at + 1);
  const ofYear = daySpan(toOrdinal(`${year}-01-01`), toOrdinal(`${year}-12-31`));
  for (const day of ordinalsOf(intersect(daySpan(FIRST, daysAfter(FIRST, days - 1)), ofYear))) {
    book.set(fromOrdinal(day), settledOn(computation, day));
  }
  return book;
}

function settledOn(computation: ManifestComputation, day: number): Settled {
  const inputs: InputHashes = {};
  for (const need of computation.needs) {
    if (need.kind === 'document') inputs[inputIdOf(need)] = contentOf(need.of, day);
    else if (need.kind === 'dependency') inputs[inputIdOf(need)] = resultOf(need.of, day);
    else inputs[inputIdOf(need)] = day === FIRST ? NO_INPUT : resultOf(computation.name, day - 1);
  }
  return {
    status: 'COMPLETED',
    vector: { fingerprint: computation.fingerprint, inputs },
    resultHash: resultOf(computation.name, day),
    dispatchId: 'earlier',
    foldedIn: SETTLED_IN,
  };
}

/** Ids of all books that a settled world of so many days has. */
export function bookIds(world: PlanningWorld, days: number): string[] {
  const [first, last] = [FIRST, daysAfter(FIRST, days - 1)].map((day) => Number(fromOrdinal(day).slice(0, 4))) as [
    number,
    number,
  ];
  return [...world.standings.keys()].flatMap((name) =>
    Array.from({ length: last - first + 1 }, (_, index) => `${name}.${first + index}`),
  );
}
