/**
 * The project of a year of nights: small, with one of each thing that leaves documents behind; and what happens to it, night by night.
 * The same night brings the same whenever it is asked for.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linkPackages } from '../test/support/link-packages.ts';
import { addDays, type Day } from '../src/values/date.ts';

export const FIRST_DAY: Day = '2027-01-01';

/** Rows of `visits` a day, and of `crowd` on each seventh day: its result is more than a document holds, so that it lies in shards. */
const VISITORS = 50;
const CROWD = 6_000;
const CROWD_EVERY = 7;

/** Nights of a month of ours. */
const MONTH = 30;

/** Degrees at which `brittle` fails. */
const TOO_HOT = 99;

/** What beside a new day of data a night brings. */
export type Happening =
  | 'corrected'
  | 'crowd corrected'
  | 'withdrawn'
  | 'back'
  | 'worker killed'
  | 'code changed'
  | 'code tidied'
  | 'computation added'
  | 'computation removed'
  | 'fails'
  | 'mended by code'
  | 'mended by data'
  | 'asked for by hand';

/** By the night of the month. Every fourth is left alone but for its data, most of the others too. */
const CALENDAR: Readonly<Record<number, Happening>> = {
  3: 'corrected',
  6: 'withdrawn',
  7: 'back',
  9: 'asked for by hand',
  11: 'worker killed',
  13: 'code changed',
  15: 'code tidied',
  18: 'computation added',
  21: 'computation removed',
  23: 'fails',
  25: 'mended by code',
  27: 'crowd corrected',
};

const OF_CODE: ReadonlySet<Happening> = new Set([
  'code changed',
  'code tidied',
  'computation added',
  'computation removed',
  'mended by code',
]);

/** Whether new processes are deployed for it. */
export const changesCode = (happening: Happening | undefined): boolean =>
  happening !== undefined && OF_CODE.has(happening);

/**
 * What night `night` brings, from 1 on. In the last half of `nights` no code changes and nobody is killed, so that the same processes serve all
 * of it.
 */
export function happeningOf(night: number, nights: number): Happening | undefined {
  const happening = CALENDAR[night % MONTH];
  const isCalm = night > nights / 2;
  if (happening === 'mended by code' && isCalm) return 'mended by data';
  return isCalm && (changesCode(happening) || happening === 'worker killed') ? undefined : happening;
}

/** Whether its day is one of those that have a crowd. */
export const isCrowded = (night: number): boolean => night % CROWD_EVERY === 1;

export const dayOf = (night: number): Day => addDays(FIRST_DAY, night - 1);

export interface YearProject {
  readonly root: string;
  /** As its source and its data are in that night. */
  become(night: number): void;
  remove(): void;
}

export function yearProject(nights: number): YearProject {
  const root = mkdtempSync(join(tmpdir(), 'daymill-year-'));
  const write = (file: string, text: string): void => writeFileSync(join(root, file), text);
  mkdirSync(join(root, 'computations'));
  linkPackages(root);
  write(
    'package.json',
    JSON.stringify({ type: 'module', daymill: { computations: 'computations', from: FIRST_DAY, date: FIRST_DAY } }),
  );
  write('computations/datasets.ts', DATASETS);
  // Which documents expire, and by what.
  copyFileSync(join(import.meta.dirname, '../firestore.indexes.json'), join(root, 'firestore.indexes.json'));
  return {
    root,
    become(night) {
      const past = Array.from({ length: night }, (_, index) => index + 1).map((each) => ({
        night: each,
        happening: happeningOf(each, nights),
      }));
      write('computations/all.ts', source(past));
      for (const [file, text] of Object.entries(data(past))) write(file, text);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

interface Night {
  readonly night: number;
  readonly happening: Happening | undefined;
}

const countOf = (past: readonly Night[], wanted: Happening): number =>
  past.filter(({ happening }) => happening === wanted).length;

/** The night of the last such happening; 0 before the first. */
const lastOf = (past: readonly Night[], wanted: Happening): number =>
  past.findLast(({ happening }) => happening === wanted)?.night ?? 0;

function source(past: readonly Night[]): string {
  const changes = countOf(past, 'code changed');
  const tidied = countOf(past, 'code tidied');
  const added = countOf(past, 'computation added');
  const isThere = added > countOf(past, 'computation removed');
  const mended = lastOf(past, 'mended by code');
  return [
    HEAD,
    // Another window each time: all its days run again, and what reads it stops the change where its results stay.
    `export const trend = defineComputation({
  ...base, name: 'trend', needs: { past: history(heat, 7), heat: dependency(heat) }, output: z.number(),
  compute: ({ past, heat }) => heat - (past.at(0)?.value ?? 0) + ${changes},
});`,
    // Proven to do what it did before.
    `const share${tidied} = (visits: number, of: number): number => (of === 0 ? 0 : visits / of);
export const busy = defineComputation({
  ...base, name: 'busy', needs: { traffic: dependency(traffic) }, output: z.number(),
  compute: ({ traffic }) => share${tidied}(traffic, ${VISITORS}),
});`,
    `export const brittle = defineComputation({
  ...base, name: 'brittle', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }, { date }) => {
    if (weather.degrees === ${TOO_HOT} && date > '${mended === 0 ? FIRST_DAY : dayOf(mended)}') throw new RangeError('too hot');
    return weather.degrees;
  },
});
export const afterBrittle = defineComputation({
  ...base, name: 'after-brittle', needs: { of: dependency(brittle) }, output: z.number(),
  compute: ({ of }) => of + 1,
});`,
    isThere
      ? `export const extra = defineComputation({
  ...base, name: 'extra-${added}', needs: { busy: dependency(busy) }, output: z.number(), compute: ({ busy }) => busy * ${added},
});`
      : '',
  ].join('\n');
}

/** Of a module that never changes: whoever loads data has it in a process that lives through all nights. */
const DATASETS = `import { z } from 'zod';
import { defineDataset, defineDocument } from 'daymill';
const file = (name: string) => ({ file: name, format: 'csv', dateColumn: 'date' }) as const;
export const visits = defineDataset({
  name: 'visits', entity: z.object({ user: z.string(), pages: z.number() }),
  source: { ...file('visits.csv'), parse: ({ user, pages }) => ({ user: String(user), pages: Number(pages) }) },
});
export const weather = defineDocument({
  name: 'weather', document: z.object({ degrees: z.number() }),
  source: { ...file('weather.csv'), parse: ({ degrees }) => ({ degrees: Number(degrees) }) },
});
export const crowd = defineDataset({
  name: 'crowd', entity: z.object({ name: z.string() }),
  source: { ...file('crowd.csv'), parse: ({ name }) => ({ name: String(name) }) },
});`;

const HEAD = `import { createHash } from 'node:crypto';
import { z } from 'zod';
import { dataset, defineComputation, dependency, document, history, previous } from 'daymill';
import { crowd, visits, weather } from './datasets.ts';
const base = { category: 'bench' } as const;
// A chain through all days.
export const heat = defineComputation({
  ...base, name: 'heat', needs: { weather: document(weather), before: previous() }, output: z.number(),
  compute: ({ weather, before }) => ((before ?? 0) + weather.degrees) % 1_000,
});
export const season = defineComputation({
  ...base, name: 'season', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => Math.floor(weather.degrees / 10),
});
export const coat = defineComputation({
  ...base, name: 'coat', needs: { season: dependency(season) }, output: z.boolean(), compute: ({ season }) => season < 2,
});
export const pages = defineComputation({
  ...base, name: 'pages', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});
export const traffic = defineComputation({
  ...base, name: 'traffic', needs: { visits: dataset(visits) }, output: z.number(),
  reduce: { init: () => ({ pages: 0 }), add: (sum, { pages }) => void (sum.pages += pages), finish: (sum) => sum.pages },
});
// A result in shards, and its reader; both have a day in seven.
export const faces = defineComputation({
  ...base, name: 'faces', needs: { crowd: dataset(crowd) }, output: z.record(z.string(), z.string()),
  perEntity: ({ name }) => createHash('shake256', { outputLength: 200 }).update(name).digest('hex'),
});
export const seen = defineComputation({
  ...base, name: 'seen', needs: { faces: dependency(faces) }, output: z.number(),
  compute: ({ faces }) => new Set(Object.values(faces)).size,
});`;

/** Nights between a day and its correction. */
const CORRECTED_AFTER = 2;

function data(past: readonly Night[]): Record<string, string> {
  const today = past.length;
  const gone = past.at(-1)?.happening === 'withdrawn' ? today - 1 : 0;
  const corrected = new Set(
    past.filter(({ happening }) => happening === 'corrected').map(({ night }) => night - CORRECTED_AFTER),
  );
  const failing = new Set(past.filter(({ happening }) => happening === 'fails').map(({ night }) => night));
  const mended = lastOf(past, 'mended by data');
  const crowdCorrected = new Set(
    past
      .filter(({ happening }) => happening === 'crowd corrected')
      .map(({ night }) => night - ((night - 1) % CROWD_EVERY)),
  );
  const isHot = (night: number): boolean => failing.has(night) && !(night <= mended && isMendedByData(night, past));
  const degrees = (night: number): number =>
    isHot(night) ? TOO_HOT : 10 + (night % 15) + (corrected.has(night) ? 0.5 : 0);
  const nights = past.map(({ night }) => night);
  return {
    'weather.csv': csv(
      'degrees',
      nights.map((night) => [night, degrees(night)]),
    ),
    'visits.csv': csv(
      'user,pages',
      nights
        .filter((night) => night !== gone)
        .flatMap((night) =>
          Array.from({ length: VISITORS }, (_, user) => [night, `user-${user},${(user % 7) + (night % 5)}`] as const),
        ),
    ),
    'crowd.csv': csv(
      'name',
      nights
        .filter((night) => isCrowded(night))
        .flatMap((night) =>
          Array.from(
            { length: CROWD },
            (_, at) => [night, `${at}-${night}${crowdCorrected.has(night) ? '-c' : ''}`] as const,
          ),
        ),
    ),
  };
}

/** Failing days of the nights in which no code changes are corrected, the others stay as they are. */
const isMendedByData = (night: number, past: readonly Night[]): boolean => {
  const next = past.find((each) => each.night > night && each.happening?.startsWith('mended'));
  return next?.happening === 'mended by data';
};

const csv = (columns: string, rows: readonly (readonly [night: number, cells: string | number])[]): string =>
  `date,${columns}\n${rows.map(([night, cells]) => `${dayOf(night)},${cells}\n`).join('')}`;
