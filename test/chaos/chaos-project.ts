/** The project that chaos runs: small, and with one of each thing that can go wrong; and how its data changes, round by round. */
import {
  fixtureProject,
  type FixtureProject,
  IMPORTS,
  pagesOf,
  visitsCsv,
  weatherCsv,
} from '../support/fixture-project.ts';

/** Entities of `crowd`: more than one flush, so that its result lies in shards. */
const CROWD = 6_000;

const COMPUTATIONS = `${IMPORTS}
import { createHash } from 'node:crypto';
import { defineDataset } from 'daymill';
const base = { category: 'tests' } as const;

// A chain: one task, one commit a day.
export const heat = defineComputation({
  ...base, name: 'heat', needs: { weather: document(weather), before: previous() }, output: z.number(),
  compute: ({ weather, before }) => (before ?? 0) + weather.degrees,
});
// A window over another's days.
export const trend = defineComputation({
  ...base, name: 'trend', needs: { past: history(heat, 2), heat: dependency(heat) }, output: z.number(),
  compute: ({ past, heat }) => heat - (past.at(0)?.value ?? 0),
});
// Scans of one dataset.
export const pages = defineComputation({
  ...base, name: 'pages', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});
export const traffic = defineComputation({
  ...base, name: 'traffic', needs: { visits: dataset(visits) }, output: z.number(),
  reduce: { init: () => ({ pages: 0 }), add: (sum, { pages }) => void (sum.pages += pages), finish: (sum) => sum.pages },
});
// Runs whenever the weather changes, mostly to the same result: what reads it does not run.
export const season = defineComputation({
  ...base, name: 'season', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => Math.floor(weather.degrees / 10),
});
export const coat = defineComputation({
  ...base, name: 'coat', needs: { season: dependency(season) }, output: z.boolean(),
  compute: ({ season }) => season < 2,
});
// Fails on days of eleven degrees.
export const brittle = defineComputation({
  ...base, name: 'brittle', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => {
    if (weather.degrees === 11) throw new RangeError('eleven degrees');
    return weather.degrees;
  },
});
export const afterBrittle = defineComputation({
  ...base, name: 'after-brittle', needs: { of: dependency(brittle) }, output: z.number(),
  compute: ({ of }) => of + 1,
});
// A result in shards, and its reader.
export const crowd = defineDataset({
  name: 'crowd', entity: z.object({ name: z.string() }),
  source: { file: 'crowd.csv', format: 'csv', dateColumn: 'date', parse: ({ name }) => ({ name: String(name) }) },
});
export const faces = defineComputation({
  ...base, name: 'faces', needs: { crowd: dataset(crowd) }, output: z.record(z.string(), z.string()),
  perEntity: ({ name }) => createHash('shake256', { outputLength: 200 }).update(name).digest('hex'),
});
export const seen = defineComputation({
  ...base, name: 'seen', needs: { faces: dependency(faces) }, output: z.number(),
  compute: ({ faces }) => new Set(Object.values(faces)).size,
});`;

/** Computations that are not in the fan, each on four days. */
const OTHERS = 10;

/** @param cells about so many in the grid of four days; those that are not the others' are a fan's and its reader's */
export function chaosProject(cells: number): FixtureProject {
  const width = Math.max(2, Math.round(cells / 4) - OTHERS - 1);
  const fan = Array.from({ length: width }, (_, index) => `fan${index + 1}`);
  const members = fan.map(
    (name, index) => `
export const ${name} = defineComputation({
  category: 'tests', name: '${name}', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => weather.degrees * ${index + 1},
});`,
  );
  const sum = `
export const sum = defineComputation({
  category: 'tests', name: 'sum', output: z.number(),
  needs: { traffic: dependency(traffic), ${fan.map((name) => `${name}: dependency(${name})`).join(', ')} },
  compute: ({ traffic, ${fan.join(', ')} }) => traffic + ${fan.join(' + ')},
});`;
  return fixtureProject({
    'computations/all.ts': COMPUTATIONS,
    'computations/fan.ts': `${IMPORTS}import { traffic } from './all.ts';\n${members.join('\n')}\n${sum}`,
    'crowd.csv': `date,name\n${Array.from({ length: CROWD }, (_, index) => `2024-03-01,${index}`).join('\n')}\n`,
  });
}

/** What changes before each round after the first; further rounds begin anew. */
const EDITS: readonly Readonly<Record<string, string>>[] = [
  // The chain runs again from its first day, the brittle day heals, the season stays: early cutoff. One visitor came back.
  {
    'weather.csv': weatherCsv((day) => [10.4, 11.5, 12, 13][day] ?? 0),
    'visits.csv': visitsCsv((visitor, day) => pagesOf(visitor, day) + (visitor === 7 && day === 2 ? 1 : 0)),
  },
  // The last day's visits are withdrawn.
  { 'visits.csv': visitsCsv().replaceAll(/^2024-03-04.*\n/gmu, '') },
  // They come back, and the brittle day fails again beside its last good result.
  { 'visits.csv': visitsCsv(), 'weather.csv': weatherCsv() },
];

/** @param round counts from 1, which changes nothing */
export function edit(project: FixtureProject, round: number): void {
  if (round > 1) project.write(EDITS[(round - 2) % EDITS.length] ?? {});
}
