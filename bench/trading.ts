/**
 * A day of the trading computations over simulated users, in this process: the executor, pass by pass as a night runs it, against a bare loop over the same
 * functions, which reads the same compressed parts and writes, hashes and compresses the same results.
 */
import { createHash, type Hash } from 'node:crypto';
import { canonicalJson } from '../src/values/canonical.ts';
import { packJson, decodeEntries } from '../src/mill/execution/artifact-codec.ts';
import { artifactWriter } from '../src/mill/execution/artifact-writer.ts';
import { joinByKey } from '../src/mill/execution/join-by-key.ts';
import { FLUSH_ENTITIES } from '../src/mill/execution/limits.ts';
import { scan, type ScanCell } from '../src/mill/execution/scan.ts';
import type { Entry, Part } from '../src/mill/model/artifact.ts';
import type { Computation } from '../src/mill/model/computation.ts';
import { cryptoHerding, stockHerding } from '../src/computations/trading/herding.ts';
import { cryptoPositioning, stockPositioning } from '../src/computations/trading/positioning.ts';
import { placeOfDay, simulatedMarket } from '../src/computations/trading/simulation/market.ts';
import { simulatePerson } from '../src/computations/trading/simulation/person.ts';
import { tradingBriefing } from '../src/computations/trading/trading-briefing.ts';
import { panelOf, PER_USER, TRADING_DAY } from '../test/support/traders.ts';

const ROUNDS = 3;
/** Of the user's portfolio on the day before, as a stream. */
const BEFORE = 'portfolios, the day before';

/** All that go through users; `price-panel` and the two divergences look at none. */
const ALL: readonly Computation[] = [
  ...PER_USER,
  stockHerding,
  cryptoHerding,
  stockPositioning,
  cryptoPositioning,
  tradingBriefing,
] as readonly Computation[];

/** Streams as compressed parts, and what is whole, by name. */
interface Day {
  readonly streams: Map<string, readonly Uint8Array[]>;
  readonly whole: Map<string, unknown>;
}

export async function benchTrading({ quick }: { readonly quick: boolean }): Promise<void> {
  const users = quick ? 10_000 : 100_000;
  const day = await simulatedDay(users);
  const passes = passesOf(ALL);
  const rows: string[] = [];
  const times: number[][][] = Array.from({ length: passes.length + 1 }, () => [[], []]);
  for (let round = 0; round < (quick ? 1 : ROUNDS); round++) {
    for (const [pass, cells] of passes.entries()) {
      times[pass]?.[1]?.push(await seconds(async () => bareLoop(cells, day)));
      times[pass]?.[0]?.push(await seconds(() => executed(cells, day)));
    }
    times[passes.length]?.[1]?.push(await seconds(async () => bareLoop(ALL, day)));
  }
  const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1] ?? 0;
  const executor = passes.map((_, pass) => median(times[pass]?.[0] ?? []));
  for (const [pass, cells] of passes.entries()) {
    const bare = median(times[pass]?.[1] ?? []);
    const own = executor[pass] as number;
    rows.push(row(`pass ${pass + 1}: ${cells.map(({ name }) => name).join(', ')}`, own, bare, users));
  }
  const all = executor.reduce((sum, one) => sum + one, 0);
  rows.push(row('all passes; the loop reads each dataset once', all, median(times[passes.length]?.[1] ?? []), users));
  process.stdout.write(
    [
      `${users.toLocaleString('en')} simulated users, one day, processor time, median of ${quick ? 1 : ROUNDS}; ${(process.resourceUsage().maxRSS / 1_024).toFixed(0)} MB at most, the day's compressed parts and results among them:`,
      '',
      '| | executor, s | bare loop, s | ratio | users a second |',
      '|---|--:|--:|--:|--:|',
      ...rows,
      '\n',
    ].join('\n'),
  );
}

const row = (what: string, own: number, bare: number, users: number): string =>
  `| ${what} | ${own.toFixed(2)} | ${bare.toFixed(2)} | ${(own / bare).toFixed(2)} | ${Math.round(users / own).toLocaleString('en')} |`;

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function simulatedDay(users: number): Promise<Day> {
  const market = simulatedMarket();
  const today = placeOfDay(market, TRADING_DAY);
  const parts = { portfolios: collector(), histories: collector(), [BEFORE]: collector() };
  for (let number = 0; number < users; number++) {
    const { user, portfolio, history } = simulatePerson(number, today, market);
    await parts.portfolios.add(user, portfolio);
    await parts.histories.add(user, history);
    await parts[BEFORE]?.add(user, simulatePerson(number, today - 1, market).portfolio);
  }
  for (const one of Object.values(parts)) await one.end();
  return {
    streams: new Map(Object.entries(parts).map(([name, { data }]) => [name, data])),
    whole: new Map([['price-panel', await panelOf(TRADING_DAY)]]),
  };
}

/** Parts as the loader cuts them. */
function collector() {
  const data: Uint8Array[] = [];
  const writer = artifactWriter((part: Part, index) => {
    data.push(part.data);
    return Promise.resolve({ first: part.first, last: part.last, count: part.count, id: String(index) });
  });
  return {
    data,
    async add(id: string, value: unknown) {
      writer.add(id, value);
      if (writer.isFull()) await writer.flush();
    },
    async end() {
      const made = await writer.finish();
      if ('parts' in made) data.push(...made.parts.map((part) => part.data));
    },
  };
}

/** By what reads what, as a manifest has them. */
function passesOf(computations: readonly Computation[]): Computation[][] {
  const passes = new Map<string, number>();
  for (const { name, needs } of computations) {
    const read = Object.values(needs).flatMap((need) => ('of' in need ? [passes.get(need.of.name) ?? 0] : []));
    passes.set(name, Math.max(0, ...read) + 1);
  }
  const count = Math.max(...passes.values());
  return Array.from({ length: count }, (_, index) => computations.filter(({ name }) => passes.get(name) === index + 1));
}

/** What a computation is given beside its portfolio: by the author's key, undefined for the day before. */
interface Stream {
  readonly key: string | undefined;
  readonly name: string;
}

const streamsOf = ({ needs }: Computation): Stream[] =>
  Object.entries(needs).flatMap(([key, need]): Stream[] => {
    if (need.kind === 'joined') return [{ key, name: need.of.name }];
    return need.kind === 'dataset' && need.dayBefore ? [{ key: undefined, name: BEFORE }] : [];
  });

const wholeOf = ({ needs }: Computation, { whole }: Day): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(needs).flatMap(([key, need]) =>
      need.kind === 'dependency' ? [[key, whole.get(need.of.name)] as const] : [],
    ),
  );

async function* chunks(parts: readonly Uint8Array[]): AsyncGenerator<readonly Entry[]> {
  for (const part of parts) yield decodeEntries(part);
}

/** As a worker makes them, of one reading; the results are there for the next pass. */
async function executed(computations: readonly Computation[], day: Day): Promise<void> {
  const names = [...new Set(computations.flatMap((one) => streamsOf(one).map(({ name }) => name)))];
  const made = computations.map((): Uint8Array[] => []);
  const cells = computations.map((computation, index): ScanCell => ({
    computation,
    context: { date: TRADING_DAY },
    inputs: wholeOf(computation, day),
    beside: streamsOf(computation).map(({ key, name }) => ({ at: names.indexOf(name), key })),
    sink: (part, at) => {
      made[index]?.push(part.data);
      return Promise.resolve({ first: part.first, last: part.last, count: part.count, id: String(at) });
    },
    onStray: (error) => {
      throw error;
    },
  }));
  const others = names.map((name) => chunks(day.streams.get(name) ?? []));
  const results = await scan({
    cells,
    entities: joinByKey(chunks(day.streams.get('portfolios') ?? []), others),
    now: () => performance.now(),
  });
  for (const [index, result] of results.entries()) {
    if (result instanceof Error) throw result;
    const { name } = computations[index] as Computation;
    const inline = 'parts' in result.artifact ? result.artifact.parts.map(({ data }) => data) : [];
    if (result.artifact.keyed) day.streams.set(name, [...(made[index] ?? []), ...inline]);
    else day.whole.set(name, JSON.parse(JSON.stringify(decodeWhole(inline))));
  }
}

const decodeWhole = ([data]: readonly Uint8Array[]): unknown => (data === undefined ? undefined : decodeEntries(data));

/** One step of the loop: a computation, and where its inputs are found. */
interface Step {
  readonly computation: Computation;
  readonly beside: readonly Stream[];
  readonly context: { date: string; id: string; inputs: Record<string, unknown>; before?: unknown };
  readonly hash: Hash;
  texts: string[];
  accumulator: unknown;
}

/** A loop that an author would write without Daymill, over all of them in their order. */
function bareLoop(computations: readonly Computation[], day: Day): string {
  const own = new Set(computations.map(({ name }) => name));
  const steps = computations.map((computation): Step => {
    const inputs = wholeOf(computation, day);
    const context = { date: TRADING_DAY, id: '', inputs };
    const { work } = computation;
    const accumulator = work.shape === 'reduce' ? work.reduce.init(context) : undefined;
    return { computation, beside: streamsOf(computation), context, hash: createHash('sha256'), texts: [], accumulator };
  });
  const read = [...new Set(steps.flatMap(({ beside }) => beside.map(({ name }) => name)))].filter(
    (name) => !own.has(name),
  );
  const others = read.map((name) => ({ name, next: entriesOf(day.streams.get(name) ?? []) }));
  const found: Record<string, unknown> = {};
  for (const [id, portfolio] of iterated(entriesOf(day.streams.get('portfolios') ?? []))) {
    for (const other of others) found[other.name] = other.next()?.[1];
    for (const step of steps) take(step, id, portfolio, found);
  }
  return steps.map((step) => finish(step)).join();
}

function take(step: Step, id: string, portfolio: unknown, found: Record<string, unknown>): void {
  const { computation, beside, context } = step;
  const { work } = computation;
  context.id = id;
  for (const { key, name } of beside) {
    if (key === undefined) context.before = found[name];
    else context.inputs[key] = found[name];
  }
  if (work.shape === 'reduce') return work.reduce.add(step.accumulator, portfolio, context);
  if (work.shape !== 'perEntity') return;
  const value = work.perEntity(portfolio, context);
  found[computation.name] = value;
  const json = canonicalJson(value);
  const key = JSON.stringify(id);
  step.hash.update(`${key}:${json}\n`);
  if (step.texts.push(`[${key},${json}]`) === FLUSH_ENTITIES) letGo(step);
}

function letGo(step: Step): void {
  packJson(`[${step.texts.join(',')}]`);
  step.texts = [];
}

function finish(step: Step): string {
  const { work } = step.computation;
  letGo(step);
  // What an earlier pass has reduced is not there when all is one loop: the briefing's last lines are left out of it.
  if (work.shape === 'reduce' && !Object.values(step.context.inputs).includes(undefined))
    packJson(canonicalJson(work.reduce.finish(step.accumulator, step.context)));
  return step.hash.digest('hex');
}

/** The entries of parts, one after another, each part decoded when it is its turn. */
function entriesOf(parts: readonly Uint8Array[]): () => Entry | undefined {
  let part = 0;
  let entries: readonly Entry[] = [];
  let at = 0;
  return () => {
    while (at === entries.length) {
      const data = parts[part++];
      if (data === undefined) return undefined;
      entries = decodeEntries(data);
      at = 0;
    }
    return entries[at++];
  };
}

function* iterated(next: () => Entry | undefined): Generator<Entry> {
  for (let entry = next(); entry !== undefined; entry = next()) yield entry;
}
