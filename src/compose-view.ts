/** The composition root of the page's function: the ports of what the mill is asked, over one look at the plan for all panels of a moment. */
import { resolve } from 'node:path';
import { compose } from './compose.ts';
import type { Config } from './config/config.ts';
import { codeOf } from './errors.ts';
import { openFirestore } from './google/firestore-client.ts';
import { firestoreOrganizations } from './google/meter/firestore-organizations.ts';
import { SYSTEM_CLOCK } from './process/system-clock.ts';
import { type FileMemory, fileMemory } from './mill/sources/file-memory.ts';
import { coverage, sourceDays } from './mill/sources/read-source.ts';
import type { PlanningSnapshot } from './mill/ports/planning.ts';

/** Organizations that are offered to choose from; others are chosen by the address. */
const MOST_ORGANIZATIONS = 100;

/** Between two looks at which there are. */
const ORGANIZATIONS_MS = 60_000;

/** Panels that ask within so long of each other see the same moment, for one read of it. */
const MOMENT_MS = 500;

export type ViewPorts = ReturnType<typeof portsOf>;

/** Answers what an answer is made with, and the planner's sequence that it is of; undefined when no plan was looked at. */
export interface View {
  readonly ports: ViewPorts;
  ask<T>(
    make: (ports: ViewPorts) => Promise<T>,
  ): Promise<{ readonly answer: T; readonly sequence: number | undefined }>;
}

function portsOf(config: Config) {
  return {
    ...compose(config),
    ...fileReaders(),
    // Changed code is simulated by a run, which tells the planner of it.
    simulate: false,
    date: config.date,
    prices: config.prices,
  };
}

interface FileReaders {
  readonly fileMemory: FileMemory;
  readonly coverage: typeof coverage;
  readonly sourceDays: typeof sourceDays;
}

/** What files say of their days, kept while they are as they were: a look at the plan asks for all of them. */
function fileReaders(): FileReaders {
  const kept = fileMemory();
  return {
    fileMemory: kept,
    coverage,
    sourceDays(source, options) {
      const { root, from, to } = options;
      const asked = { path: resolve(root, source.file), what: `${from} ${to}`, by: '' };
      return kept(asked, () => sourceDays(source, options));
    },
  };
}

/**
 * Answers whose metrics there are, the first ones by name. A client of its own, which is opened with the first question: few ask, and the
 * mill's knows nothing of the meter.
 */
export function composeOrganizations(config: Config): () => Promise<readonly string[]> {
  let db: ReturnType<typeof openFirestore> | undefined;
  let known: { readonly atMs: number; readonly found: Promise<readonly string[]> } | undefined;
  return () => {
    const atMs = SYSTEM_CLOCK.elapsed();
    if (known === undefined || atMs - known.atMs > ORGANIZATIONS_MS) {
      const found = firestoreOrganizations((db ??= openFirestore(config)), MOST_ORGANIZATIONS);
      known = { atMs, found };
      found.catch(() => (known = undefined));
    }
    return known.found;
  };
}

export function composeView(config: Config): View {
  const ports = portsOf(config);
  let moment: { readonly atMs: number; readonly snapshot: Promise<PlanningSnapshot> } | undefined;
  const now = (isFresh: boolean): Promise<PlanningSnapshot> => {
    const atMs = ports.clock.elapsed();
    if (isFresh || moment === undefined || atMs - moment.atMs > MOMENT_MS) {
      const snapshot = ports.planning.load();
      moment = { atMs, snapshot };
      snapshot.catch(() => (moment = undefined));
    }
    return moment.snapshot;
  };
  async function once<T>(make: (ports: ViewPorts) => Promise<T>, isFresh: boolean) {
    let sequence: number | undefined;
    const load = async (): Promise<PlanningSnapshot> => {
      const snapshot = await now(isFresh);
      sequence = snapshot.sequence;
      return snapshot;
    };
    const answer = await make({ ...ports, planning: { ...ports.planning, load } });
    return { answer, sequence };
  }
  return {
    ports,
    async ask(make) {
      try {
        return await once(make, false);
      } catch (thrown) {
        // A book was written since the moment that others share.
        if (codeOf(thrown) !== 'CONTENTION') throw thrown;
        return once(make, true);
      }
    },
  };
}
