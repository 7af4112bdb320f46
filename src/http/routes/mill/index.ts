/** Every route of the mill: the page and other programs ask the same. */
import type { View } from '../../../compose-view.ts';
import type { LiveGrid } from '../../live-grid.ts';
import type { Route } from '../../route.ts';
import { actionRoutes } from './actions.ts';
import { cellRoutes } from './cells.ts';
import { codeRoutes } from './code.ts';
import { dataRoutes } from './data.ts';
import { failureRoutes } from './failures.ts';
import { gridRoutes } from './grid.ts';
import { memoryRoutes } from './memory.ts';
import { planRoutes } from './plans.ts';
import { projectRoutes, type Served } from './project.ts';
import { runRoutes } from './runs.ts';
import { taskRoutes } from './tasks.ts';

/** `view` is asked when a request comes: the table is there without it. */
export const millRoutes = (view: () => View, served: Served, live: () => LiveGrid): readonly Route[] => [
  ...projectRoutes(view, served),
  ...gridRoutes(view, live),
  ...cellRoutes(view),
  ...planRoutes(view),
  ...runRoutes(view),
  ...taskRoutes(view),
  ...dataRoutes(view),
  ...failureRoutes(view),
  ...codeRoutes(view),
  ...memoryRoutes(view),
  ...actionRoutes(view),
];
