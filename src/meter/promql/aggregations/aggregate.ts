/** Aggregations over groups of series, step by step. https://prometheus.io/docs/prometheus/latest/querying/operators/#aggregation-operators */
import type { Aggregate } from '../parse/ast.ts';
import {
  changed,
  emptySeries,
  labelsKey,
  type Value,
  type VectorSeries,
  type VectorValue,
  withLabel,
} from '../evaluate/series.ts';
import { writtenNumber } from '../evaluate/written-number.ts';
import { checkLabel } from '../functions/label-functions.ts';
import { CHOICES, checkParams, type Choice } from './choices.ts';
import { type Fold, FOLDS } from './folds.ts';
import { type Group, groupsOf } from './groups.ts';

export function aggregate(node: Aggregate, vector: VectorValue, param: Value | undefined, count: number): VectorValue {
  const { operator } = node;
  if (operator === 'count_values') return countValues(node, vector, param?.type === 'string' ? param.text : '', count);
  const groups = groupsOf(node, vector.series);
  const params = param?.type === 'scalar' ? param.values : new Float64Array(count);
  const fold = FOLDS[operator];
  if (fold !== undefined) return { type: 'vector', series: groups.map((group) => folded(group, fold, params)) };
  checkParams(operator, params);
  const choice = CHOICES[operator] as Choice;
  const isSorted = operator === 'topk' || operator === 'bottomk';
  return { type: 'vector', series: groups.flatMap((group) => chosen(group, choice, params)), isSorted };
}

function folded({ labels, members, dropsName }: Group, fold: Fold, params: Float64Array): VectorSeries {
  const count = params.length;
  const made = emptySeries(labels, count, dropsName);
  const values = new Float64Array(members.length);
  for (let step = 0; step < count; step++) {
    let present = 0;
    for (const { has, values: own } of members) if (has[step] === 1) values[present++] = own[step] as number;
    if (present === 0) continue;
    made.values[step] = fold(present === values.length ? values : values.subarray(0, present), params[step] as number);
    made.has[step] = 1;
  }
  return made;
}

/** In the order in which the first step shows them: an instant query has no other. */
function chosen({ members }: Group, choice: Choice, params: Float64Array): VectorSeries[] {
  const count = params.length;
  const kept = new Map<number, Uint8Array>();
  for (let step = 0; step < count; step++) {
    const places = members.flatMap(({ has }, at) => (has[step] === 1 ? [at] : []));
    for (const at of choice(members, places, step, params[step] as number)) {
      const has = kept.get(at) ?? new Uint8Array(count);
      kept.set(at, has);
      has[step] = 1;
    }
  }
  return [...kept].map(([at, has]) => changed(members[at] as VectorSeries, { has }));
}

function countValues(node: Aggregate, vector: VectorValue, label: string, count: number): VectorValue {
  checkLabel(label, 'count_values');
  const made = new Map<string, VectorSeries>();
  const grouping = { ...node, labels: node.without ? [...node.labels, label] : node.labels };
  for (const { labels, members, dropsName } of groupsOf(grouping, vector.series)) {
    for (const { has, values } of members)
      for (let step = 0; step < count; step++) {
        if (has[step] !== 1) continue;
        const own = withLabel(labels, label, writtenNumber(values[step] as number));
        const key = labelsKey(own);
        const one = made.get(key) ?? emptySeries(own, count, dropsName);
        made.set(key, one);
        one.values[step] = (one.values[step] as number) + 1;
        one.has[step] = 1;
      }
  }
  return { type: 'vector', series: [...made.values()] };
}
