/** Every view: its place, its name, its key. Navigation, palette and keys are made of this one table. */
import type { ComponentType } from 'preact';

/** What a view is given: the parts of its path that are names. */
export type ViewProps = Readonly<Record<string, string>>;

export interface Route {
  /** A segment that begins with a colon is given to the view: `/cell/:computation/:date`. */
  readonly path: string;
  readonly title: string;
  /** After `g`. */
  readonly key?: string;
  /** Under which heading navigation lists it; absent for what is reached from another view. */
  readonly group?: 'Mill' | 'Meter';
  /** What it answers, for who chooses among them. */
  readonly about?: string;
  readonly load: () => Promise<{ readonly View: ComponentType<ViewProps> }>;
}

export const ROUTES: readonly Route[] = [
  {
    path: '/',
    title: 'Grid',
    key: 'g',
    group: 'Mill',
    about: 'every computation on every day',
    load: () => import('../views/grid.tsx'),
  },
  {
    path: '/plan',
    title: 'Plan',
    key: 'p',
    group: 'Mill',
    about: 'what would run, why, at what price',
    load: () => import('../views/plan.tsx'),
  },
  {
    path: '/report',
    title: 'Report',
    key: 't',
    group: 'Mill',
    about: 'each day, adding up',
    load: () => import('../views/report.tsx'),
  },
  {
    path: '/runs',
    title: 'Runs',
    key: 'r',
    group: 'Mill',
    about: 'what ran, newest first',
    load: () => import('../views/runs.tsx'),
  },
  {
    path: '/failures',
    title: 'Failures',
    key: 'f',
    group: 'Mill',
    about: 'by error',
    load: () => import('../views/failures.tsx'),
  },
  {
    path: '/dead-letters',
    title: 'Dead letters',
    key: 'd',
    group: 'Mill',
    about: 'tasks that were given up',
    load: () => import('../views/dead-letters.tsx'),
  },
  {
    path: '/lineage',
    title: 'Lineage',
    key: 'l',
    group: 'Mill',
    about: 'who reads whom',
    load: () => import('../views/lineage.tsx'),
  },
  {
    path: '/code',
    title: 'Code',
    key: 'c',
    group: 'Mill',
    about: 'versions, and what was proven of them',
    load: () => import('../views/code.tsx'),
  },
  {
    path: '/data',
    title: 'Root data',
    key: 'o',
    group: 'Mill',
    about: 'which days are there',
    load: () => import('../views/data.tsx'),
  },
  {
    path: '/memory',
    title: 'Memory',
    key: 'm',
    group: 'Mill',
    about: 'what tasks took, and their tiers',
    load: () => import('../views/memory.tsx'),
  },
  {
    path: '/audits',
    title: 'Audits',
    key: 'a',
    group: 'Mill',
    about: 'skips that were checked',
    load: () => import('../views/audits.tsx'),
  },
  {
    path: '/jobs',
    title: 'Jobs',
    key: 'j',
    group: 'Mill',
    about: 'what is due, and what people did',
    load: () => import('../views/jobs.tsx'),
  },
  {
    path: '/explore',
    title: 'Explore',
    key: 'e',
    group: 'Meter',
    about: 'PromQL',
    load: () => import('../views/explore.tsx'),
  },
  {
    path: '/runtimes',
    title: 'Runtimes',
    key: 'u',
    group: 'Meter',
    about: 'components that are alive',
    load: () => import('../views/runtimes.tsx'),
  },
  {
    path: '/events',
    title: 'Events',
    key: 'v',
    group: 'Meter',
    about: 'by user and team',
    load: () => import('../views/events.tsx'),
  },
  {
    path: '/limits',
    title: 'Limits',
    key: 'i',
    group: 'Meter',
    about: 'series against what is allowed',
    load: () => import('../views/limits.tsx'),
  },
  {
    path: '/rejected',
    title: 'Rejected',
    key: 'x',
    group: 'Meter',
    about: 'what was refused, and why',
    load: () => import('../views/rejected.tsx'),
  },
  { path: '/cell/:computation/:date', title: 'Cell', load: () => import('../views/cell.tsx') },
  { path: '/lineage/:computation', title: 'Lineage', load: () => import('../views/lineage.tsx') },
  { path: '/runs/:id', title: 'Run', load: () => import('../views/run.tsx') },
  { path: '/tasks/:id', title: 'Task', load: () => import('../views/task.tsx') },
];

export interface Matched {
  readonly route: Route;
  readonly props: ViewProps;
}

export function match(path: string): Matched | undefined {
  const segments = path.split('/');
  for (const route of ROUTES) {
    const wanted = route.path.split('/');
    if (wanted.length !== segments.length) continue;
    const props: Record<string, string> = {};
    const fits = wanted.every((part, index) => {
      const given = segments[index] ?? '';
      if (!part.startsWith(':')) return part === given;
      props[part.slice(1)] = decoded(given);
      return given !== '';
    });
    if (fits) return { route, props };
  }
  return undefined;
}

/** A link may have been cut anywhere. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
