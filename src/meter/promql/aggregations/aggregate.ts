/** Aggregations over groups of series, step by step. https://prometheus.io/docs/prometheus/latest/querying/operators/#aggregation-operators */
import type { Aggregate } from '../parse/ast.ts';
import type { Annotations } from '../annotations.ts';
import type { Budget } from '../evaluate/budget.ts';
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

export function aggregate(
  node: Aggregate,
  vector: VectorValue,
  param: Value | undefined,
  count: number,
  { budget, annotations }: { readonly budget: Budget; readonly annotations: Annotations },
): VectorValue {
  const { operator } = node;
  if (operator === 'count_values')
    return countValues(node, vector, param?.type === 'string' ? param.text : '', count, budget);
  const groups = groupsOf(node, vector.series);
  const params = param?.type === 'scalar' ? param.values : new Float64Array(count);
  if (vector.series.length > 0) tell(node, params, annotations);
  const fold = FOLDS[operator];
  if (fold !== undefined) return { type: 'vector', series: groups.map((group) => folded(group, fold, params, budget)) };
  checkParams(operator, params);
  const choice = CHOICES[operator] as Choice;
  const isSorted = operator === 'topk' || operator === 'bottomk';
  return { type: 'vector', series: groups.flatMap((group) => chosen(group, choice, params, budget)), isSorted };
}

function tell({ operator, param }: Aggregate, params: Float64Array, annotations: Annotations): void {
  if (param === undefined) return;
  if (operator === 'quantile') for (const q of params) annotations.quantile(q, param.position);
  if (operator === 'limit_ratio') for (const ratio of params) annotations.ratio(ratio, param.position);
}

function folded({ labels, members, dropsName }: Group, fold: Fold, params: Float64Array, budget: Budget): VectorSeries {
  const count = params.length;
  budget.spend(count);
  const made = emptySeries(labels, count, dropsName);
  const values = new Float64Array(members.length);
  for (let step = 0; step < count; step++) {
    budget.pass(members.length);
    let present = 0;
    for (const { has, values: own } of members) if (has[step] === 1) values[present++] = own[step] as number;
    if (present === 0) continue;
    made.values[step] = fold(present === values.length ? values : values.subarray(0, present), params[step] as number);
    made.has[step] = 1;
  }
  return made;
}

/** In the order in which the first step shows them: an instant query has no other. */
function chosen({ members }: Group, choice: Choice, params: Float64Array, budget: Budget): VectorSeries[] {
  const count = params.length;
  const kept = new Map<number, Uint8Array>();
  for (let step = 0; step < count; step++) {
    budget.pass(members.length);
    const places = members.flatMap(({ has }, at) => (has[step] === 1 ? [at] : []));
    for (const at of choice(members, places, step, params[step] as number)) {
      let has = kept.get(at);
      if (has === undefined) {
        budget.spend(count);
        has = new Uint8Array(count);
        kept.set(at, has);
      }
      has[step] = 1;
    }
  }
  return [...kept].map(([at, has]) => changed(members[at] as VectorSeries, { has }));
}

function countValues(node: Aggregate, vector: VectorValue, label: string, count: number, budget: Budget): VectorValue {
  checkLabel(label, 'count_values');
  const made = new Map<string, VectorSeries>();
  const grouping = { ...node, labels: node.without ? [...node.labels, label] : node.labels };
  for (const { labels, members, dropsName } of groupsOf(grouping, vector.series)) {
    for (const { has, values } of members)
      for (let step = 0; step < count; step++) {
        if (has[step] !== 1) continue;
        const own = withLabel(labels, label, writtenNumber(values[step] as number));
        const key = labelsKey(own);
        let one = made.get(key);
        if (one === undefined) {
          budget.spend(count);
          one = emptySeries(own, count, dropsName);
          made.set(key, one);
        }
        one.values[step] = (one.values[step] as number) + 1;
        one.has[step] = 1;
      }
  }
  return { type: 'vector', series: [...made.values()] };
}
