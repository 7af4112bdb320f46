/** One cell: why it is as it is, what it found, every attempt to make it, how it differs. */
import { z } from 'zod';
import type { View } from '../../../compose-view.ts';
import { UserError } from '../../../errors.ts';
import { AttemptsAnswer, attemptsAnswer } from '../../../mill/answers/attempts.ts';
import { DiffAnswer, diffDays } from '../../../mill/answers/diff.ts';
import { ExplainAnswer, explainAnswer } from '../../../mill/answers/explain.ts';
import { findResult } from '../../../mill/answers/results.ts';
import { resultPage, ResultPage } from '../../../mill/answers/result-page.ts';
import { gridStart } from '../../../mill/steps/dispatch/target.ts';
import { Day } from '../../../values/date.ts';
import type { Route } from '../../route.ts';
import { answered, assertDays, computationOf, dateOf, MILL } from './ask.ts';

/** Entities of a result that a page has unless told. */
const DEFAULT_ENTITIES = 100;
const MAX_ENTITIES = 10_000;

const CELL = '/api/mill/cells/:computation/:date';

export const cellRoutes = (view: () => View): readonly Route[] => [
  {
    ...MILL,
    path: CELL,
    id: 'explainCell',
    summary:
      'Why a cell ran, or did not: its last attempt, what would happen now, its vector, and the chain of causes.',
    query: z.object({ from: Day.optional() }),
    answers: { 200: { description: 'as daymill explain', schema: ExplainAnswer } },
    handle: (asked) =>
      answered(view(), (ports) => {
        const [computation, date] = [computationOf(asked, ports), dateOf(asked, ports)];
        const from = gridStart(asked.query.get('from') ?? undefined, ports.from, date);
        if (date < from) throw new UserError('BAD_DATE', `${date} is before ${from}, where the grid starts.`);
        assertDays(from, date);
        return explainAnswer({ computation, date, from }, ports);
      }),
  },
  {
    ...MILL,
    path: `${CELL}/result`,
    id: 'readCellResult',
    summary: 'What a cell found, and whether that is up to date; of a result by entity the first ones.',
    query: z.object({ limit: z.coerce.number().int().min(1).max(MAX_ENTITIES).default(DEFAULT_ENTITIES) }),
    answers: { 200: { description: 'or why there is none', schema: ResultPage } },
    handle: (asked) =>
      answered(view(), async (ports) => {
        const [{ name: computation }, date] = [computationOf(asked, ports), dateOf(asked, ports)];
        const from = gridStart(undefined, ports.from, date);
        const limit = Number(asked.query.get('limit') ?? DEFAULT_ENTITIES);
        return resultPage(await findResult({ computation, date }, from, ports), limit);
      }),
  },
  {
    ...MILL,
    path: `${CELL}/attempts`,
    id: 'listCellAttempts',
    summary: 'Every attempt to make a cell, over all runs, newest first.',
    answers: { 200: { description: 'as daymill attempts', schema: AttemptsAnswer } },
    handle: (asked) =>
      answered(view(), (ports) =>
        attemptsAnswer({ computation: computationOf(asked, ports).name, date: dateOf(asked, ports) }, ports),
      ),
  },
  {
    ...MILL,
    path: '/api/mill/diff/:computation',
    id: 'compareDays',
    summary: 'How the results of two days differ.',
    query: z.object({ from: Day, to: Day }),
    answers: { 200: { description: 'as daymill diff', schema: DiffAnswer } },
    handle: (asked) =>
      answered(view(), (ports) => {
        const [date, other] = [asked.query.get('from') ?? '', asked.query.get('to') ?? ''];
        const from = gridStart(undefined, ports.from, date < other ? date : other);
        return diffDays({ computation: computationOf(asked, ports), date, other, from }, ports);
      }),
  },
];
