/**
 * The executor against a bare loop: the same five functions over the same entities, read from the same compressed parts, in one
 * process and in turn. Then its memory, from ten thousand to a million entities.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { packJson, decodeEntries } from '../src/mill/execution/artifact-codec.ts';
import type { Entry } from '../src/mill/model/artifact.ts';
import { scan, type ScanCell } from '../src/mill/execution/scan.ts';
import { heapOf, memoryFlags } from '../src/deploy/services.ts';
import { STANDARD_MEMORY_MB } from '../src/mill/lifecycle/limits.ts';
import { canonicalJson } from '../src/values/canonical.ts';
import { defineComputation } from '../src/mill/model/computation.ts';
import { defineDataset } from '../src/mill/model/dataset.ts';
import { dataset } from '../src/mill/model/need.ts';

const ENTITIES = 100_000;
const POSITIONS = 20;
const PART = 5_000;
const ROUNDS = 5;

const Position = z.object({ ticker: z.number(), quantity: z.number(), price: z.number(), cost: z.number() });
const Portfolio = z.object({ positions: z.array(Position) });
type Portfolio = z.infer<typeof Portfolio>;
const portfolios = defineDataset({ name: 'portfolios', entity: Portfolio });

/** Five small functions, as authors write them. */
const FUNCTIONS: Readonly<Record<string, (portfolio: Portfolio) => number>> = {
  value: ({ positions }) => positions.reduce((sum, { quantity, price }) => sum + quantity * price, 0),
  gain: ({ positions }) => positions.reduce((sum, { quantity, price, cost }) => sum + quantity * (price - cost), 0),
  largest: ({ positions }) => {
    let largest = 0;
    for (const { quantity, price } of positions) largest = Math.max(largest, quantity * price);
    return largest;
  },
  losers: ({ positions }) => positions.filter(({ price, cost }) => price < cost).length,
  concentration: ({ positions }) => {
    const total = positions.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
    return positions.reduce((sum, { quantity, price }) => sum + ((quantity * price) / total) ** 2, 0);
  },
};
const named = Object.entries(FUNCTIONS);
const output = z.record(z.string(), z.number());
const base = { category: 'bench', needs: { portfolio: dataset(portfolios) } } as const;
const sums = named.map(([name, of]) =>
  defineComputation({
    ...base,
    name: `${name}-sum`,
    output: z.number(),
    reduce: {
      init: () => ({ sum: 0 }),
      add: (total, portfolio: Portfolio) => void (total.sum += of(portfolio)),
      finish: ({ sum }) => sum,
    },
  }),
);
const values = named.map(([name, perEntity]) => defineComputation({ ...base, name, output, perEntity }));

const idOf = (index: number): string => `user-${String(index).padStart(7, '0')}`;

function parts(): Uint8Array[] {
  return Array.from({ length: ENTITIES / PART }, (_, part) =>
    packJson(
      JSON.stringify(
        Array.from({ length: PART }, (__, index): Entry => {
          const user = part * PART + index;
          const positions = Array.from({ length: POSITIONS }, (___, at) => ({
            ticker: (user * 7 + at) % 500,
            quantity: ((user + at) % 90) + 1,
            price: 10 + ((user * 13 + at * 7) % 4_000) / 10,
            cost: 10 + ((user * 11 + at * 17) % 4_000) / 10,
          }));
          return [idOf(user), { positions }];
        }),
      ),
    ),
  );
}

type Chunks = readonly Uint8Array[];

/** Five calls an entity, nothing else. */
function bareSums(stored: Chunks): string {
  const totals = named.map(() => 0);
  const functions = named.map(([, of]) => of);
  for (const part of stored) {
    for (const [, entity] of decodeEntries(part)) {
      for (let at = 0; at < functions.length; at++)
        totals[at] = (totals[at] as number) + (functions[at] as (of: Portfolio) => number)(entity as Portfolio);
    }
  }
  return totals.map((total) => total.toFixed(3)).join();
}

/** Five calls an entity; the results of each are written as JSON, hashed and compressed, and let go. */
function bareValues(stored: Chunks): string {
  const hashes = named.map(() => createHash('sha256'));
  for (const part of stored) {
    const texts: string[][] = named.map(() => []);
    for (const [id, entity] of decodeEntries(part)) {
      for (let at = 0; at < named.length; at++) {
        const json = canonicalJson((named[at] as (typeof named)[number])[1](entity as Portfolio));
        const key = JSON.stringify(id);
        (hashes[at] as ReturnType<typeof createHash>).update(`${key}:${json}\n`);
        (texts[at] as string[]).push(`[${key},${json}]`);
      }
    }
    for (const lines of texts) packJson(`[${lines.join(',')}]`);
  }
  return hashes.map((hash) => hash.digest('hex').slice(0, 16)).join();
}

async function scanned(computations: readonly ScanCell['computation'][], stored: Chunks): Promise<string> {
  async function* entities() {
    for (const part of stored) yield decodeEntries(part);
  }
  const results = await scan({
    cells: computations.map((computation) => ({
      computation,
      context: { date: '2024-01-01' },
      inputs: {},
      sink: async ({ first, last, count }, index) => ({ first, last, count, id: String(index) }),
      onStray: (error) => {
        throw error;
      },
    })),
    entities: entities(),
    now: () => Date.now(),
  });
  return results.map((result) => (result instanceof Error ? result.message : result.artifact.hash)).join();
}

/** One at a time, each reading for itself: what fusing saves. */
async function apart(stored: Chunks): Promise<string> {
  const answers: string[] = [];
  for (const computation of sums) answers.push(await scanned([computation], stored));
  return answers.join();
}

export async function benchExecution(): Promise<void> {
  const stored = parts();
  const ways: readonly (readonly [string, () => unknown])[] = [
    ['bare loop, five sums', () => bareSums(stored)],
    ['executor, five reductions fused', () => scanned(sums, stored)],
    ['executor, five reductions one by one', () => apart(stored)],
    ['bare loop, five values an entity: JSON, hash, zstd', () => bareValues(stored)],
    ['executor, five values an entity fused', () => scanned(values, stored)],
  ];
  const seconds = ways.map((): number[] => []);
  for (let round = 0; round <= ROUNDS; round++) {
    for (const [index, [, way]] of ways.entries()) {
      const before = process.cpuUsage();
      await way();
      // Time of the processor: other processes disturb it less. The first round warms up.
      const { user, system } = process.cpuUsage(before);
      if (round > 0) seconds[index]?.push((user + system) / 1e6);
    }
  }
  const medians = seconds.map((all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0);
  const against = [0, 0, 0, 3, 3];
  const out = ['| | entities/s | time against the bare loop |', '|---|---|---|'];
  for (const [index, [name]] of ways.entries()) {
    const median = medians[index] ?? 0;
    const ratio = median / (medians[against[index] ?? 0] ?? 1);
    out.push(`| ${name} | ${Math.round(ENTITIES / median).toLocaleString('en-US')} | ${ratio.toFixed(2)} |`);
  }
  out.push(
    '',
    '| entities | kept MB, before the last of them | peak MB, whole process | seconds |',
    '|---|---|---|---|',
  );
  const script = fileURLToPath(new URL('../test/support/million-entities.ts', import.meta.url));
  const flags = memoryFlags({ heapMB: heapOf({ memoryMB: STANDARD_MEMORY_MB }) });
  for (const count of [10_000, 100_000, 1_000_000, 3_000_000]) {
    const started = performance.now();
    const printed = execFileSync(process.execPath, [...flags, script, String(count)], {
      encoding: 'utf8',
    });
    const { keptMB, peakMB } = JSON.parse(printed) as { keptMB: number; peakMB: number };
    const took = (performance.now() - started) / 1_000;
    out.push(
      `| ${count.toLocaleString('en-US')} | ${keptMB.toFixed(1)} | ${Math.round(peakMB)} | ${took.toFixed(1)} |`,
    );
  }
  process.stdout.write(`${out.join('\n')}\n`);
}
