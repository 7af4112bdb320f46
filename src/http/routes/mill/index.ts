/** Every route of the mill: the page and other programs ask the same. */
import type { View } from '../../../compose-view.ts';
import type { LiveGrid } from '../../live-grid.ts';
import type { Route } from '../../route.ts';
import { actionRoutes } from './actions.ts';
import { auditRoutes } from './audits.ts';
import { cellRoutes } from './cells.ts';
import { codeRoutes } from './code.ts';
import { dataRoutes } from './data.ts';
import { failureRoutes } from './failures.ts';
import { gridRoutes } from './grid.ts';
import { type CollectedJobs, jobRoutes } from './jobs.ts';
import { memoryRoutes } from './memory.ts';
import { planRoutes } from './plans.ts';
import { projectRoutes, type Served } from './project.ts';
import { runRoutes } from './runs.ts';
import { taskRoutes } from './tasks.ts';

/** `view` and the others are asked when a request comes: the table is there without them. `jobs`: of what is collected. */
export const millRoutes = (
  view: () => View,
  served: Served,
  live: () => LiveGrid,
  jobs: () => CollectedJobs,
): readonly Route[] => [
  ...projectRoutes(view, served),
  ...gridRoutes(view, live),
  ...cellRoutes(view),
  ...planRoutes(view),
  ...runRoutes(view),
  ...taskRoutes(view),
  ...dataRoutes(view),
  ...failureRoutes(view),
  ...auditRoutes(view),
  ...codeRoutes(view),
  ...memoryRoutes(view),
  ...jobRoutes(view, jobs),
  ...actionRoutes(view),
];
