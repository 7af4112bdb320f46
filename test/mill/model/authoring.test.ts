/**
 * The authoring API as authors meet it: right uses have the right types, wrong uses do not compile (`npx tsc --noEmit` checks
 * every `@ts-expect-error` here), and what types cannot see is refused when it is defined.
 */
import { describe, expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { UserError } from '../../../src/errors.ts';
import {
  type Computation,
  type ComputationOptions,
  DEFAULT_TIMEOUT_SECONDS,
} from '../../../src/mill/model/computation.ts';
import {
  dataset,
  type Dated,
  defineComputation,
  defineDataset,
  defineDocument,
  dependency,
  document,
  type EntityDataset,
  generated,
  history,
  joined,
  latest,
  previous,
} from '../../../src/index.ts';

const flights = defineDataset({ name: 'flights', entity: z.object({ origin: z.string(), delay: z.number() }) });
const prices = defineDocument({ name: 'prices', document: z.object({ close: z.number() }) });
const closes = defineComputation({
  name: 'closes',
  category: 'test',
  needs: { price: document(prices) },
  output: z.number(),
  compute: ({ price }) => price.close,
});
const airports = defineComputation({
  name: 'airports',
  category: 'test',
  needs: { flight: dataset(flights), close: dependency(closes), yesterday: previous() },
  output: z.record(z.string(), z.number()),
  perEntity: (flight, { inputs }) => flight.delay + inputs.close + (inputs.yesterday?.['ORD'] ?? 0),
});
const orders = defineDataset({
  name: 'orders',
  entity: z.object({ customer: z.string(), sum: z.number() }),
  id: ({ customer }) => customer,
});
const refunds = defineDataset({
  name: 'refunds',
  entity: z.object({ customer: z.string(), refund: z.number() }),
  id: ({ customer }) => customer,
});
const base = { name: 'wrong', category: 'test' } as const;

describe('rows that a function makes', () => {
  test('are of the kind that the schema takes, from whatever gives them one by one', () => {
    const entity = z.object({ user: z.string(), amount: z.number() });
    const id = ({ user }: z.output<typeof entity>): string => user;
    const first = '2024-01-01';
    const made = defineDataset({
      name: 'made',
      entity,
      id,
      source: generated({
        first,
        rows: function* (date) {
          expectTypeOf(date).toEqualTypeOf<string>();
          yield { user: 'a', amount: 1 };
        },
      }),
    });
    expectTypeOf(made).toEqualTypeOf<EntityDataset<{ user: string; amount: number }>>();
    defineDataset({
      name: 'asked',
      entity,
      id,
      source: generated({
        first,
        rows: async function* () {
          yield { user: 'a', amount: 1 };
        },
      }),
    });
    // @ts-expect-error: the schema wants an amount.
    defineDataset({ name: 'lacking', entity, id, source: generated({ first, rows: () => [{ user: 'a' }] }) });
    // @ts-expect-error: a promise of rows is nothing to go through.
    generated({ first, rows: async () => [1] });
  });
});

describe('what a computation is given', () => {
  test('follows from its needs', () => {
    defineComputation({
      ...base,
      needs: {
        close: dependency(closes),
        airport: dependency(airports),
        price: document(prices),
        newest: latest(prices),
        yesterday: previous(),
        own: history(3),
        week: history(airports, 7),
        documents: history(prices, 7),
      },
      output: z.object({ sum: z.number() }),
      compute: (inputs, { date }) => {
        expectTypeOf(inputs.close).toEqualTypeOf<number>();
        expectTypeOf(inputs.airport).toEqualTypeOf<Record<string, number>>();
        expectTypeOf(inputs.price).toEqualTypeOf<{ close: number }>();
        expectTypeOf(inputs.newest).toEqualTypeOf<{ close: number }>();
        expectTypeOf(inputs.yesterday).toEqualTypeOf<{ sum: number } | undefined>();
        expectTypeOf(inputs.own).toEqualTypeOf<readonly Dated<{ sum: number }>[]>();
        expectTypeOf(inputs.week).toEqualTypeOf<readonly Dated<Record<string, number>>[]>();
        expectTypeOf(inputs.documents).toEqualTypeOf<readonly Dated<{ close: number }>[]>();
        expectTypeOf(date).toEqualTypeOf<string>();
        return { sum: inputs.close };
      },
    });
    expectTypeOf(closes).toExtend<Computation<number>>();
    expectTypeOf(airports).toExtend<Computation<Record<string, number>>>();
  });

  test('is entity by entity for a dataset, which is no input', () => {
    defineComputation({
      ...base,
      needs: { flight: dataset(flights), close: dependency(closes) },
      output: z.number(),
      reduce: {
        init: ({ inputs }) => {
          expectTypeOf(inputs).toEqualTypeOf<{ readonly close: number }>();
          return { sum: 0 };
        },
        add: (sofar, flight, { id }) => {
          expectTypeOf(flight).toEqualTypeOf<{ origin: string; delay: number }>();
          expectTypeOf(id).toEqualTypeOf<string>();
          sofar.sum += flight.delay;
        },
        finish: (sofar) => sofar.sum,
      },
    });
    expect(airports.work.shape).toBe('perEntity');
  });

  test('is what the entity was on the day before as well, where that is asked for', () => {
    interface Flight {
      origin: string;
      delay: number;
    }
    const changes = defineComputation({
      ...base,
      needs: { flight: dataset(flights, { dayBefore: true }), close: dependency(closes) },
      output: z.record(z.string(), z.number()),
      perEntity: (flight, context) => {
        expectTypeOf(context.before).toEqualTypeOf<Flight | undefined>();
        expectTypeOf(context.inputs).toEqualTypeOf<{ readonly close: number }>();
        return flight.delay - (context.before?.delay ?? 0);
      },
    });
    defineComputation({
      ...base,
      needs: { flight: dataset(flights, { dayBefore: true }) },
      output: z.number(),
      reduce: {
        init: () => ({ gone: 0 }),
        add: (sofar, _, { before, id }) => {
          expectTypeOf(before).toEqualTypeOf<Flight | undefined>();
          expectTypeOf(id).toEqualTypeOf<string>();
          if (before === undefined) sofar.gone++;
        },
        finish: ({ gone }) => gone,
      },
    });
    expect(changes.needs.flight).toMatchObject({ kind: 'dataset', dayBefore: true });
  });
});

describe('a joined dataset', () => {
  interface Refund {
    customer: string;
    refund: number;
  }
  test('is what it has of the entity, which may be nothing; the day as a whole has none of it', () => {
    const net = defineComputation({
      ...base,
      needs: { order: dataset(orders, { dayBefore: true }), refund: joined(refunds), close: dependency(closes) },
      output: z.record(z.string(), z.number()),
      perEntity: ({ sum }, { before, inputs }) => {
        expectTypeOf(inputs).toEqualTypeOf<{ readonly refund: Refund | undefined; readonly close: number }>();
        expectTypeOf(before).toEqualTypeOf<{ customer: string; sum: number } | undefined>();
        return sum - (inputs.refund?.refund ?? 0);
      },
    });
    defineComputation({
      ...base,
      needs: { order: dataset(orders), refund: joined(refunds), close: dependency(closes) },
      output: z.number(),
      reduce: {
        init: ({ inputs }) => {
          expectTypeOf(inputs).toEqualTypeOf<{ readonly close: number }>();
          return { sum: inputs.close };
        },
        add: (all, { sum }, { inputs }) => {
          expectTypeOf(inputs.refund).toEqualTypeOf<Refund | undefined>();
          all.sum += sum - (inputs.refund?.refund ?? 0);
        },
        finish: ({ sum }, { inputs }) => {
          expectTypeOf(inputs).toEqualTypeOf<{ readonly close: number }>();
          return sum;
        },
      },
    });
    expect(net.needs.refund).toMatchObject({ kind: 'joined', of: refunds });
  });

  test('of a result is what it has of the entity', () => {
    const spent = defineComputation({
      ...base,
      name: 'spent',
      needs: { order: dataset(orders) },
      output: z.record(z.string(), z.object({ sum: z.number() })),
      perEntity: ({ sum }) => ({ sum }),
    });
    const share = defineComputation({
      ...base,
      needs: { order: dataset(orders), spent: joined(spent), close: dependency(closes) },
      output: z.record(z.string(), z.number()),
      perEntity: (_, { inputs }) => {
        expectTypeOf(inputs).toEqualTypeOf<{ readonly spent: { sum: number } | undefined; readonly close: number }>();
        return (inputs.spent?.sum ?? 0) / inputs.close;
      },
    });
    expect(share.needs.spent).toMatchObject({ kind: 'joined', of: spent });
    expect(() =>
      defineComputation({
        ...base,
        needs: { flight: dataset(flights), spent: joined(spent) },
        output: z.number(),
        reduce: { init: () => ({}), add: () => {}, finish: () => 1 },
      }),
    ).toThrow(/results are joined by the ids of entities, and those of flights are mere row numbers/);
    expect(() =>
      defineComputation({
        ...base,
        // @ts-expect-error one result a day has no entities
        needs: { order: dataset(orders), close: joined(closes) },
        output: z.number(),
        reduce: { init: () => ({}), add: () => {}, finish: () => 1 },
      }),
    ).toThrow(
      /closes makes one result a day, not one an entity, so there is nothing to join: read it with dependency\(closes\)/,
    );
  });

  const given = { ...base, output: z.record(z.string(), z.number()) };
  test.each<[what: string, make: () => unknown, words: RegExp]>([
    [
      'without a dataset that is streamed',
      () => defineComputation({ ...given, needs: { refund: joined(refunds) }, perEntity: () => 1 }),
      /^wrong: joined\(…\) comes beside the entities of a dataset that is streamed, and it streams none\. Name the one/,
    ],
    [
      'in compute',
      () => defineComputation({ ...given, needs: { refund: joined(refunds) }, compute: () => ({}) }),
      /and use perEntity or reduce; what is wanted whole is a document/,
    ],
    [
      'in compute, with a dataset',
      () =>
        defineComputation({
          ...given,
          needs: { order: dataset(orders), refund: joined(refunds) },
          compute: () => ({}),
        }),
      /a dataset is streamed, so use perEntity or reduce instead of compute/,
    ],
    [
      'that is the one that is streamed',
      () =>
        defineComputation({ ...given, needs: { order: dataset(orders), other: joined(orders) }, perEntity: () => 1 }),
      /it streams orders and joins the same to it\. .*dataset\(orders, \{ dayBefore: true \}\)/,
    ],
    [
      'of row numbers',
      () =>
        defineComputation({ ...given, needs: { order: dataset(orders), flight: joined(flights) }, perEntity: () => 1 }),
      /entities are joined by their ids, and those of flights are mere row numbers\. Say what an entity's id is/,
    ],
    [
      'in place of which two are streamed',
      () =>
        defineComputation({
          ...given,
          needs: { order: dataset(orders), refund: dataset(refunds) },
          perEntity: () => 1,
        }),
      /perEntity streams one dataset, but its needs name 2\. Stream the one to go through, and join the others by entity/,
    ],
  ])('%s is refused', (_, make, words) => {
    expect(make).toThrow(words);
  });
});

describe('checks', () => {
  const output = z.record(z.string(), z.object({ price: z.number() }));
  const given = { ...base, needs: { flight: dataset(flights) }, perEntity: () => ({ price: 1 }) };

  test('are kept as they are given, and are none by default', () => {
    const checks = { flatLine: { fields: ['price'] }, nullDensity: false, volume: { within: 0.5 } } as const;
    expect(defineComputation({ ...given, output, checks }).checks).toEqual(checks);
    expect(airports.checks).toEqual({});
  });

  test('of what the output does not have, or of no entities, are refused', () => {
    expect(() => defineComputation({ ...given, output, checks: { flatLine: { fields: ['prize'] } } })).toThrow(
      'wrong: checks.flatLine names "prize", which the output does not have',
    );
    expect(() => defineComputation({ ...given, output, checks: { nullDensity: { above: 50 } } })).toThrow(
      'take shares',
    );
    expect(() =>
      defineComputation({ ...base, needs: {}, output: z.number(), compute: () => 1, checks: { flatLine: false } }),
    ).toThrow('checks compare entities');
  });
});

/** Never called: what is in it must not compile, and would partly be refused at run time as well. */
export function wrongUses(): void {
  defineComputation({
    ...base,
    needs: { flight: dataset(flights) },
    output: z.record(z.string(), z.number()),
    // @ts-expect-error the day before was not asked for
    perEntity: (flight, { before }) => flight.delay - (before?.delay ?? 0),
  });
  defineComputation({
    ...base,
    needs: { flight: dataset(flights, { dayBefore: true }) },
    output: z.record(z.string(), z.number()),
    // @ts-expect-error an entity may be new
    perEntity: (flight, { before }) => flight.delay - before.delay,
  });
  // @ts-expect-error a document has no entities
  dataset(prices, { dayBefore: true });
  // @ts-expect-error a document has no entities
  joined(prices);
  // @ts-expect-error of entities there is no latest
  latest(flights);
  // @ts-expect-error of results there is no latest
  latest(closes);
  defineComputation({
    ...base,
    needs: { order: dataset(orders), refund: joined(refunds) },
    output: z.record(z.string(), z.number()),
    // @ts-expect-error not every order is refunded
    perEntity: (order, { inputs }) => order.sum - inputs.refund.refund,
  });
  defineComputation({
    ...base,
    needs: { close: dependency(closes) },
    output: z.number(),
    // @ts-expect-error the need is called close
    compute: ({ closing }) => closing,
  });
  defineComputation({
    ...base,
    needs: { price: document(prices) },
    output: z.number(),
    // @ts-expect-error prices have no open
    compute: ({ price }) => price.open,
  });
  defineComputation({
    ...base,
    needs: { yesterday: previous() },
    output: z.object({ sum: z.number() }),
    // @ts-expect-error there is no previous result on the first day
    compute: ({ yesterday }) => ({ sum: yesterday.sum }),
  });
  defineComputation({
    ...base,
    needs: { close: dependency(closes) },
    output: z.number(),
    // @ts-expect-error the result must fit the output schema
    compute: ({ close }) => String(close),
  });
  defineComputation({
    ...base,
    needs: { close: dependency(closes) },
    output: z.number(),
    // @ts-expect-error a promise of the wrong thing is wrong too
    compute: async ({ close }) => Promise.resolve(String(close)),
  });
  defineComputation({
    ...base,
    needs: { flight: dataset(flights) },
    output: z.number(),
    // @ts-expect-error a dataset is streamed: compute never sees it
    compute: ({ flight }) => flight.delay,
  });
  defineComputation({
    ...base,
    needs: { flight: dataset(flights) },
    output: z.record(z.string(), z.number()),
    // @ts-expect-error a value must fit the values of the output
    perEntity: (flight) => flight.origin,
  });
  defineComputation({
    ...base,
    needs: { flight: dataset(flights) },
    output: z.record(z.string(), z.number()),
    // @ts-expect-error flights have no destination
    perEntity: (flight) => flight.destination,
  });
  defineComputation({
    ...base,
    needs: { flight: dataset(flights) },
    output: z.number(),
    // @ts-expect-error perEntity needs an output of entities
    perEntity: (flight) => flight.delay,
  });
  // @ts-expect-error exactly one of compute, perEntity and reduce
  defineComputation({
    ...base,
    needs: { flight: dataset(flights) },
    output: z.record(z.string(), z.number()),
    compute: () => ({}),
    perEntity: () => 1,
  });
  // @ts-expect-error one of compute, perEntity and reduce
  defineComputation({ ...base, needs: {}, output: z.number() });
  // @ts-expect-error a computation has a category
  defineComputation({ name: 'wrong', needs: {}, output: z.number(), compute: () => 1 });
  defineComputation({
    ...base,
    needs: { flight: dataset(flights) },
    output: z.number(),
    reduce: {
      init: () => ({ sum: 0 }),
      add: (sofar, flight) => {
        // @ts-expect-error the accumulator is what init made
        sofar.total += flight.delay;
      },
      finish: (sofar) => sofar.sum,
    },
  });
  defineComputation({
    ...base,
    needs: { flight: dataset(flights) },
    output: z.number(),
    reduce: {
      init: () => ({ sum: 0 }),
      add: () => undefined,
      // @ts-expect-error finish makes the output
      finish: (sofar) => sofar,
    },
  });
  // @ts-expect-error a document is no dataset of entities
  dataset(prices);
  // @ts-expect-error entities are no document
  document(flights);
  // @ts-expect-error a dataset is no computation
  dependency(prices);
  // @ts-expect-error entities have no history: they are streamed
  history(flights, 3);
  // @ts-expect-error of how many days?
  history(airports);
}

describe('what types cannot see', () => {
  /** As plain JavaScript would write it. */
  const define = (options: Record<string, unknown>): (() => unknown) => {
    const given: unknown = { ...base, needs: {}, output: z.number(), ...options };
    return () => defineComputation(given as ComputationOptions<Record<string, never>, z.ZodNumber, unknown>);
  };

  test.each<[string, Record<string, unknown>, string]>([
    ['a name that is none', { name: '14', compute: () => 1 }, '"14" cannot name a computation'],
    ['a category that is none', { category: '', compute: () => 1 }, 'wrong: "" cannot name a category'],
    ['no category', { category: undefined, compute: () => 1 }, 'wrong: it has no category'],
    ['no needs', { needs: undefined, compute: () => 1 }, 'wrong: it has no needs. Say what it reads'],
    ['no name', { name: undefined, compute: () => 1 }, '"undefined" cannot name a computation'],
    [
      'an async perEntity',
      { needs: { flight: dataset(flights) }, output: z.record(z.string(), z.number()), perEntity: async () => 1 },
      'perEntity is async, and is called for millions of entities',
    ],
    [
      'an async reduce',
      { needs: { flight: dataset(flights) }, reduce: { init: () => 0, add: () => {}, finish: async () => 1 } },
      'reduce.finish is async',
    ],
    ['no way to compute', {}, 'give exactly one of compute, perEntity and reduce (found none)'],
    ['two ways to compute', { compute: () => 1, perEntity: () => 1 }, '(found compute, perEntity)'],
    ['an output that is no schema', { output: 'number', compute: () => 1 }, 'output must be a zod schema'],
    [
      'compute over a dataset',
      { needs: { flight: dataset(flights) }, compute: () => 1 },
      'use perEntity or reduce instead',
    ],
    ['perEntity over nothing', { perEntity: () => 1 }, 'perEntity streams one dataset, but its needs name 0'],
    [
      'perEntity over two datasets',
      { needs: { one: dataset(flights), two: dataset(flights) }, perEntity: () => 1 },
      'perEntity streams one dataset, but its needs name 2',
    ],
    [
      'perEntity without a record to put values in',
      { needs: { flight: dataset(flights) }, perEntity: () => 1 },
      'its output must be z.record',
    ],
  ])('%s is refused', (_, options, message) => {
    expect(define(options)).toThrow(UserError);
    expect(define(options)).toThrow(message);
  });

  test.each<[string, () => unknown, string]>([
    [
      'entities without ids',
      () =>
        defineDataset({
          name: 'made',
          entity: z.number(),
          source: generated({ first: '2024-01-01', rows: () => [1] }),
        }),
      "made: its rows are generated, and they come in the order of their ids, of which there are none. Say what an entity's id is",
    ],
    [
      'a first day that is none',
      () =>
        defineDocument({
          name: 'made',
          document: z.number(),
          source: generated({ first: '1.1.2024', rows: () => [1] }),
        }),
      'made: its rows are generated, and "1.1.2024" is no day.',
    ],
    [
      'no first day',
      () =>
        defineDocument({ name: 'made', document: z.number(), source: generated<number>({ rows: () => [1] } as never) }),
      'made: its rows are generated, and its first day is no day.',
    ],
    [
      'a last day before the first',
      () =>
        defineDocument({
          name: 'made',
          document: z.number(),
          source: generated({ first: '2024-01-02', last: '2024-01-01', rows: () => [1] }),
        }),
      'its last day, 2024-01-01, is before its first, 2024-01-02',
    ],
    [
      'no function',
      () =>
        defineDocument({
          name: 'made',
          document: z.number(),
          source: generated<number>({ first: '2024-01-02', rows: [1] } as never),
        }),
      'its rows are no function. Give rows: function* (date) { … }.',
    ],
  ])('generated rows with %s are refused', (_, define, message) => {
    expect(define).toThrow(UserError);
    expect(define).toThrow(message);
  });

  test('datasets need names as well', () => {
    expect(() => defineDataset({ name: '1', entity: z.number() })).toThrow('"1" cannot name a dataset');
    expect(() => defineDocument({ name: 'ä', document: z.number() })).toThrow('"ä" cannot name a dataset');
  });
});

test('a definition is frozen, named in kebab-case, and has its defaults', () => {
  const defined = defineComputation({
    name: 'closingPrice',
    category: 'Market Data',
    needs: {},
    output: z.number(),
    compute: () => 1,
  });
  expect(Object.isFrozen(defined)).toBe(true);
  expect(defined).toMatchObject({
    name: 'closing-price',
    category: 'market-data',
    productLines: [],
    tags: [],
    timeoutSeconds: DEFAULT_TIMEOUT_SECONDS,
  });
});
