/** What a `daymill serve` has kept, read from its store as a computation would. */
import { Firestore } from '@google-cloud/firestore';
import { findSession } from '../../src/cli/local/session.ts';
import { readConfig } from '../../src/config/config.ts';
import { firestoreDays } from '../../src/google/meter/firestore-days.ts';
import type { Metadata, Series } from '../../src/meter/model/series.ts';
import type { Compound } from '../../src/meter/model/compound.ts';
import type { DayStore } from '../../src/meter/ports/day-store.ts';

export interface KeptSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly series: Series;
  readonly timeMs: number;
  readonly value: number | Compound | undefined;
  readonly isStale: boolean;
}

export interface Kept {
  readonly samples: readonly KeptSample[];
  readonly metadata: readonly Metadata[];
}

export async function withStore<T>(
  project: { readonly root: string },
  act: (days: DayStore) => Promise<T>,
): Promise<T> {
  const session = await findSession(readConfig({}, project.root, process.pid));
  if (session === undefined) throw new Error('nothing is served there');
  Object.assign(process.env, session.env);
  const db = new Firestore({ projectId: session.env['GOOGLE_CLOUD_PROJECT'] ?? '' });
  try {
    return await act(firestoreDays(db));
  } finally {
    await db.terminate();
  }
}

export const keptSamples = (project: { readonly root: string }, organization = 'acme'): Promise<Kept> =>
  withStore(project, async (days) => {
    const samples: KeptSample[] = [];
    const metadata: Metadata[] = [];
    for (const day of await days.days(organization)) {
      // Series are defined before what is of them: of what is written meanwhile the dictionary must be the newer.
      const segments = await Array.fromAsync(days.segments({ organization, day }));
      const dictionary = await days.dictionary({ organization, day });
      metadata.push(...dictionary.metadata);
      for (const { samples: some } of segments)
        for (let at = 0; at < some.length; at++) {
          const series = dictionary.series.get(some.series[at] as number);
          if (series === undefined) throw new Error(`a sample of ${day} has a series that nobody defined`);
          samples.push({
            labels: Object.fromEntries(series.labels),
            series,
            timeMs: some.timestampsMs[at] as number,
            value: some.compoundAt(at) ?? some.numberAt(at),
            isStale: some.isStale(at),
          });
        }
    }
    return { samples, metadata };
  });
