/**
 * Debian's Prometheus and ours, asked the same over the same samples, which it got by remote write. Debian's is 2.42, of which Prometheus 3
 * differs where a sample lies on the left end of a range, or of a subquery, and where a counter is near zero: no sample, time or counter here is
 * so. What else differs is listed by name.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LONG, howMany } from '../support/long.ts';
import { type Answered, type Asked, differenceOf, ourAnswer } from '../support/promql-answers.ts';
import { EVERY_KIND, ORDERED, WRONG } from '../support/promql-expressions.ts';
import { randomExpression, randomOf } from '../support/promql-random.ts';
import { selectOf, WORLD_START_MS, worldOf } from '../support/promql-world.ts';
import { hasPrometheus, type PrometheusProcess, prometheusProcess } from '../support/prometheus-process.ts';

const RANDOM = howMany('DAYMILL_PROMQL_RANDOM', 100, 800);
const SEED = Number(process.env['DAYMILL_PROMQL_SEED'] ?? 20_261_127);

/** Five seconds after a multiple of 15 s: no sample and no step of a subquery lies on the end of a range. */
const at = (minutes: number): number => WORLD_START_MS / 1_000 + minutes * 60 + 5;
const TIMES: readonly Asked[] = [{ time: at(61) }, { time: at(20) }, { start: at(15), end: at(75), step: 90 }];

/** What Prometheus 3 has otherwise than 2.42. */
const CHANGED: readonly { readonly why: string; readonly is: (query: string, theirs: Answered) => boolean }[] = [
  {
    why: 'names are dropped in the end only: until then, what differs by name is no collision',
    is: (_, theirs) => 'message' in theirs && theirs.message.includes('same labelset'),
  },
];

describe.runIf(LONG && hasPrometheus())("Debian's Prometheus", () => {
  const world = worldOf(randomOf(SEED));
  const select = selectOf(world);
  let prometheus: PrometheusProcess;

  beforeAll(async () => {
    prometheus = await prometheusProcess();
    await prometheus.write(world);
  });
  afterAll(() => prometheus[Symbol.asyncDispose]());

  async function compared(expressions: readonly string[], isOrdered = false) {
    const differing: string[] = [];
    const changed = new Map<string, number>();
    let [alike, refused] = [0, 0];
    for (const query of expressions)
      for (const asked of TIMES) {
        if (isOrdered && 'step' in asked) continue;
        const theirs = await prometheus.ask(query, asked);
        const difference = differenceOf(theirs, ourAnswer(select, query, asked), isOrdered);
        if (difference === undefined) {
          alike++;
          if ('error' in theirs) refused++;
          continue;
        }
        const known = CHANGED.find(({ is }) => is(query, theirs));
        if (known === undefined) differing.push(`${query} at ${JSON.stringify(asked)}: ${difference}`);
        else changed.set(known.why, (changed.get(known.why) ?? 0) + 1);
      }
    console.log(
      `${expressions.length} expressions, ${alike} answers alike, ${refused} of them refusals, ${differing.length} not alike`,
      ...[...changed].map(([why, count]) => `; ${count} otherwise in Prometheus 3: ${why}`),
    );
    return { alike, refused, differing };
  }

  test('answers as ours does, whatever is asked', async () => {
    const { alike, differing } = await compared(EVERY_KIND);
    expect(alike).toBeGreaterThan(600);
    expect(differing).toEqual([]);
  });

  test('answers in the same order, where there is one', async () => {
    const { differing } = await compared(ORDERED, true);
    expect(differing).toEqual([]);
  });

  test('refuses the same, for the same kind of reason', async () => {
    const { refused, differing } = await compared(WRONG);
    expect(differing).toEqual([]);
    expect(refused).toBe(WRONG.length * TIMES.length);
  });

  test('answers as ours does what the grammar gives rise to', async () => {
    const random = randomOf(SEED + 1);
    const expressions = Array.from({ length: RANDOM }, () => randomExpression(random));
    const { alike, refused, differing } = await compared(expressions);
    expect(differing.slice(0, 20)).toEqual([]);
    // Most are to be of something.
    expect(refused).toBeLessThan(alike / 4);
  });
});
