/** What a chain of causes says of root data, where it ends. */
import type { CellKey } from '../model/cell.ts';
import { nameOfSource } from '../model/dataset.ts';
import { describeMissing } from '../model/completeness.ts';
import { computationIn, type Manifest, type ManifestNeed } from '../model/manifest.ts';
import type { LoadRange } from '../steps/load/bundled-sources.ts';
import type { Day } from '../../values/date.ts';
import type { CellHistory } from './cell-history.ts';
import type { Foresight } from './foresee.ts';

export interface DataContext {
  readonly manifest: Manifest;
  readonly history: CellHistory;
  readonly ranges: readonly LoadRange[];
  /** By dataset: days that are there and not whole, so that they stay closed. */
  readonly waiting: Foresight['waiting'];
}

/** Of a dataset whose content is another than when it was read. */
export function otherContent(need: ManifestNeed, dataset: string, date: Day, { history }: DataContext): string {
  if (need.kind === 'history' && need.seed === true)
    return `its content of one of the ${need.days} days before ${date}, from which it starts, is another, or it starts on another day now`;
  if (need.kind === 'history') return `its content of one of the ${need.days} days before ${date} is another`;
  if (need.kind !== 'latest') return `its content of ${date} is another`;
  const newest = history.newestData(dataset, date);
  return newest === undefined
    ? `it has no document of ${date} or before it any more`
    : `its document of ${newest}, the newest at ${date}, is another than before`;
}

/** Why a dataset has nothing for a cell that reads it. */
export function whyNoData(dataset: string, { computation, date }: CellKey, context: DataContext): string {
  const needs = computationIn(context.manifest, computation)?.needs ?? [];
  const isLatest = needs.some((need) => need.kind === 'latest' && need.of === dataset);
  const isWanted = needs.some((need) => need.kind !== 'latest' && 'of' in need && need.of === dataset);
  return isLatest && !isWanted
    ? `it has no document of ${date} or of any day before: ${whyNone(dataset, date, context)}`
    : whyNone(dataset, date, context);
}

function whyNone(dataset: string, date: Day, { waiting, ranges }: DataContext): string {
  const closed = waiting.get(dataset)?.find((day) => day.date === date);
  if (closed !== undefined)
    return `its data of ${date} is there and not whole yet: it lacks ${describeMissing(closed.missing)}`;
  const range = ranges.find((each) => each.dataset.name === dataset);
  if (range === undefined)
    return `nothing was loaded for ${date}, and the dataset has no file or generator to load it from`;
  const name = nameOfSource(range.source);
  if (range.coverage === undefined) return `no data for ${date}: ${name} has no rows`;
  const { first, last } = range.coverage;
  const where =
    date < first
      ? 'before it starts'
      : last !== undefined && date > last
        ? 'after it ends'
        : 'and has nothing on this day';
  return `no data for ${date}: ${name} ${last === undefined ? `starts on ${first}` : `holds ${first} … ${last}`}, ${where}`;
}
