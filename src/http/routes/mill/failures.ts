/** What stands as failed, a group a mistake. */
import type { View } from '../../../compose-view.ts';
import { FailuresAnswer, failuresAnswer } from '../../../mill/answers/failures.ts';
import type { Route } from '../../route.ts';
import { answered, DaysQuery, daysOf, MILL } from './ask.ts';

export const failureRoutes = (view: () => View): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/failures',
    id: 'listFailures',
    summary: 'What failed last and was not made since, by mistake: where, how often, and what waits for it.',
    query: DaysQuery,
    answers: { 200: { description: 'the mistake with the most cells first', schema: FailuresAnswer } },
    handle: (asked) => answered(view(), (ports) => failuresAnswer(daysOf(asked, ports), ports)),
  },
];
