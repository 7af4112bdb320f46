/** For Prometheus to scrape: what this process says of itself, and the last samples of an organization. */
import { z } from 'zod';
import type { MeterPorts } from '../../compose-meter.ts';
import { federate } from '../../meter/answers/exposition/federate.ts';
import { ownMetrics } from '../../meter/answers/exposition/own-metrics.ts';
import { DIALECTS, type DialectName } from '../../meter/formats/exposition/dialect.ts';
import { QueryError } from '../../meter/promql/query-error.ts';
import type { Asked, Reply, Route } from '../route.ts';
import { matchersOf } from './prometheus/parameters.ts';

const TAG = 'exposition';

/** The scraper's choice: https://prometheus.io/docs/instrumenting/content_negotiation/ */
const dialectOf = ({ headers }: Asked): DialectName =>
  /application\/openmetrics-text\s*;[^,]*version=1\.0\.0/.test(headers.accept ?? '') ? 'OpenMetrics 1.0' : 'text 0.0.4';

const written = (asked: Asked, text: string): Reply => ({
  status: 200,
  headers: { 'content-type': DIALECTS[dialectOf(asked)].contentType },
  body: Buffer.from(text),
});

export const expositionRoutes = (ports: () => MeterPorts): readonly Route[] => {
  const common = { method: 'GET', tag: TAG, shape: 'prometheus' } as const;
  return [
    {
      ...common,
      path: '/metrics',
      id: 'ownMetrics',
      summary: 'What this process says of itself.',
      role: 'viewer',
      quota: 'none',
      answers: { 200: { description: 'text, or OpenMetrics where Accept says so' } },
      handle: (asked) => {
        const { figures, group, live, answers } = ports();
        const own = {
          figures: figures.read(),
          waitingSamples: group.waiting().samples,
          liveReaders: live.readers,
          cache: answers.counts,
          residentBytes: process.memoryUsage.rss(),
          uptimeSeconds: process.uptime(),
        };
        return Promise.resolve(written(asked, ownMetrics(own, dialectOf(asked))));
      },
    },
    {
      ...common,
      path: '/federate',
      id: 'federate',
      summary: 'The last sample of each series that matches.',
      role: 'viewer',
      quota: 'read',
      query: z.object({ 'match[]': z.union([z.string(), z.array(z.string())]) }),
      answers: { 200: { description: 'text, or OpenMetrics where Accept says so' } },
      handle: async (asked) => {
        const matchers = asked.query.getAll('match[]').map(matchersOf);
        if (matchers.length === 0) throw new QueryError('bad_data', 'parameter "match[]" is missing: send it');
        const request = { matchers, nowMs: asked.receivedAtMs, dialect: dialectOf(asked) };
        return written(asked, await federate(asked.organization, request, ports(), asked.signal));
      },
    },
  ];
};
