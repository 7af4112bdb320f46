/** Which series an aggregation takes together, and under which labels. */
import { type Labels, NAME_LABEL } from '../../model/series.ts';
import type { Aggregate } from '../parse/ast.ts';
import { labelsKey, type VectorSeries } from '../evaluate/series.ts';

export interface Group {
  readonly labels: Labels;
  readonly members: readonly VectorSeries[];
  /** Whether the name, which is grouped by, is to go in the end: that of one member is. */
  readonly dropsName: boolean;
}

export function groupsOf(
  { without, labels: names }: Pick<Aggregate, 'without' | 'labels'>,
  series: readonly VectorSeries[],
): Group[] {
  const listed = new Set(names);
  const keeps = without
    ? (name: string): boolean => name !== NAME_LABEL && !listed.has(name)
    : (name: string): boolean => listed.has(name);
  const groups = new Map<string, { labels: Labels; members: VectorSeries[]; dropsName: boolean }>();
  for (const one of series) {
    const labels = one.labels.filter(([name]) => keeps(name));
    const key = labelsKey(labels);
    const found = groups.get(key);
    const group = found ?? { labels, members: [], dropsName: false };
    if (found === undefined) groups.set(key, group);
    group.members.push(one);
    if (one.dropsName && listed.has(NAME_LABEL) && !without) group.dropsName = true;
  }
  return [...groups.values()];
}
