/** Two datasets in one computation, joined by entity: what it makes, what it reads, when it runs, and whom it takes down with it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import type { StoredPart } from '../../../../src/mill/model/artifact.ts';
import type { Place } from '../../../../src/mill/model/place.ts';
import { daySetOfDays } from '../../../../src/mill/planning/day-set.ts';
import type { StoredArtifact } from '../../../../src/mill/ports/artifacts.ts';
import { indexRootData } from '../../../../src/mill/steps/load/index-root-data.ts';
import { load } from '../../../support/load-file.ts';
import { localPorts, type LocalPorts } from '../../../support/local-ports.ts';
import { runDay } from '../../../support/run-day.ts';

const DAYS = ['2024-01-01', '2024-01-02', '2024-01-03'] as const;
const [FIRST, SECOND, THIRD] = DAYS;
const NAMES = ['net', 'refunded', 'total', 'change'] as const;

const IN_FILES = { orders: "files('orders/{date}.csv')", refunds: "files('refunds/{date}.csv')" };
const LOADED = "{ dateColumn: 'date', parse: ({ customer, sum }) => ({ customer, sum }) }";

const shop = (sources: { readonly orders: string; readonly refunds: string }): string => `
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, files, joined } from 'daymill';
const entity = z.object({ customer: z.string(), sum: z.coerce.number() });
const id = (one: { customer: string }) => one.customer;
export const orders = defineDataset({ name: 'orders', entity, id, source: ${sources.orders} });
export const refunds = defineDataset({ name: 'refunds', entity, id, source: ${sources.refunds} });
const base = { category: 'tests', needs: { order: dataset(orders), refund: joined(refunds) } } as const;
export const net = defineComputation({
  ...base, name: 'net', output: z.record(z.string(), z.number()),
  perEntity: ({ sum }, { inputs }) => sum - (inputs.refund?.sum ?? 0),
});
export const refunded = defineComputation({
  ...base, name: 'refunded', output: z.number(),
  reduce: { init: () => ({ sum: 0 }), add: (all, _, { inputs }) => { all.sum += inputs.refund?.sum ?? 0; }, finish: ({ sum }) => sum },
});
export const total = defineComputation({
  name: 'total', category: 'tests', needs: { order: dataset(orders) }, output: z.number(),
  reduce: { init: () => ({ sum: 0 }), add: (all, { sum }) => { all.sum += sum; }, finish: ({ sum }) => sum },
});
export const change = defineComputation({
  name: 'change', category: 'tests', needs: { refund: joined(refunds), order: dataset(orders, { dayBefore: true }) },
  output: z.record(z.string(), z.array(z.number().nullable())),
  perEntity: ({ sum }, { before, inputs }) => [sum, before?.sum ?? null, inputs.refund?.sum ?? null],
});
`;

/** What reads the results of the others, entity by entity. */
const SHARES = `
import { z } from 'zod';
import { dataset, defineComputation, dependency, joined } from 'daymill';
import { change, net, orders, refunds, total } from './shop.ts';
export const share = defineComputation({
  name: 'share', category: 'tests', needs: { order: dataset(orders), own: joined(net), total: dependency(total) },
  output: z.record(z.string(), z.number()),
  perEntity: (_, { inputs: { own, total } }) => (own ?? 0) / total,
});
export const largest = defineComputation({
  name: 'largest', category: 'tests', needs: { order: dataset(orders), share: joined(share), change: joined(change), refund: joined(refunds) },
  output: z.array(z.unknown()),
  reduce: {
    init: () => ({ best: [] as unknown[] }),
    add: (all, _, { id, inputs: { share, change, refund } }) => {
      if ((share ?? 0) > ((all.best[1] as number | undefined) ?? 0)) all.best = [id, share, change?.[0], refund?.sum ?? null];
    },
    finish: ({ best }) => best,
  },
});
`;

const ORDERS = [
  ['ann,5', 'bob,3', 'cat,1'],
  ['bob,4', 'ann,6'],
  ['cat,2', 'dan,7'],
];
const REFUNDS = [['bob,1', 'eve,9', 'Ann,2'], ['ann,2', 'bob,1'], ['zoe,3']];

let local: LocalPorts;
let nights = 0;

const project = async (sources = IN_FILES, more: Readonly<Record<string, string>> = {}): Promise<void> => {
  local = await localPorts({ 'computations/shop.ts': shop(sources), ...more });
};
afterEach(() => local.close());

function put(name: string, rows: readonly string[]): void {
  const path = join(local.project.root, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, ['customer,sum', ...rows, ''].join('\n'));
}

function putAll(): void {
  for (const [index, date] of DAYS.entries()) {
    put(`orders/${date}.csv`, ORDERS[index] ?? []);
    put(`refunds/${date}.csv`, REFUNDS[index] ?? []);
  }
}

/** What was streamed in it, day by day; in a process of its own. */
async function night(date: string = THIRD): Promise<string[]> {
  const ports = local.open();
  await indexRootData(ports);
  const streamed: string[] = [];
  const { artifacts } = ports;
  const counted = (place: Place, stored: StoredArtifact | undefined): StoredArtifact | undefined => {
    const parts = () => {
      if (place.kind === 'root') streamed.push(`${place.dataset} ${place.date}`);
      return stored?.parts() as AsyncIterable<StoredPart>;
    };
    return stored && { ...stored, parts };
  };
  const counting: typeof artifacts = {
    ...artifacts,
    read: async (places) => {
      const found = await artifacts.read(places);
      return places.map((place, index) => counted(place, found[index]));
    },
    recall: (place) => counted(place, artifacts.recall(place)),
  };
  await runDay({ from: FIRST, date }, { ...ports, artifacts: counting }, `night-${++nights}`);
  return streamed.sort();
}

async function result(computation: string, date: string): Promise<unknown> {
  const [stored] = await local.open().artifacts.read([{ kind: 'cell', computation, date }]);
  const parts = await Array.fromAsync(stored?.parts() ?? []);
  if (stored?.keyed === true) return Object.fromEntries(parts.flatMap((part) => part.entries()));
  return parts[0]?.value();
}

const hashes = async (ports: Ports) => {
  const places = NAMES.flatMap((computation) => DAYS.map((date) => ({ kind: 'cell', computation, date }) as const));
  return (await ports.artifacts.read(places)).map((stored) => stored?.hash);
};

test('each entity comes with what the other dataset has of it; of files it is what loading them gives', async () => {
  await project();
  putAll();
  await night();
  expect(await result('net', FIRST)).toEqual({ ann: 5, bob: 2, cat: 1 });
  expect(await result('net', SECOND)).toEqual({ ann: 4, bob: 3 });
  expect(await result('refunded', FIRST)).toBe(1);
  expect(await result('refunded', THIRD)).toBe(0);
  expect(await result('change', SECOND)).toEqual({ ann: [6, 5, 2], bob: [4, 3, 1] });
  expect(await result('change', THIRD)).toEqual({ cat: [2, null, null], dan: [7, null, null] });
  const [cell] = await local.open().cells.read([{ computation: 'change', date: SECOND }]);
  expect(Object.keys(cell?.vector?.inputs ?? {}).sort()).toEqual([
    'dataset:orders',
    'history:orders:1',
    'joined:refunds',
  ]);
  const ofFiles = await hashes(local.open());
  await local.close();

  await project({ orders: LOADED, refunds: LOADED });
  const { root } = local.project;
  for (const [name, days] of Object.entries({ orders: ORDERS, refunds: REFUNDS })) {
    const rows = days.flatMap((of, index) => of.map((row) => `${DAYS[index]},${row}`));
    writeFileSync(join(root, `${name}.csv`), ['date,customer,sum', ...rows, ''].join('\n'));
    await load(local.open(), name, join(root, `${name}.csv`));
  }
  await night();
  expect(await hashes(local.open())).toEqual(ofFiles);
});

test('all cells of a day share one reading of each, and a quiet night reads none', async () => {
  await project();
  putAll();
  expect(await night()).toEqual(
    [...DAYS.flatMap((day) => [`orders ${day}`, `refunds ${day}`]), `orders ${FIRST}`, `orders ${SECOND}`].sort(),
  );
  expect(await night()).toEqual([]);
});

test('results are joined by entity as well; when one turns out the same, what joins it does not run', async () => {
  await project(IN_FILES, { 'computations/shares.ts': SHARES });
  putAll();
  await night();
  expect(await result('share', FIRST)).toEqual({ ann: 5 / 9, bob: 2 / 9, cat: 1 / 9 });
  expect(await result('largest', FIRST)).toEqual(['ann', 5 / 9, 5, null]);
  expect(await result('largest', THIRD)).toEqual(['dan', 7 / 9, 7, null]);
  const made = (computation: string, date: string) => local.open().cells.read([{ computation, date }]);
  const before = await Promise.all(['share', 'largest'].map((name) => made(name, SECOND)));
  // `net` runs again and is as it was: the refund was of nobody who ordered.
  put(`refunds/${SECOND}.csv`, ['ann,2', 'bob,1', 'zed,4']);
  await night();
  expect(await made('share', SECOND)).toEqual(before[0]);
  expect(await made('largest', SECOND)).not.toEqual(before[1]);
  expect(await result('largest', SECOND)).toEqual(['ann', 0.4, 6, 2]);
});

test('another refund runs what joins it on that day, and no other', async () => {
  await project();
  putAll();
  await night();
  const before = await local.open().cells.read([{ computation: 'total', date: SECOND }]);
  put(`refunds/${SECOND}.csv`, ['ann,3']);
  expect(await night()).toEqual([`orders ${FIRST}`, `orders ${SECOND}`, `refunds ${SECOND}`]);
  expect(await result('net', SECOND)).toEqual({ ann: 3, bob: 4 });
  const ports = local.open();
  const [net, refunded] = await ports.cells.read(
    ['net', 'refunded'].map((computation) => ({ computation, date: SECOND })),
  );
  expect(net?.record?.because).toEqual({ why: 'CHANGED', parts: ['joined:refunds'] });
  expect(refunded?.record?.because).toEqual({ why: 'CHANGED', parts: ['joined:refunds'] });
  expect(await ports.cells.read([{ computation: 'total', date: SECOND }])).toEqual(before);
});

test('a day without the joined data is impossible, by its name, until it comes', async () => {
  await project();
  putAll();
  rmSync(join(local.project.root, `refunds/${THIRD}.csv`));
  await night();
  expect(await result('total', THIRD)).toBe(9);
  expect(await result('net', THIRD)).toBeUndefined();
  const state = await local.open().planning.load();
  expect(state.standings.get('net')?.rest).toContainEqual({
    reason: { why: 'NO_DATA', dataset: 'refunds' },
    days: daySetOfDays([THIRD]),
  });
  put(`refunds/${THIRD}.csv`, ['cat,1']);
  await night();
  expect(await result('net', THIRD)).toEqual({ cat: 1, dan: 7 });
});

test('what cannot be read of it fails who looks at it, though others go through the same entities', async () => {
  await project();
  putAll();
  put(`refunds/${SECOND}.csv`, ['ann,2', 'bob,much']);
  await night();
  expect(await result('total', SECOND)).toBe(10);
  const failed = await local
    .open()
    .cells.read(['net', 'refunded', 'change', 'total'].map((computation) => ({ computation, date: SECOND })));
  expect(failed.map((cell) => cell?.error?.message)).toEqual([
    ...Array.from({ length: 3 }, () => expect.stringMatching(/refunds\/2024-01-02\.csv, line 3: sum: /) as string),
    undefined,
  ]);
});
