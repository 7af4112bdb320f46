/** Requests that a route's own row gives rise to: some that fit its schemas, some that nearly do, and some that are noise. */
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { z } from 'zod';
import { isRaw, type Route } from '../../src/http/route.ts';

export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array | undefined;
}

/** As far as values are made from it. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** What a schema of ours would rather not meet. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 0, 1e308, -1e308, 2 ** 53, '', 'NaN', '1970-01-01', '2100-01-01T00:00:00Z'),
  fc.constantFrom<unknown>([], {}, '\0', '\ud800', '../..', '__name__', 'x'.repeat(3_000), [[[[]]]]),
  fc.string({ unit: 'binary' }),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}')),
);

/** Values that mostly fit; one in eight places is anything. */
function valueFor(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 7, arbitrary: fitting(schema) }, { weight: 1, arbitrary: hostile });
}

function fitting({ type, enum: values, const: only, anyOf, ...schema }: Schema): fc.Arbitrary<unknown> {
  if (values !== undefined) return fc.constantFrom(...values);
  if (only !== undefined) return fc.constant(only);
  if (anyOf !== undefined && anyOf.length > 0) return fc.oneof(...anyOf.map(valueFor));
  const { minimum: min = -1e6, maximum: max = 1e6 } = schema;
  if (type === 'integer') return fc.maxSafeInteger().map((n) => min + (Math.abs(n) % (Math.floor(max - min) + 1)));
  if (type === 'number') return fc.double({ min, max, noNaN: true });
  if (type === 'boolean') return fc.boolean();
  if (type === 'array') return fc.array(valueFor(schema.items ?? {}), { maxLength: 4 });
  if (type === 'object') {
    const members = Object.entries(schema.properties ?? {}).map(([name, member]) => [name, valueFor(member)] as const);
    if (members.length === 0) return fc.dictionary(fc.string({ maxLength: 8 }), fc.jsonValue({ maxDepth: 1 }));
    return fc.record(Object.fromEntries(members), { requiredKeys: [...(schema.required ?? [])] });
  }
  return type === 'string' ? fc.oneof(fc.stringMatching(/^[a-z_][a-z0-9_]{0,20}$/), fc.string()) : hostile;
}

const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value) ?? '');

/** What is wrong with bytes on their way. */
const damaged = (bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc.oneof(
    { weight: 6, arbitrary: bytes },
    {
      weight: 1,
      arbitrary: fc.tuple(bytes, fc.nat()).map(([whole, at]) => whole.subarray(0, at % (whole.length + 1))),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(bytes, fc.nat(), fc.nat(255)).map(([whole, at, byte]) => changed(whole, at, byte)),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
    { weight: 1, arbitrary: fc.constantFrom(65, 5_000).map((depth) => Buffer.from('['.repeat(depth))) },
  );

function changed(whole: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = Uint8Array.from(whole);
  if (copy.length > 0) copy[at % copy.length] = byte;
  return copy;
}

function bodyFor({ body }: Route): fc.Arbitrary<{ readonly type: string; readonly body: Uint8Array | undefined }> {
  if (body === undefined) return fc.constant({ type: '', body: undefined });
  const types = isRaw(body) ? body.contentTypes : ['application/json'];
  const type = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...types) },
    { weight: 1, arbitrary: fc.constantFrom('', 'text/html', 'application/json; charset=latin9', ';') },
  );
  const plain = isRaw(body)
    ? fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.jsonValue().map(bytesOf), fc.constantFrom(...SEEDS))
    : valueFor(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Schema).map(bytesOf);
  return fc.record({ type, body: damaged(plain) });
}

/** Where noise begins that a reader goes into before it finds out. */
const SEEDS = [
  '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"a","gauge":{"dataPoints":[{"asDouble":1,"timeUnixNano":"1"}]}}]}]}]}',
  '# TYPE a counter\na_total{b="c"} 1 1700000000\n# EOF\n',
  '\n\u0005\n\u0003\n\u0001a',
].map((text) => Buffer.from(text));

/** `organization` and its like, as paths have them; some are none. */
const param = fc.oneof(
  fc.uuid(),
  fc.constantFrom('a', '%2F', '..', '%00', '%', '__proto__', '%F0%9F'),
  fc.webSegment(),
);

/** All that a route may be sent. */
export function requestsTo(route: Route): fc.Arbitrary<FuzzRequest> {
  const names = route.path.match(/:\w+/g) ?? [];
  const path = fc.array(param, { minLength: names.length, maxLength: names.length }).map((values) => {
    let next = 0;
    return route.path.replaceAll(/:\w+/g, () => values[next++] || 'a');
  });
  const query = fc.oneof(
    fc.constant(''),
    fc.webQueryParameters().map((text) => `?${text}`),
    fc.constant('?limit=-1&a&a=%'),
  );
  const encoding = fc.constantFrom('none', 'none', 'none', 'gzip', 'gzip of nothing', 'snappy', 'br');
  return fc.record({ path, query, encoding, sent: bodyFor(route) }).map(({ path, query, encoding, sent }) => {
    const isTrue = encoding === 'gzip' && sent.body !== undefined;
    return {
      method: route.method,
      path: `${path}${query}`,
      headers: {
        ...(sent.type === '' ? {} : { 'content-type': sent.type }),
        ...(encoding === 'none' || sent.body === undefined ? {} : { 'content-encoding': encoding.split(' ')[0] ?? '' }),
      },
      body: isTrue && sent.body !== undefined ? gzipSync(sent.body) : sent.body,
    };
  });
}
