/** Runs, newest first; one of them; and tasks that were given up. */
import { z } from 'zod';
import type { View } from '../../../compose-view.ts';
import {
  DeadLetterAnswer,
  deadLetterAnswer,
  DeadLettersAnswer,
  deadLettersAnswer,
} from '../../../mill/answers/dead-letters.ts';
import { RunAnswer, runAnswer } from '../../../mill/answers/run.ts';
import { RunsAnswer, runsAnswer } from '../../../mill/answers/runs.ts';
import { TimelineAnswer, timelineAnswer } from '../../../mill/answers/timeline.ts';
import { Day } from '../../../values/date.ts';
import type { Route } from '../../route.ts';
import { answered, idOf, MILL } from './ask.ts';

const DEFAULT_RUNS = 50;
const MAX_RUNS = 500;
/** Attempts of a run that are shown, the slowest first. */
const SLOWEST = 20;

export const runRoutes = (view: () => View): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/runs',
    id: 'listRuns',
    summary: 'The newest runs. Each costs two reads.',
    query: z.object({ limit: z.coerce.number().int().min(1).max(MAX_RUNS).default(DEFAULT_RUNS) }),
    answers: { 200: { description: 'as daymill runs', schema: RunsAnswer } },
    handle: ({ query }) =>
      answered(view(), (ports) => runsAnswer({ limit: Number(query.get('limit') ?? DEFAULT_RUNS) }, ports)),
  },
  {
    ...MILL,
    path: '/api/mill/runs/:id',
    id: 'readRun',
    summary: 'One run: its tasks by status and tier, what failed, what took long.',
    answers: { 200: { description: 'as daymill run show', schema: RunAnswer } },
    handle: (asked) => answered(view(), (ports) => runAnswer({ id: idOf(asked), limit: SLOWEST }, ports)),
  },
  {
    ...MILL,
    path: '/api/mill/runs/:id/timeline',
    id: 'readTimeline',
    summary: "A run's whole dispatch over time: waves, tasks, attempts, and what decided how long it took.",
    answers: { 200: { description: 'its tasks, in the order in which they were claimed', schema: TimelineAnswer } },
    handle: (asked) => answered(view(), (ports) => timelineAnswer({ id: idOf(asked) }, ports)),
  },
  {
    ...MILL,
    path: '/api/mill/dead-letters',
    id: 'listTaskDeadLetters',
    summary: 'Tasks that were given up, and that nobody has replayed or dropped.',
    query: z.object({ computation: z.string().optional(), date: Day.optional() }),
    answers: { 200: { description: 'as daymill dead-letters', schema: DeadLettersAnswer } },
    handle: ({ query }) =>
      answered(view(), (ports) =>
        deadLettersAnswer(
          { computation: query.get('computation') ?? undefined, date: query.get('date') ?? undefined },
          ports,
        ),
      ),
  },
  {
    ...MILL,
    path: '/api/mill/dead-letters/:id',
    id: 'readTaskDeadLetter',
    summary: 'One of them, with its attempts.',
    answers: { 200: { description: 'as daymill dead-letters show', schema: DeadLetterAnswer } },
    handle: (asked) => answered(view(), (ports) => deadLetterAnswer(idOf(asked), ports)),
  },
];
