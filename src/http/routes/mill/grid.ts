/** The grid, as bytes, and what of it changes. */
import { z } from 'zod';
import type { LiveGrid } from '../../live-grid.ts';
import type { View } from '../../../compose-view.ts';
import { gridAnswer } from '../../../mill/answers/grid.ts';
import { packGrid } from '../../../mill/answers/pack-grid.ts';
import { Lens, LensAnswer, lensAnswer, MAX_LENS_READS } from '../../../mill/answers/lens.ts';
import type { Route } from '../../route.ts';
import { answered, DaysQuery, daysOf, MILL, replyOf } from './ask.ts';

/** Names in a URL. */
const MAX_NAMES = 2_000;

export const gridRoutes = (view: () => View, live: () => LiveGrid): readonly Route[] => [
  {
    ...MILL,
    path: '/api/mill/grid',
    id: 'readGrid',
    summary:
      'Every computation on every day, a byte each, in stretches of neighbours that are alike (src/mill/answers/pack-grid.ts has the form). ' +
      'The lower four bits are how it stands (run, rerun, failed, upstreamFailed, blocked, impossible, stable, upToDate, running), the upper four why.',
    query: DaysQuery,
    answers: { 200: { description: 'application/octet-stream' } },
    async handle(asked) {
      const { answer, sequence } = await view().ask((ports) => gridAnswer(daysOf(asked, ports), ports));
      return replyOf(packGrid(answer), 'application/octet-stream', sequence);
    },
  },
  {
    ...MILL,
    path: '/api/mill/grid/lens',
    id: 'readLens',
    summary: `Figures of the grid's cells: results, ages, seconds, memory, dollars. It reads ${MAX_LENS_READS} documents at most.`,
    query: DaysQuery.extend({ lens: Lens, computations: z.string().max(MAX_NAMES).optional() }),
    answers: { 200: { description: 'by computation, a value a day', schema: LensAnswer } },
    handle: (asked) =>
      answered(view(), (ports) =>
        lensAnswer(
          {
            ...daysOf(asked, ports),
            lens: Lens.parse(asked.query.get('lens')),
            computations: asked.query.get('computations')?.split(','),
          },
          ports,
        ),
      ),
  },
  {
    ...MILL,
    path: '/api/mill/live',
    id: 'followGrid',
    summary:
      'What changes in the grid, as server-sent events: grid {sequence, changes: [[row, from, to, byte]]} or {sequence, refetch}.',
    query: DaysQuery,
    answers: { 200: { description: 'text/event-stream: grid, bye' } },
    isStream: true,
    handle: (asked) => Promise.resolve(live().stream(asked, daysOf(asked, view().ports))),
  },
];
