/** The state as it will be once the bundled files are loaded, so that a plan made before that is true. */
import type { Ports } from '../compose.ts';
import type { Day } from '../model/date.ts';
import { readSource } from '../sources/read-source.ts';
import { survey, type Survey } from '../steps/survey.ts';
import type { Availability } from '../planning/state.ts';
import type { Days } from './days.ts';
import { projectFiles } from './project.ts';
import { type LoadRange, loadRanges } from '../steps/bundled-files.ts';
import { lookAtRootData, rootDataChanges, waitingDays } from '../steps/root-data-changes.ts';

/** Stands for the hash of a day that is in its file and was not loaded yet. */
const NOT_LOADED = 'not loaded yet';

export interface PendingLoad {
  readonly dataset: string;
  readonly days: number;
  readonly first: Day;
  readonly last: Day;
  /** The file is another than before: days that were loaded are read again, and what their content will be is not known. */
  readonly again: boolean;
}

export interface Foresight extends Survey {
  /** What `daymill run` loads first. */
  readonly loads: readonly PendingLoad[];
  readonly ranges: readonly LoadRange[];
  /** By dataset: days that are there, and closed because they are not whole. */
  readonly waiting: ReadonlyMap<string, ReturnType<typeof waitingDays>>;
}

/** Days that a file has are read from the file, not guessed from its ends. */
export async function foresee({ date, from }: Days, ports: Ports): Promise<Foresight> {
  const ranges = await loadRanges(await projectFiles(ports, ports.manifest), date, ports.rootData);
  const pending: { range: LoadRange; days: Day[] }[] = [];
  for (const range of ranges) pending.push({ range, days: await daysIn(range, ports.root) });
  const snapshot = await ports.planning.load();
  const availability = new Map([...snapshot.availability].map(([name, days]) => [name, new Map(days)]));
  const daysOf = (name: string): Map<Day, string> => {
    const days = availability.get(name) ?? new Map<Day, string>();
    availability.set(name, days);
    return days;
  };
  // Loaded by a run that was stopped before it indexed.
  const look = await lookAtRootData(ports);
  const { availability: opened, known } = await rootDataChanges(look, snapshot.availability, ports);
  for (const [name, days] of opened) availability.set(name, new Map(days));
  for (const { range, days } of pending) {
    const known = daysOf(range.dataset.name);
    for (const day of days) if (!known.has(day)) known.set(day, NOT_LOADED);
  }
  return {
    ...(await surveyWith(availability, { from, to: date }, ports)),
    ranges,
    waiting: new Map([...known].map(([name, days]) => [name, waitingDays(days)])),
    loads: pending.flatMap(({ range, days }): PendingLoad[] => {
      const [first, last] = [days[0], days.at(-1)];
      if (first === undefined || last === undefined) return [];
      return [{ dataset: range.dataset.name, days: days.length, first, last, again: range.fileChanged }];
    }),
  };
}

const surveyWith = (availability: Availability, days: { from: Day; to: Day }, ports: Ports): Promise<Survey> =>
  survey(days, {
    manifest: ports.manifest,
    planning: { ...ports.planning, load: async () => ({ ...(await ports.planning.load()), availability }) },
  });

async function daysIn({ source, from, to }: LoadRange, root: string): Promise<Day[]> {
  if (from > to) return [];
  const days: Day[] = [];
  for await (const { date } of readSource({ ...source, parse: () => undefined }, { root, from, to })) days.push(date);
  return days;
}

/** What is still to be loaded, for people. */
export const describeLoad = ({ dataset, days, first, last, again }: PendingLoad): string =>
  again
    ? `The file of ${dataset} has changed since it was loaded: its ${days} days (${first} … ${last}) are loaded again first, ` +
      'and what reads a day with other content will run again too.'
    : `${days} ${days === 1 ? 'day' : 'days'} of ${dataset} (${first} … ${last}) ${days === 1 ? 'is' : 'are'} in the file and not loaded yet: ${days === 1 ? 'it' : 'they'} will be loaded first.`;
