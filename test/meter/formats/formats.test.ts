/** What holds of all formats alike. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { Samples } from '../../../src/meter/model/samples.ts';
import { SymbolNumbers } from '../../../src/meter/model/symbol-numbers.ts';
import { bitsOf, PlainResolver, plainSamples } from '../../support/plain-resolver.ts';
import { FORMAT_NAMES, FORMATS, type Format, NOW, type Plain } from './every-format.ts';

const SAMPLES: readonly Plain[] = [
  { name: 'up', labels: [], value: 1, timestampMs: NOW },
  {
    name: 'http_requests_total',
    labels: [
      ['code', '200'],
      ['path', '/ü"\\\n'],
    ],
    value: 1.5,
    timestampMs: NOW + 1,
  },
  { name: 'temperature', labels: [['room', '北']], value: -273.15, timestampMs: NOW + 2 },
];

/** Whatever is in a body, a reader gives an answer, or says that the body is none. */
function readAny(format: Format, body: Uint8Array): { readonly kept: number; readonly answered: boolean } {
  const into = new Samples();
  try {
    const { rejected } = format.read(body, new PlainResolver(), into);
    for (const { reason, code } of rejected) expect([typeof code, reason.length < 1_000]).toEqual(['string', true]);
    return { kept: into.length, answered: true };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    expect(thrown.message.length).toBeLessThan(1_000);
    return { kept: 0, answered: false };
  }
}

describe.each(FORMAT_NAMES)('%s', (name) => {
  const format: Format = FORMATS[name];

  test('keeps what it says', () => {
    const resolver = new PlainResolver();
    const into = new Samples();
    expect(format.read(format.write(SAMPLES), resolver, into).rejected).toEqual([]);
    expect(into.length).toBe(SAMPLES.length);
  });

  test('survives being cut off at every byte', () => {
    const body = format.write(SAMPLES);
    for (let end = 0; end < body.length; end++) {
      const { kept } = readAny(format, body.slice(0, end));
      expect(kept).toBeLessThanOrEqual(SAMPLES.length);
    }
  });

  test('survives a changed byte anywhere', () => {
    const body = format.write(SAMPLES);
    for (let at = 0; at < body.length; at++)
      for (const byte of [0, 1, 0x22, 0x7f, 0x80, 0xff]) {
        const changed = body.slice();
        changed[at] = byte;
        expect(readAny(format, changed).kept).toBeLessThanOrEqual(2 * SAMPLES.length);
      }
  });

  test('survives random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(readAny(format, bytes).kept).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 2_000 },
    );
  });

  test('survives bodies that were cut apart and put together again', () => {
    const body = format.write(SAMPLES);
    const place = fc.integer({ min: 0, max: body.length });
    fc.assert(
      fc.property(place, place, place, (a, b, c) => {
        const middle = body.subarray(Math.min(b, c), Math.max(b, c));
        const mixed = Uint8Array.from([...body.subarray(0, a), ...middle, ...body.subarray(a)]);
        expect(readAny(format, mixed).kept).toBeLessThanOrEqual(3 * SAMPLES.length);
      }),
      { numRuns: 1_000 },
    );
  });

  test('refuses a label of ten megabytes without touching the others', () => {
    const long: Plain = { name: 'long', labels: [['x', 'y'.repeat(10_000_000)]], value: 1, timestampMs: NOW };
    const into = new Samples();
    const resolver = new PlainResolver();
    const { rejected } = format.read(format.write([...SAMPLES, long, ...SAMPLES]), resolver, into);
    expect(into.length).toBe(2 * SAMPLES.length);
    expect(rejected.length).toBe(1);
    expect(['LABEL_LIMIT', 'MALFORMED']).toContain(rejected[0]?.code);
    expect(resolver.series.length).toBe(SAMPLES.length);
  });

  test('refuses a body that is larger than any sender makes it', () => {
    expect(() => format.read(new Uint8Array(70_000_000), new PlainResolver(), new Samples())).toThrow(UserError);
  });

  test('refuses times of 1970 and after the year 9999, with what can be sent again', () => {
    const late = SAMPLES.map((sample, at) =>
      Object.assign({}, sample, { timestampMs: at === 0 ? 1_234 : sample.timestampMs }),
    );
    const into = new Samples();
    const { rejected } = format.read(format.write(late), new PlainResolver(), into);
    expect(into.length).toBe(2);
    expect(rejected).toMatchObject([{ code: 'BAD_TIMESTAMP', item: { name: 'up', value: 1, timestamp: 1_234 } }]);
  });
});

describe('all formats', () => {
  const plain: fc.Arbitrary<Plain> = fc.record({
    name: fc
      .stringMatching(/^[a-z][a-z_]{0,8}$/)
      .filter((name) => !/_(total|info|bucket|count|sum|created)$/.test(name)),
    labels: fc
      .uniqueArray(
        fc.tuple(fc.stringMatching(/^[a-z][a-z_]{0,5}$/), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 })),
        {
          selector: ([name]) => name,
          maxLength: 4,
        },
      )
      .map((labels) => labels.toSorted(([a], [b]) => (a < b ? -1 : 1))),
    value: fc.double(),
    timestampMs: fc.integer({ min: NOW, max: 2 * NOW }),
  });
  const samples = fc.uniqueArray(plain, { maxLength: 6, selector: ({ name }) => name });

  test('give the same series and the same values for the same samples, in one process that has them all', () => {
    const resolver = new PlainResolver(undefined, new SymbolNumbers());
    fc.assert(
      fc.property(samples, (sent) => {
        const expected = sent.map(({ name, labels, value, timestampMs }) => ({
          labels: [['__name__', name], ...labels],
          timestampMs,
          value: { bits: bitsOf(value) },
        }));
        for (const name of FORMAT_NAMES) {
          const into = new Samples();
          const { rejected } = FORMATS[name].read(FORMATS[name].write(sent), resolver, into);
          expect(rejected).toEqual([]);
          const read = plainSamples(into, resolver).map(({ series, timestampMs, value }) => ({
            labels: series.labels,
            timestampMs,
            value,
          }));
          expect([name, read]).toEqual([name, expected]);
        }
      }),
      { numRuns: 200 },
    );
  });
});
