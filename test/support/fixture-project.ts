/** A small project in a temporary folder: computations that a test writes and changes, over two datasets of a few days. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { linkPackages } from './link-packages.ts';

/** The grid's days; the fixture's `visits` and `weather` have one day of data for each. */
export const DAYS = ['2024-03-01', '2024-03-02', '2024-03-03', '2024-03-04'] as const;

/** Entities of `visits` on each day. Entity ids are row numbers: the first row is `0000000`. */
export const VISITORS = 120;

/** The first line of every fixture module. */
export const IMPORTS = `
import { z } from 'zod';
import { dataset, defineComputation, dependency, document, history, previous } from 'daymill';
import { visits, weather } from './datasets.ts';
`;

const DATASETS = `
import { z } from 'zod';
import { defineDataset, defineDocument } from 'daymill';

export const visits = defineDataset({
  name: 'visits',
  entity: z.object({ user: z.string(), pages: z.number() }),
  source: {
    file: 'visits.csv',
    format: 'csv',
    dateColumn: 'date',
    parse: ({ user, pages }) => ({ user: String(user), pages: Number(pages) }),
  },
});

export const weather = defineDocument({
  name: 'weather',
  document: z.object({ degrees: z.number() }),
  source: {
    file: 'weather.csv',
    format: 'csv',
    dateColumn: 'date',
    parse: ({ degrees }) => ({ degrees: Number(degrees) }),
  },
});
`;

export interface FixtureProject {
  readonly root: string;
  /** Its `.daymill/`. */
  readonly home: string;
  /** Writes files by their path in the project; computations lie in `computations/`. */
  write(files: Readonly<Record<string, string>>): void;
  read(file: string): string;
  remove(): void;
}

/**
 * `daymill` and `zod` are this repository's own, through links, as after `npm link`. Changed code is simulated only where the test
 * is about that: it costs processes.
 */
export function fixtureProject(
  files: Readonly<Record<string, string>>,
  { simulate = false, nightly = 0 }: { readonly simulate?: boolean; readonly nightly?: number } = {},
): FixtureProject {
  const root = mkdtempSync(join(tmpdir(), 'daymill-fixture-'));
  const project: FixtureProject = {
    root,
    home: join(root, '.daymill'),
    write(written) {
      for (const [file, text] of Object.entries(written)) {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), text);
      }
    },
    read: (file) => readFileSync(join(root, file), 'utf8'),
    remove: () => rmSync(root, { recursive: true }),
  };
  linkPackages(root);
  project.write({
    'package.json': JSON.stringify({
      type: 'module',
      daymill: { computations: 'computations', from: DAYS[0], date: DAYS.at(-1), simulate, audit: { nightly } },
    }),
    'computations/datasets.ts': DATASETS,
    'visits.csv': visitsCsv(),
    'weather.csv': weatherCsv(),
    ...files,
  });
  return project;
}

/** What a visitor of the fixture does on a day. */
export const pagesOf = (visitor: number, day: number): number => (visitor % 7) + day;

/** `pages` overrides the count of one visitor on one day, both by their index. */
export function visitsCsv(pages: (visitor: number, day: number) => number = pagesOf): string {
  const rows = DAYS.flatMap((date, day) =>
    Array.from({ length: VISITORS }, (_, visitor) => `${date},user-${visitor},${pages(visitor, day)}`),
  );
  return `date,user,pages\n${rows.join('\n')}\n`;
}

export function weatherCsv(degrees: (day: number) => number = (day) => 10 + day): string {
  return `date,degrees\n${DAYS.map((date, day) => `${date},${degrees(day)}`).join('\n')}\n`;
}
