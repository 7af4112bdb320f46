import fc from 'fast-check';
import { expect, test } from 'vitest';
import { METRIC_TYPES, type Series } from '../../../src/meter/model/series.ts';
import { decodeDictionaryPart, encodeDictionaryPart } from '../../../src/meter/segments/dictionary-part.ts';
import { decodeEvents, encodeEvents } from '../../../src/meter/segments/events.ts';

const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
const series = fc.record(
  {
    labels: fc.array(fc.tuple(text, text), { maxLength: 6 }),
    temporality: fc.constantFrom('delta' as const, 'cumulative' as const),
    origin: text,
  },
  { requiredKeys: ['labels'] },
) as fc.Arbitrary<Series>;
const metadata = fc.record(
  { name: text, type: fc.constantFrom(...METRIC_TYPES), unit: text, help: text },
  { requiredKeys: ['name', 'type'] },
);

test('a part of a dictionary brings back its series and what is said of metrics', () => {
  fc.assert(
    fc.property(fc.array(series, { maxLength: 30 }), fc.array(metadata, { maxLength: 10 }), (all, said) => {
      const part = { series: all, metadata: said };
      expect(decodeDictionaryPart(encodeDictionaryPart(part))).toEqual(part);
    }),
  );
});

test('a part that is cut off, or another, is damaged', () => {
  const bytes = encodeDictionaryPart({ series: fc.sample(series, { numRuns: 20, seed: 3 }), metadata: [] });
  for (let end = 0; end < bytes.length; end++)
    expect(() => decodeDictionaryPart(bytes.slice(0, end))).toThrow(/damaged/u);
});

test('events come back as they were', () => {
  const fields = fc.dictionary(text, fc.jsonValue()) as fc.Arbitrary<Record<string, unknown>>;
  const event = fc.record({
    kind: fc.constantFrom('commands' as const, 'sessions' as const),
    id: text,
    timestampMs: fc.nat(),
    fields,
  });
  fc.assert(
    fc.property(fc.array(event, { maxLength: 20 }), (events) => {
      const plain = JSON.parse(JSON.stringify(events)) as typeof events;
      expect(decodeEvents(encodeEvents(events))).toEqual(plain);
    }),
    {
      examples: [
        [
          [
            {
              kind: 'commands',
              id: ' ',
              timestampMs: 0,
              fields: JSON.parse('{"__proto__": 1, "a": {"__proto__": []}}') as Record<string, unknown>,
            },
          ],
        ],
      ],
    },
  );
});
