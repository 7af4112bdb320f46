/** What chunks a day has: which times and series lie in which of them. Pure. */
import type { Day } from '../../values/date.ts';

/** A day is cut into blocks of so long while it is under way; chunks of a block that is over are joined, and in the end those of the day. */
export const BLOCK_MS = 2 * 3_600_000;

/** Of a chunk, packed. Larger ones are read for little that is wanted; a document holds 1 MiB. */
export const MAX_CHUNK_BYTES = 700_000;

/** Of a chunk, however well they are packed: all of them are in memory when one is wanted. */
export const MAX_CHUNK_SAMPLES = 600_000;

/** Chunks of a block that is under way: more, and they are joined. */
export const MAX_OPEN_CHUNKS = 8;

/** For how long a chunk that others have replaced can still be read, by who has read the index before. */
export const RETIRED_MS = 15 * 60_000;

/** The chunk holds samples of a block, or of the whole day. */
export type Block = number | 'day';

export interface ChunkEntry {
  readonly id: string;
  readonly block: Block;
  /** Milliseconds since 1970, both included. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Sort keys of its first and last series, both included. */
  readonly first: string;
  readonly last: string;
  readonly samples: number;
  readonly bytes: number;
}

/** Sums over all chunks, as `DayContent` is made of them. */
export interface ChunkSums {
  readonly n: number;
  readonly h1: number;
  readonly h2: number;
}

export interface ChunkIndex {
  readonly chunks: readonly ChunkEntry[];
  readonly retired: readonly { readonly ids: readonly string[]; readonly atMs: number }[];
  readonly sums: ChunkSums;
  /** What was dropped, by its kind, as it was: who has read it then has read what there was. */
  readonly dropped: Readonly<Record<string, { readonly items: number; readonly hash: string }>>;
  /** Undefined until the day is rolled up. */
  readonly rolledUp: RolledUp | undefined;
}

export interface RolledUp {
  /** Of the content that the rollups are made from: the watermark. */
  readonly hash: string;
  /** The samples are gone: they were dropped. */
  readonly isAlone?: boolean;
  readonly parts: readonly RollupEntry[];
}

export interface RollupEntry {
  readonly id: string;
  readonly resolutionMs: number;
  readonly first: string;
  readonly last: string;
  readonly bytes: number;
}

export const EMPTY_INDEX: ChunkIndex = {
  chunks: [],
  retired: [],
  sums: { n: 0, h1: 0, h2: 0 },
  dropped: {},
  rolledUp: undefined,
};

export const blockOf = (timeMs: number, dayStartMs: number): number => Math.floor((timeMs - dayStartMs) / BLOCK_MS);

export const startOfDay = (day: Day): number => Date.parse(`${day}T00:00:00Z`);

/** Blocks whose chunks are to be joined, the earliest first; `day` when the day is over and lies in more than its own chunks. */
export function dueJoins({ chunks }: ChunkIndex, day: Day, nowMs: number, isClosed: boolean): Block[] {
  if (isClosed) return chunks.some(({ block }) => block !== 'day') || isInPieces(chunks) ? ['day'] : [];
  const byBlock = Map.groupBy(chunks, ({ block }) => block);
  return [...byBlock]
    .filter(([block, own]) => {
      if (block === 'day') return false;
      const isOver = nowMs > startOfDay(day) + (block + 1) * BLOCK_MS;
      return own.length > (isOver ? 1 : MAX_OPEN_CHUNKS) && isInPieces(own);
    })
    .map(([block]) => block)
    .sort((a, b) => (a as number) - (b as number));
}

/** Whether some of them overlap in series: what came at several times does. */
function isInPieces(chunks: readonly ChunkEntry[]): boolean {
  const sorted = chunks.toSorted((a, b) => (a.first < b.first ? -1 : Number(a.first > b.first)));
  return sorted.some(({ first }, at) => at > 0 && first <= (sorted[at - 1] as ChunkEntry).last);
}

/** Those that may hold what is wanted. */
export const wantedChunks = (
  chunks: readonly ChunkEntry[],
  {
    fromMs,
    toMs,
    keys,
  }: { readonly fromMs: number; readonly toMs: number; readonly keys?: readonly string[] | undefined },
): ChunkEntry[] => chunks.filter((one) => one.fromMs <= toMs && one.toMs >= fromMs && holdsOneOf(one, keys));

/** `keys`, sorted; all when absent. */
export function holdsOneOf(
  { first, last }: { readonly first: string; readonly last: string },
  keys: readonly string[] | undefined,
): boolean {
  if (keys === undefined) return true;
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] as string) < first) low = middle + 1;
    else high = middle;
  }
  return low < keys.length && (keys[low] as string) <= last;
}
