/** Results that lack entities, for people: as `run`, `run show` and `report` say it. */
import type { PartialRow } from '../mill/answers/partial-results.ts';
import { counted } from './counted.ts';
import { paint } from './paint.ts';

/** Distinct errors that are shown of a computation. */
const SHOWN_KINDS = 3;

export function describePartial({ computation, cells, failedEntities, entities, worst }: PartialRow): string {
  const share = Number(((failedEntities / entities) * 100).toPrecision(2));
  const where = cells === 1 ? '' : ` of ${counted(cells, 'cell')}`;
  const lines = [
    `${paint.warn('partial')}  ${computation}${cells === 1 ? `@${worst.date}` : ''}: ${failedEntities} of ${entities} entities${where} failed and are left out (${share} %)`,
  ];
  for (const { id, message, count } of worst.errors.slice(0, SHOWN_KINDS))
    lines.push(`  ${cells === 1 ? '' : `${worst.date}, `}${id}: ${message}${alike(count)}`);
  const more = worst.errors.length - SHOWN_KINDS;
  if (more > 0) lines.push(`  and ${counted(more, 'other error')}: daymill explain ${computation} ${worst.date}`);
  return lines.join('\n');
}

/** Of the same error on several. */
export const alike = (count: number, what = 'entity'): string =>
  count < 2 ? '' : ` (and ${counted(count - 1, `more ${what}`)} alike)`;
