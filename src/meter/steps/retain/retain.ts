/** Drops what has had its time, day by day: never samples that are not rolled up, nor what a run that is under way may read. */
import { z } from 'zod';
import { Day } from '../../../values/date.ts';
import { EVENT_KINDS } from '../../model/event.ts';
import type { OrganizationLimits } from '../../model/limits.ts';
import type { Organization } from '../../model/organization.ts';
import type { Chunks } from '../../ports/chunks.ts';
import type { DayKey, DayStore } from '../../ports/day-store.ts';
import { DAY_PARTS, type DayPart, type Retention } from '../../ports/retention.ts';
import { type ChunkIndex, EMPTY_INDEX } from '../../rollups/chunk-index.ts';
import { type Expiring, isExpired } from '../../rollups/expiry.ts';

/** https://cloud.google.com/firestore/pricing, us-central1: a deleted document. */
const DOLLARS_A_DELETE = 0.01 / 100_000;

const Part = z.enum(DAY_PARTS);

export const CleanupReport = z.object({
  /** Whole days, or a part of one: `2026-01-31`, `2026-01-31/samples`. */
  dropped: z.array(z.string()),
  /** What has had its time, and is kept. */
  kept: z.array(z.object({ day: Day, part: Part, reason: z.string() })),
  documents: z.number(),
  dollars: z.number(),
});
export type CleanupReport = z.infer<typeof CleanupReport>;

export interface RetainPorts {
  readonly days: Pick<DayStore, 'days' | 'content'>;
  readonly chunks: Pick<Chunks, 'index' | 'commit'>;
  readonly retention: Retention;
  readonly limitsOf: (organization: Organization) => Promise<OrganizationLimits>;
  readonly clock: { now(): number };
}

const EXPIRING: readonly Expiring[] = ['live', 'samples', 'events', 'rollups'];

/** `isDry`: says what it would do. @throws {RetryableError} UNAVAILABLE */
export async function retain(organization: Organization, isDry: boolean, ports: RetainPorts): Promise<CleanupReport> {
  const limits = await ports.limitsOf(organization);
  const nowMs = ports.clock.now();
  const openRun = await ports.retention.openRun(nowMs);
  const report = { dropped: [] as string[], kept: [] as CleanupReport['kept'], documents: 0 };
  for (const day of await ports.days.days(organization)) {
    const expired = EXPIRING.filter((part) => isExpired(part, day, nowMs, limits));
    if (expired.length === 0) continue;
    const key = { organization, day };
    const left = new Set(await ports.retention.parts(key));
    for (const part of expired) {
      if (!left.has(part)) continue;
      const reason = await whyKept(key, part, openRun, ports);
      if (reason !== undefined) {
        report.kept.push({ day, part, reason });
        continue;
      }
      report.documents += isDry ? 0 : await drop(key, part, ports);
      left.delete(part);
      report.dropped.push(`${day}/${part}`);
    }
    // Its series are of no use without anything that they name.
    if (expired.length === EXPIRING.length && [...left].every((part) => part === 'series')) {
      report.documents += isDry ? 0 : await ports.retention.drop(key, 'series');
      report.dropped.push(day);
    }
  }
  return { ...report, dollars: report.documents * DOLLARS_A_DELETE };
}

/** Undefined where it may go. */
async function whyKept(
  key: DayKey,
  part: DayPart,
  openRun: string | undefined,
  { chunks, days }: RetainPorts,
): Promise<string | undefined> {
  if (part === 'live' || part === 'rollups') return undefined;
  if (openRun !== undefined) return `${openRun} is under way, and may read it. It goes when that run has ended.`;
  if (part !== 'samples') return undefined;
  const content = await days.content(key, 'samples');
  if (content === undefined || content.isDropped === true) return undefined;
  const { index } = await chunks.index(key);
  if (index.rolledUp?.hash === content.hash) return undefined;
  return 'It is not rolled up yet. It goes when the compaction has done that.';
}

/** First the index: what was there is remembered, and readers take the rollups from then on. */
async function drop(key: DayKey, part: DayPart, { chunks, days, retention }: RetainPorts): Promise<number> {
  const kinds = part === 'samples' ? (['samples'] as const) : part === 'events' ? EVENT_KINDS : [];
  if (kinds.length > 0) {
    const { index, version } = await chunks.index(key);
    const dropped = { ...index.dropped };
    for (const kind of kinds) {
      const content = await days.content(key, kind);
      if (content !== undefined) dropped[kind] = { items: content.items, hash: content.hash };
    }
    const next = part === 'samples' ? { ...withoutSamples(index), dropped } : { ...index, dropped };
    // Another has changed it: the next time tells by what.
    if (!(await chunks.commit(key, { index: next, version, chunks: [], taken: [] }))) return 0;
  }
  return retention.drop(key, part);
}

const withoutSamples = (index: ChunkIndex): ChunkIndex => ({
  ...index,
  chunks: [],
  retired: [],
  sums: EMPTY_INDEX.sums,
  rolledUp: index.rolledUp === undefined ? undefined : { ...index.rolledUp, isAlone: true },
});
