/** Points in JSON. */
import type { Buckets } from '../../model/compound.ts';
import {
  attributesIn,
  doubleIn,
  doubleOf,
  hexIn,
  int32In,
  int64Of,
  type JsonObject,
  listIn,
  member,
  objectIn,
  uint64In,
  uint64Of,
} from './json-field.ts';
import { MAX_BUCKETS } from './limits.ts';
import { BadItem, type Data, type Point, type PointExemplar } from './request.ts';

/** @throws {BadItem} when it cannot be kept. */
export function jsonPoint(point: JsonObject, data: Data): Point {
  const attributes = attributesIn(point, 'attributes');
  return { attributes: () => attributes, ...restOf(point, data) };
}

const restOf = (point: JsonObject, data: Data): Omit<Point, 'attributes'> => ({
  startNanos: uint64In(point, 'startTimeUnixNano'),
  timeNanos: uint64In(point, 'timeUnixNano'),
  flags: int32In(point, 'flags'),
  exemplars: listIn(point, 'exemplars').map((exemplar) => exemplarOf(objectIn(exemplar, 'exemplars[]'))),
  value: valueOf(point, data),
});

function valueOf(point: JsonObject, data: Data): Point['value'] {
  switch (data) {
    case 'gauge':
    case 'sum':
      return numberOf(point);
    case 'histogram':
      return {
        kind: 'histogram',
        ...countAndSum(point),
        ...extremes(point),
        bounds: boundedList(point, 'explicitBounds').map((bound) => doubleOf(bound, 'explicitBounds[]')),
        counts: countsIn(point),
      };
    case 'exponentialHistogram':
      return {
        kind: 'exponential',
        schema: int32In(point, 'scale'),
        ...countAndSum(point),
        ...extremes(point),
        zeroThreshold: doubleIn(point, 'zeroThreshold') ?? 0,
        zeroCount: uint64In(point, 'zeroCount'),
        positive: bucketsIn(point, 'positive'),
        negative: bucketsIn(point, 'negative'),
      };
    case 'summary': {
      const { count, sum } = countAndSum(point);
      const quantiles = boundedList(point, 'quantileValues').map((value) => {
        const pair = objectIn(value, 'quantileValues[]');
        return [doubleIn(pair, 'quantile') ?? 0, doubleIn(pair, 'value') ?? 0] as const;
      });
      return { kind: 'summary', count, sum: sum ?? 0, quantiles };
    }
  }
}

function numberOf(object: JsonObject): number | bigint | undefined {
  const integer = member(object, 'asInt');
  return integer === undefined ? doubleIn(object, 'asDouble') : int64Of(integer, 'asInt');
}

const countAndSum = (point: JsonObject) => ({ count: uint64In(point, 'count'), sum: doubleIn(point, 'sum') });
const extremes = (point: JsonObject) => ({ min: doubleIn(point, 'min'), max: doubleIn(point, 'max') });

function boundedList(object: JsonObject, name: string): readonly unknown[] {
  const list = listIn(object, name);
  if (list.length <= MAX_BUCKETS + 1) return list;
  throw new BadItem('BAD_VALUE', `${name} has ${list.length} elements, and may have ${MAX_BUCKETS}`);
}

const countsIn = (object: JsonObject): bigint[] =>
  boundedList(object, 'bucketCounts').map((count) => uint64Of(count, 'bucketCounts[]'));

function bucketsIn(point: JsonObject, name: string): Buckets[] {
  const buckets = objectIn(member(point, name) ?? {}, name);
  const counts = countsIn(buckets);
  return counts.length === 0 ? [] : [{ offset: int32In(buckets, 'offset'), counts }];
}

function exemplarOf(exemplar: JsonObject): PointExemplar {
  const value = numberOf(exemplar);
  if (value === undefined) throw new BadItem('BAD_VALUE', 'an exemplar of the point has no value');
  return {
    attributes: attributesIn(exemplar, 'filteredAttributes'),
    timeNanos: uint64In(exemplar, 'timeUnixNano'),
    value,
    traceId: hexIn(exemplar, 'traceId'),
    spanId: hexIn(exemplar, 'spanId'),
  };
}
