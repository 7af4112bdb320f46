/** Root data, and skips that were checked. */
import type { View } from '../../../compose-view.ts';
import { AuditsAnswer, auditsAnswer } from '../../../mill/answers/audits.ts';
import { DataAnswer, dataAnswer } from '../../../mill/answers/data.ts';
import type { Route } from '../../route.ts';
import { answered, DaysQuery, daysOf, MILL } from './ask.ts';

export const dataRoutes = (view: () => View): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/data',
    id: 'readRootData',
    summary:
      'Which days of each dataset are there, wait, are missing, or are yet to be loaded. Rows where few days are asked for.',
    query: DaysQuery,
    answers: { 200: { description: 'by dataset and day', schema: DataAnswer } },
    handle: (asked) => answered(view(), (ports) => dataAnswer(daysOf(asked, ports), ports)),
  },
  {
    ...MILL,
    path: '/api/mill/audits',
    id: 'listAudits',
    summary: 'Skipped cells that were made again in shadow, by computation.',
    answers: { 200: { description: 'of those that were checked', schema: AuditsAnswer } },
    handle: () => answered(view(), auditsAnswer),
  },
];
