/** A few days of many that differ as much as days can: code that goes by the calendar goes by one of these. */
import { addDays, type Day } from '../../values/date.ts';

/** At most `limit` of the days, the most telling first. */
export function daysThatDiffer(days: readonly Day[], limit: number): Day[] {
  const left = new Map(days.map((day) => [day, traitsOf(day, days)]));
  const seen = new Set<string>();
  const chosen: Day[] = [];
  while (chosen.length < limit && left.size > 0) {
    let best: Day | undefined;
    let most = 0;
    for (const [day, traits] of left) {
      const news = traits.filter((trait) => !seen.has(trait)).length;
      if (news > most) [best, most] = [day, news];
    }
    if (best === undefined) break;
    left.get(best)?.forEach((trait) => seen.add(trait));
    left.delete(best);
    chosen.push(best);
  }
  return [...chosen, ...spread([...left.keys()], limit - chosen.length)];
}

function traitsOf(day: Day, days: readonly Day[]): string[] {
  const [year, month, date] = day.split('-');
  const tomorrow = addDays(day, 1);
  return [
    `month ${month}`,
    `weekday ${new Date(`${day}T00:00:00Z`).getUTCDay()}`,
    `year ${year}`,
    ...(['02-29', '12-31', '01-01'].includes(`${month}-${date}`) ? [`date ${month}-${date}`] : []),
    ...(date === '01' ? ['first of a month'] : []),
    ...(tomorrow.endsWith('-01') ? ['last of a month'] : []),
    ...(day === days[0] ? ['first'] : []),
    ...(day === days.at(-1) ? ['last'] : []),
  ];
}

/** Evenly from among them. */
const spread = (days: readonly Day[], count: number): Day[] =>
  Array.from({ length: Math.max(0, Math.min(count, days.length)) }, (_, index) => {
    const among = Math.min(count, days.length);
    return days[Math.floor(((index + 0.5) * days.length) / among)] as Day;
  });
