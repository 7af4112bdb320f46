/** Skips that were checked. */
import type { View } from '../../../compose-view.ts';
import { AuditsAnswer, auditsAnswer } from '../../../mill/answers/audits.ts';
import type { Route } from '../../route.ts';
import { answered, MILL } from './ask.ts';

export const auditRoutes = (view: () => View): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/audits',
    id: 'listAudits',
    summary: 'By computation: skips that were made again in shadow, those that were wrong, and what speaks against it.',
    answers: { 200: { description: 'of computations whose skips were checked', schema: AuditsAnswer } },
    handle: () => answered(view(), (ports) => auditsAnswer(ports)),
  },
];
