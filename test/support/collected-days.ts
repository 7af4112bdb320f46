/** Simulated events as a night reads them. */
import type { SimulatedDay } from '../../src/cli/templates/productivity/src/simulated-events.ts';
import type { Day } from '../../src/values/date.ts';

/** As `collected()` gives them: an id has the source in front. By dataset and day. */
export function collectedDays(days: readonly SimulatedDay[]): ReadonlyMap<string, ReadonlyMap<Day, readonly object[]>> {
  const kept = <E extends { readonly source: string; readonly id: string }>(events: readonly E[]): E[] =>
    events.map((event) => ({ ...event, id: `${event.source}/${event.id}` }));
  return new Map<string, ReadonlyMap<Day, readonly object[]>>([
    ['collected-commands', new Map(days.map(({ date, commands }) => [date, kept(commands)]))],
    ['collected-agents', new Map(days.map(({ date, agents }) => [date, kept(agents)]))],
  ]);
}
