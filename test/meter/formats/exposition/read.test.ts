/** The text format in both dialects. */
import * as fc from 'fast-check';
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { DIALECTS, type DialectName } from '../../../../src/meter/formats/exposition/dialect.ts';
import { type ExpositionRead, readExposition } from '../../../../src/meter/formats/exposition/read.ts';
import { type ExposedFamily, writeExposition } from '../../../../src/meter/formats/exposition/write.ts';
import { Samples } from '../../../../src/meter/model/samples.ts';
import type { Label } from '../../../../src/meter/model/series.ts';
import { bitsOf, PlainResolver, type PlainSample, plainSamples } from '../../../support/plain-resolver.ts';

const OLD = 'text 0.0.4';
const NEW = 'OpenMetrics 1.0';
const NOW = 1_700_000_000_000;

interface Read extends ExpositionRead {
  readonly all: PlainSample[];
  readonly into: Samples;
}

function read(dialect: DialectName, body: string | Uint8Array, resolver = new PlainResolver()): Read {
  const into = new Samples();
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
  const result = readExposition(bytes, resolver, into, dialect, NOW);
  return { ...result, into, all: plainSamples(into, resolver) };
}

const readNew = (lines: string): Read => read(NEW, `${lines}\n# EOF\n`);
const shown = ({ all }: Read): unknown[] =>
  all.map(({ series, value, timestampMs }) => [Object.fromEntries(series.labels), numberOf(value), timestampMs - NOW]);

function numberOf(value: PlainSample['value']): number | bigint {
  if ('int64' in value) return value.int64;
  return 'bits' in value ? (new Float64Array(new BigUint64Array([value.bits]).buffer)[0] ?? NaN) : NaN;
}

describe('text 0.0.4', () => {
  test('is read line by line', () => {
    const text = [
      '# HELP http_requests_total how\\\\many\\nthere were',
      '# TYPE http_requests_total counter',
      'http_requests_total{method="post",code="200"} 1027 1700000000005',
      'http_requests_total { code = "400" , method="a\\\\b\\"c\\nd" , }\t3',
      '',
      '# any comment',
      'up 1e3\r',
      'a:b{le="+Inf"} +Inf',
      'nan NaN',
      '{"http.büro",path="/a}b"} -0.5',
    ].join('\n');
    const made = read(OLD, text);
    expect(made.rejected).toEqual([]);
    expect(shown(made)).toEqual([
      [{ __name__: 'http_requests_total', code: '200', method: 'post' }, 1_027, 5],
      [{ __name__: 'http_requests_total', code: '400', method: 'a\\b"c\nd' }, 3, 0],
      [{ __name__: 'up' }, 1_000, 0],
      [{ __name__: 'a:b', le: '+Inf' }, Infinity, 0],
      [{ __name__: 'nan' }, NaN, 0],
      [{ __name__: 'http.büro', path: '/a}b' }, -0.5, 0],
    ]);
    expect(made.metadata).toEqual([{ name: 'http_requests_total', type: 'counter', help: 'how\\many\nthere were' }]);
  });

  test.each<[string, string]>([
    ['1a 5', 'name of a metric'],
    ['=5', 'name of a metric'],
    ['a', 'a number'],
    ['a b', 'a number'],
    ['a 0x10', 'a number'],
    ['a 1_000', 'a number'],
    ['a 1 2 3', 'nothing behind the timestamp'],
    ['a 1 1.5', 'timestamp in milliseconds'],
    ['a{b="c} 1', 'closing quote'],
    ['a{b="c" 1', 'closing brace'],
    ['a{b=c} 1', 'value in quotes'],
    ['a{b} 1', '= behind the name'],
    ['a{b="1" c="2"} 1', ', or }'],
    ['a{1="x"} 1', 'name of a label'],
    ['# TYPE a colour', 'expected a type'],
    ['a 1 # {x="y"} 1', 'timestamp'],
    ['{} 1', 'no name'],
  ])('refuses the line %s, and keeps the others', (line, word) => {
    const { rejected, all } = read(OLD, `x 1\n${line}\ny 2`);
    expect(all.length).toBe(2);
    expect(rejected).toMatchObject([{ index: 1, reason: expect.stringMatching(/^line 2: /) }]);
    expect(rejected[0]?.reason).toContain(word);
  });

  test('refuses a line that is not UTF-8, and only that', () => {
    const { rejected, all } = read(OLD, Buffer.from('a{b="\u00e4"} 1\nc 2\n', 'latin1'));
    expect(rejected).toMatchObject([{ index: 0, code: 'MALFORMED' }]);
    expect(all.length).toBe(1);
  });

  test('refuses duplicate labels and times that cannot be, with what can be sent again', () => {
    const { rejected } = read(OLD, 'a{x="1",x="2"} 1\nb{y="z"} 1.5 1000');
    expect(rejected).toMatchObject([
      { index: 0, code: 'DUPLICATE_LABEL' },
      { index: 1, code: 'BAD_TIMESTAMP', item: { name: 'b', labels: { y: 'z' }, value: 1.5, timestamp: 1_000 } },
    ]);
  });

  test('takes known series apart no more', () => {
    const resolver = new PlainResolver();
    const body = 'a{b="c"} 1\na{b="d"} 2\n{"ü"} 3\n';
    const first = read(OLD, body, resolver);
    const { added } = resolver;
    expect(read(OLD, body, resolver).all).toEqual(first.all);
    expect(resolver.added).toBe(added);
  });

  test('is read in linear time, whatever is in it', () => {
    const long = 'x'.repeat(500_000);
    for (const line of [
      `a{b="${'\\'.repeat(500_000)}"} 1`,
      `a ${long}`,
      `# TYPE ${long} ${long}`,
      `a ${'1'.repeat(500_000)}`,
      '{'.repeat(500_000),
      `a${' '.repeat(500_000)}1`,
    ])
      expect(read(OLD, `${line}\nb 1`).all.length).toBeGreaterThan(0);
  });

  test('says what a body is that is no text', () => {
    expect(() => read(OLD, Uint8Array.from([0x0a, 0, 1]))).toThrow('is it compressed');
  });
});

describe('OpenMetrics 1.0', () => {
  test('has times in seconds, units, and integers that no double holds', () => {
    const made = readNew(
      [
        '# TYPE a_seconds counter',
        '# UNIT a_seconds seconds',
        '# HELP a_seconds how \\"long\\"',
        'a_seconds_total 9007199254740993 1700000000.123456789',
        '# TYPE target info',
        'target_info{v="1"} 1 1.7e9',
      ].join('\n'),
    );
    expect(made.rejected).toEqual([]);
    expect(shown(made)).toEqual([
      [{ __name__: 'a_seconds_total' }, 9_007_199_254_740_993n, 123],
      [{ __name__: 'target_info', v: '1' }, 1, 0],
    ]);
    expect(made.all[0]?.nanos).toBe(456_789);
    expect(made.metadata).toEqual([
      { name: 'a_seconds_total', type: 'counter', unit: 'seconds', help: 'how "long"' },
      { name: 'target_info', type: 'info' },
    ]);
  });

  test('keeps exemplars', () => {
    const { into, rejected } = readNew(
      [
        '# TYPE a histogram',
        'a_bucket{le="1"} 2 # {trace_id="x y"} 0.5 1700000000.0000005',
        'a_bucket{le="+Inf"} 2 1700000000 # {} 3',
      ].join('\n'),
    );
    expect(rejected).toEqual([]);
    expect(into.exemplars).toEqual([
      { sample: 0, labels: [['trace_id', 'x y']], value: 0.5, timestampMs: NOW, origin: '{"nanos":500}' },
      { sample: 1, labels: [], value: 3 },
    ]);
  });

  test('makes _created the start of the samples beside it, wherever it stands', () => {
    const made = readNew(
      [
        '# TYPE a counter',
        'a_created{x="1"} 1600000000.5',
        'a_total{x="1"} 5',
        'a_total{x="2"} 5',
        '# TYPE h histogram',
        'h_bucket{x="1",le="+Inf"} 1',
        'h_sum{x="1"} 1',
        'h_created{x="1"} 1600000001',
        '# TYPE lonely counter',
        'lonely_created 1600000002',
        '# TYPE g gauge',
        'g_created 7',
      ].join('\n'),
    );
    expect(made.rejected).toEqual([]);
    expect(made.all.map(({ series, startMs }) => [new Map(series.labels).get('__name__'), startMs])).toEqual([
      ['a_total', 1_600_000_000_500],
      ['a_total', undefined],
      ['h_bucket', 1_600_000_001_000],
      ['h_sum', 1_600_000_001_000],
      ['lonely_created', undefined],
      ['g_created', undefined],
    ]);
  });

  test.each<[string, string]>([
    ['# TYPE a counter\na 1', 'end with _total'],
    ['# TYPE a counter\na_total -1', 'not negative'],
    ['# TYPE a counter\na_total NaN', 'not negative'],
    ['# TYPE a histogram\na_bucket 1', 'the label le'],
    ['# TYPE a summary\na 1', 'the label quantile'],
    ['# TYPE a info\na_info 2', 'to be 1'],
    ['# TYPE a stateset\na{a="x"} 2', 'to be 0 or 1'],
    ['# TYPE a gauge\n# TYPE a counter', 'one type'],
    ['# TYPE a gauge\n# UNIT a seconds', 'its unit'],
    ['# TYPE a untyped\n# untold', 'expected'],
    ['a 1\n# EOF', 'nothing behind # EOF'],
    ['# TYPE a gauge\na 1 # {x="y"} 1', 'the sample was kept'],
    [`# TYPE a counter\na_total 1 # {x="${'y'.repeat(128)}"} 1`, '128 characters'],
  ])('refuses a line of %j', (lines, word) => {
    const { rejected } = readNew(lines);
    expect(rejected.map(({ reason }) => reason).join()).toContain(word);
  });

  test.each(['', 'a 1\n', 'a 1\n# EO', 'a 1 # EOF\n', 'a 1\n# EOF\n\n'])(
    'is refused when it may be cut off: %j',
    (body) => {
      expect(() => read(NEW, body)).toThrow('# EOF');
    },
  );
});

describe('what is written', () => {
  const label = fc.tuple(
    fc
      .oneof(fc.constantFrom('le', 'method', 'a.b'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }))
      .filter((name) => name !== '__name__'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  );
  const labels = fc.uniqueArray(label, { maxLength: 3, selector: ([name]) => name });
  const gauge: fc.Arbitrary<ExposedFamily> = fc.record({
    name: fc.oneof(fc.constantFrom('a', 'a_seconds'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 })),
    type: fc.constant('gauge' as const),
    help: fc.string({ unit: 'grapheme', maxLength: 10 }).map((text) => text.trim()),
    unit: fc.constantFrom('', 'seconds'),
    samples: fc.array(
      fc.record(
        { labels, value: fc.double(), timestampMs: fc.integer({ min: NOW, max: NOW * 2 }) },
        { requiredKeys: ['value'] },
      ),
      { maxLength: 3 },
    ),
  });
  const families = fc.uniqueArray(gauge, { maxLength: 3, selector: ({ name }) => name });

  test.each([OLD, NEW] as const)('in %s is read back as it was', (dialect) => {
    fc.assert(
      fc.property(families, (written) => {
        const { rejected, all, metadata } = read(dialect, writeExposition(written, dialect));
        expect(rejected).toEqual([]);
        const expected = written.flatMap(({ name, samples }) =>
          samples.map(({ labels = [], value, timestampMs }) => [
            Object.fromEntries([...labels, ['__name__', name] as Label].toSorted(([a], [b]) => (a < b ? -1 : 1))),
            bitsOf(value),
            timestampMs ?? NOW,
          ]),
        );
        expect(
          all.map(({ series, value, timestampMs }) => [
            Object.fromEntries(series.labels),
            (value as { bits: bigint }).bits,
            timestampMs,
          ]),
        ).toEqual(expected);
        expect(metadata.map(({ name, help = '' }) => [name, help])).toEqual(
          written.map(({ name, help = '' }) => [name, help]),
        );
      }),
      { numRuns: 300 },
    );
  });

  test('has the names that its dialect wants', () => {
    const family: ExposedFamily = {
      name: 'a_total',
      type: 'counter',
      help: 'x',
      samples: [{ value: 1, timestampMs: NOW + 5 }],
    };
    expect(writeExposition([family], OLD)).toBe('# TYPE a_total counter\n# HELP a_total x\na_total 1 1700000000005\n');
    expect(writeExposition([family], NEW)).toBe('# TYPE a counter\n# HELP a x\na_total 1 1700000000.005\n# EOF\n');
  });
});

describe('prom-client', () => {
  test.each([
    [OLD, Registry.PROMETHEUS_CONTENT_TYPE],
    [NEW, Registry.OPENMETRICS_CONTENT_TYPE],
  ] as const)('writes %s, which is understood', async (dialect, contentType) => {
    expect(contentType).toBe(DIALECTS[dialect].contentType);
    const registry = new Registry();
    registry.setContentType(contentType as never);
    const registers = [registry];
    const enableExemplars = dialect === NEW;
    const counter = new Counter({
      name: 'requests_total',
      help: 'how "many"\\',
      labelNames: ['path'],
      registers,
      enableExemplars,
    });
    if (enableExemplars)
      counter.inc({ labels: { path: 'a"b\\c\nd' }, value: 2, exemplarLabels: { trace_id: 'abc' } } as never);
    else counter.inc({ path: 'a"b\\c\nd' }, 2);
    new Gauge({ name: 'temperature', help: 'now', registers }).set(-1.5);
    new Histogram({ name: 'latency', help: 'how long', buckets: [0.1, 1], registers }).observe(0.5);
    new Summary({ name: 'size', help: 'how large', percentiles: [0.5], registers }).observe(3);
    const { rejected, metadata, into, ...made } = read(dialect, await registry.metrics());
    expect(rejected).toEqual([]);
    expect(metadata.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'requests_total counter',
      'temperature gauge',
      'latency histogram',
      'size summary',
    ]);
    expect(shown({ rejected, metadata, into, ...made })).toEqual([
      [{ __name__: 'requests_total', path: 'a"b\\c\nd' }, 2, 0],
      [{ __name__: 'temperature' }, -1.5, 0],
      ...['0.1', '1', '+Inf'].map((le, at) => [{ __name__: 'latency_bucket', le }, at === 0 ? 0 : 1, 0]),
      [{ __name__: 'latency_sum' }, 0.5, 0],
      [{ __name__: 'latency_count' }, 1, 0],
      [{ __name__: 'size', quantile: '0.5' }, 3, 0],
      [{ __name__: 'size_sum' }, 3, 0],
      [{ __name__: 'size_count' }, 1, 0],
    ]);
    expect(into.exemplars.length).toBe(enableExemplars ? 1 : 0);
  });
});
