/** Days as partitions: prepared ahead, and told with what they hold. */
import { z } from 'zod';
import { addDays, Day, dayOf } from '../../../values/date.ts';
import type { Organization } from '../../model/organization.ts';
import type { Chunks } from '../../ports/chunks.ts';
import type { DayStore } from '../../ports/day-store.ts';
import { DAY_PARTS, type Retention } from '../../ports/retention.ts';

export interface PartitionPorts {
  readonly days: Pick<DayStore, 'days' | 'content' | 'seriesCount'>;
  readonly chunks: Pick<Chunks, 'index'>;
  readonly retention: Pick<Retention, 'create' | 'parts'>;
  readonly clock: { now(): number };
}

/** Days of one answer, the last ones. */
export const MAX_LISTED = 400;

/** Yesterday, today, and days ahead. Answers those that were not there. */
export async function createPartitions(
  organization: Organization,
  daysAhead: number,
  { retention, clock }: PartitionPorts,
): Promise<string[]> {
  const today = dayOf(clock.now());
  const created: string[] = [];
  for (let ahead = -1; ahead <= daysAhead; ahead++) {
    const day = addDays(today, ahead);
    if (await retention.create({ organization, day })) created.push(day);
  }
  return created;
}

export const Partition = z.object({
  day: Day,
  samples: z.number().int(),
  series: z.number().int(),
  chunks: z.number().int(),
  /** What there is of it. */
  parts: z.array(z.enum(DAY_PARTS)),
  /** The watermark: whether all that the day has is rolled up. */
  rolledUp: z.boolean(),
});
export type Partition = z.infer<typeof Partition>;

/** Ascending. */
export async function listPartitions(organization: Organization, ports: PartitionPorts): Promise<Partition[]> {
  const days = (await ports.days.days(organization)).slice(-MAX_LISTED);
  return Promise.all(
    days.map(async (day) => {
      const key = { organization, day };
      const [content, series, parts, { index }] = await Promise.all([
        ports.days.content(key, 'samples'),
        ports.days.seriesCount(key),
        ports.retention.parts(key),
        ports.chunks.index(key),
      ]);
      const { rolledUp } = index;
      return {
        day,
        samples: content?.isDropped === true ? 0 : (content?.items ?? 0),
        series,
        chunks: index.chunks.length,
        parts: [...parts],
        rolledUp: rolledUp !== undefined && (rolledUp.isAlone === true || rolledUp.hash === content?.hash),
      };
    }),
  );
}
