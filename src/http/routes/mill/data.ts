/** Root data, day by day. */
import type { View } from '../../../compose-view.ts';
import { DataAnswer, dataAnswer, MAX_COUNTED_DAYS } from '../../../mill/answers/data.ts';
import type { Route } from '../../route.ts';
import { answered, DaysQuery, daysOf, MILL } from './ask.ts';

export const dataRoutes = (view: () => View): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/data',
    id: 'readRootData',
    summary: `Which days of each dataset are there, wait, are to be loaded, or are missing; with rows while there are ${MAX_COUNTED_DAYS} days at most.`,
    query: DaysQuery,
    answers: { 200: { description: 'by dataset; days that none is expected of are left out', schema: DataAnswer } },
    handle: (asked) => answered(view(), (ports) => dataAnswer(daysOf(asked, ports), ports)),
  },
];
