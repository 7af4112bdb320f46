/** Samples that come in any order, one by one or by runs, are one column in the order of time. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SeriesBuilder } from '../../../../src/meter/answers/query/series-builder.ts';

const sample = fc.record({ time: fc.integer({ min: 0, max: 300 }), value: fc.integer({ min: 0, max: 9 }) });
/** Each in order by itself, as a segment is. */
const runs = fc.array(
  fc.record({
    atOnce: fc.boolean(),
    run: fc
      .uniqueArray(sample, { selector: ({ time }) => time, maxLength: 100 })
      .map((all) => all.toSorted((a, b) => a.time - b.time)),
  }),
  { maxLength: 12 },
);

test('of one time the largest value counts', () => {
  fc.assert(
    fc.property(runs, (all) => {
      const builder = new SeriesBuilder([]);
      const wanted = new Map<number, number>();
      for (const { atOnce, run } of all) {
        if (atOnce)
          builder.pushRun(
            Float64Array.from(run, ({ time }) => time),
            Float64Array.from(run, ({ value }) => value),
          );
        else for (const { time, value } of run) builder.push(time, value);
        for (const { time, value } of run) wanted.set(time, Math.max(wanted.get(time) ?? 0, value));
      }
      const { timesMs, values } = builder.build();
      expect(Array.from(timesMs, (time, at) => [time, values[at]])).toEqual([...wanted].toSorted(([a], [b]) => a - b));
    }),
  );
});
