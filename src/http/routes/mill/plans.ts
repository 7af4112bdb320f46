/** What would run, how every day stands, who reads whom. */
import { z } from 'zod';
import type { View } from '../../../compose-view.ts';
import { changedComputations } from '../../../mill/answers/changed-computations.ts';
import { foresee } from '../../../mill/answers/foresee.ts';
import { GraphAnswer, graphAnswer, GraphLayoutAnswer, graphLayoutAnswer } from '../../../mill/answers/graph.ts';
import { PlanAnswer, planAnswer } from '../../../mill/answers/plan.ts';
import { ReportAnswer, reportAnswer } from '../../../mill/answers/report.ts';
import type { Asked, Route } from '../../route.ts';
import { answered, DAYS, daysOf, MILL } from './ask.ts';

/** As long as a URL that all browsers take. */
const MAX_SELECT = 2_000;
const Query = z.object({ ...DAYS, select: z.string().max(MAX_SELECT).optional() });

const selectOf = ({ query }: Asked): string => query.get('select') ?? '*';

const withoutOf = ({ query }: Asked): string[] => (query.get('without') ?? '').split(',').filter((name) => name !== '');

export const planRoutes = (view: () => View): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/plan',
    id: 'readPlan',
    summary:
      'What a run would do, why, and what it would cost; also as if the code of the computations in `without` (names, by commas) had not changed.',
    query: Query.extend({ without: z.string().max(MAX_SELECT).optional() }),
    answers: { 200: { description: 'as daymill plan', schema: PlanAnswer } },
    handle: (asked) =>
      answered(view(), (ports) =>
        planAnswer({ ...daysOf(asked, ports), select: selectOf(asked), without: withoutOf(asked) }, ports),
      ),
  },
  {
    ...MILL,
    path: '/api/mill/report',
    id: 'readReport',
    summary: 'For each day how its cells stand, and that they add up.',
    query: Query,
    answers: { 200: { description: 'as daymill report', schema: ReportAnswer } },
    handle: (asked) =>
      answered(view(), (ports) => {
        const grid = daysOf(asked, ports);
        return reportAnswer({ grid, from: grid.from, select: selectOf(asked) }, ports);
      }),
  },
  {
    ...MILL,
    path: '/api/mill/graph',
    id: 'readGraph',
    summary: 'Computations, datasets, and who reads whom; with layout=1 also where they lie in a drawing.',
    query: Query.extend({ layout: z.enum(['0', '1']).optional() }),
    answers: { 200: { description: 'as daymill graph', schema: z.union([GraphLayoutAnswer, GraphAnswer]) } },
    handle: (asked) =>
      answered(view(), (ports): Promise<GraphAnswer> => {
        const answer = asked.query.get('layout') === '1' ? graphLayoutAnswer : graphAnswer;
        return answer(
          { select: selectOf(asked) },
          {
            manifest: ports.manifest,
            changed: async () => changedComputations((await foresee(daysOf(asked, ports), ports)).plan),
          },
        );
      }),
  },
];
