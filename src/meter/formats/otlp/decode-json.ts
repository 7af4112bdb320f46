/** ExportMetricsServiceRequest in JSON. A bad point is told of, and so is each point of a bad metric; above that the request is none. */
import { UserError } from '../../../errors.ts';
import { textOf } from '../labels.ts';
import { quoted } from '../rejections.ts';
import { attributesIn, booleanIn, int32In, type JsonObject, listIn, member, objectIn, textIn } from './json-field.ts';
import { jsonPoint } from './json-point.ts';
import { BadItem, type Data, DATA_FIELDS, type Metric, type Resource, type Visitor } from './request.ts';

const DATA = Object.keys(DATA_FIELDS) as Data[];

/** @throws {UserError} when it is no such request. */
export function decodeJson(body: Uint8Array, visitor: Visitor): void {
  const request = parse(body);
  each(request, 'resourceMetrics', 'the request', (resourceMetrics, where) => {
    visitor.resource(resourceOf(resourceMetrics, 'resource', where));
    each(resourceMetrics, 'scopeMetrics', where, (scopeMetrics, where) => {
      const scope = objectAt(member(scopeMetrics, 'scope') ?? {}, `${where}.scope`);
      const [name, version] = within(
        `${where}.scope`,
        () => [textIn(scope, 'name'), textIn(scope, 'version')] as const,
      );
      visitor.scope({ ...resourceOf(scopeMetrics, 'scope', where), name, version });
      for (const metric of within(where, () => listIn(scopeMetrics, 'metrics'))) decodeMetric(metric, visitor);
    });
  });
}

function parse(body: Uint8Array): JsonObject {
  const text = textOf(body, 0, body.length);
  if (text === undefined) throw new UserError('BAD_ARGUMENT', 'the body is not UTF-8');
  try {
    return objectAt(JSON.parse(text.trim() === '' ? '{}' : text), 'the request');
  } catch (thrown) {
    if (thrown instanceof UserError) throw thrown;
    throw new UserError('BAD_ARGUMENT', `the body is no JSON: ${(thrown as Error).message.slice(0, 200)}`, {
      cause: thrown,
    });
  }
}

/** Each object of a list, with where it lies. */
function each(object: JsonObject, name: string, where: string, visit: (item: JsonObject, where: string) => void): void {
  for (const [at, item] of within(where, () => listIn(object, name)).entries()) {
    const place = `${name}[${at}]`;
    visit(objectAt(item, place), place);
  }
}

const objectAt = (value: unknown, where: string): JsonObject => within(where, () => objectIn(value, 'it'));

/** What is wrong there is wrong for all points in it: the request is none. */
function within<T>(where: string, read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof BadItem)) throw thrown;
    throw new UserError('BAD_ARGUMENT', `the body is no ExportMetricsServiceRequest: in ${where}, ${thrown.message}`, {
      cause: thrown,
    });
  }
}

const resourceOf = (holder: JsonObject, name: string, where: string): Resource =>
  within(`${where}.${name}`, () => {
    const resource = objectIn(member(holder, name) ?? {}, 'it');
    return {
      attributes: attributesIn(resource, 'attributes'),
      droppedAttributes: int32In(resource, 'droppedAttributesCount'),
      schemaUrl: textIn(holder, 'schemaUrl'),
    };
  });

function decodeMetric(given: unknown, visitor: Visitor): void {
  let points: readonly unknown[] = [undefined];
  try {
    const object = objectIn(given, 'the metric');
    const data = DATA.find((name) => member(object, name) !== undefined);
    if (data === undefined) return;
    const holder = objectIn(member(object, data), data);
    points = listIn(holder, 'dataPoints');
    visitor.metric(metricOf(object, holder, data));
    for (const point of points) decodePoint(point, data, visitor);
  } catch (thrown) {
    if (!(thrown instanceof BadItem)) throw thrown;
    for (let at = 0; at < points.length; at++) visitor.bad(thrown.code, thrown.message);
  }
}

function metricOf(object: JsonObject, holder: JsonObject, data: Data): Metric {
  const name = textIn(object, 'name');
  try {
    return {
      name,
      description: textIn(object, 'description'),
      unit: textIn(object, 'unit'),
      data,
      temporality: data === 'gauge' || data === 'summary' ? 0 : int32In(holder, 'aggregationTemporality'),
      isMonotonic: data === 'sum' && booleanIn(holder, 'isMonotonic'),
      metadata: attributesIn(object, 'metadata'),
    };
  } catch (thrown) {
    if (!(thrown instanceof BadItem)) throw thrown;
    throw new BadItem(thrown.code, `of the metric ${quoted(name)}, ${thrown.message}`);
  }
}

function decodePoint(point: unknown, data: Data, visitor: Visitor): void {
  let decoded;
  try {
    decoded = jsonPoint(objectIn(point, 'the point'), data);
  } catch (thrown) {
    if (!(thrown instanceof BadItem)) throw thrown;
    visitor.bad(thrown.code, thrown.message);
    return;
  }
  visitor.point(decoded);
}
