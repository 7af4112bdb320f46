/** Versions of code, and what was proven of them. */
import type { View } from '../../../compose-view.ts';
import { CodeAnswer, codeAnswer } from '../../../mill/answers/code.ts';
import type { Route } from '../../route.ts';
import { answered, MILL } from './ask.ts';

export const codeRoutes = (view: () => View): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/code',
    id: 'listCode',
    summary: "Each computation's versions, what was proven of each against the one before, and what that saves.",
    answers: { 200: { description: 'versions newest first', schema: CodeAnswer } },
    handle: () => answered(view(), (ports) => codeAnswer(ports)),
  },
];
