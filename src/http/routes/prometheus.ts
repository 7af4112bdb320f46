/** The query API that Grafana and others ask Prometheus by. https://prometheus.io/docs/prometheus/latest/querying/api/ */
import type { MeterPorts } from '../../compose-meter.ts';
import { answerQuery, type QueryRequest } from '../../meter/answers/query/query.ts';
import { knownMetadata, knownSeries, labelNames, labelValues } from '../../meter/answers/query/known-series.ts';
import { derivedNames } from '../../meter/answers/results/derived-series.ts';
import { NAME_LABEL } from '../../meter/model/series.ts';
import { dayOf } from '../../values/date.ts';
import type { CachedAnswer } from '../../meter/answers/query/answer-cache.ts';
import type { Asked, Reply, Route } from '../route.ts';
import { Parameters, parametersOf } from './prometheus/parameters.ts';
import { writtenLabels, writtenResult } from './prometheus/written.ts';

const TAG = 'Prometheus';

const FORM = 'application/x-www-form-urlencoded';

/** Of a query's text, with all that stands beside it. */
const MAX_FORM_BYTES = 262_144;

const DAY_MS = 86_400_000;

/** Of an answer: labels and series, when nothing is said. */
const DEFAULT_LIMIT = 100_000;

type Answer = (given: Parameters, asked: Asked) => Promise<unknown>;

/** Answered as it was written. */
class Written {
  readonly cached: CachedAnswer;
  constructor(cached: CachedAnswer) {
    this.cached = cached;
  }
}

interface Row {
  readonly path: string;
  readonly id: string;
  readonly summary: string;
  readonly answer: Answer;
  /** Also as a form, for what is longer than a URL may be. */
  readonly isPosted?: boolean;
}

export const prometheusRoutes = (ports: () => MeterPorts): readonly Route[] =>
  rowsOf(ports).flatMap((row) => (row.isPosted === true ? [getRoute(row), postRoute(row)] : [getRoute(row)]));

const common = ({ path, summary }: Row): Omit<Route, 'method' | 'id' | 'handle'> => ({
  path,
  summary,
  tag: TAG,
  role: 'viewer',
  quota: 'read',
  shape: 'query',
  answers: {
    200: { description: 'status, data, and warnings where there are some' },
    400: { description: 'bad_data: it does not parse, or its parameters are none' },
    422: { description: 'execution: a bound that is met, or series that do not fit together' },
    503: { description: 'timeout, or trouble that passes' },
  },
});

const getRoute = (row: Row): Route => ({
  ...common(row),
  method: 'GET',
  id: row.id,
  handle: (asked) => reply(row.answer(new Parameters(asked.query, asked.receivedAtMs), asked)),
});

const postRoute = (row: Row): Route => ({
  ...common(row),
  method: 'POST',
  id: `${row.id}ByForm`,
  body: { raw: true, contentTypes: [FORM], maxBytes: MAX_FORM_BYTES, maxDecompressedBytes: MAX_FORM_BYTES },
  handle: (asked) => reply(row.answer(parametersOf(asked), asked)),
});

async function reply(data: Promise<unknown>): Promise<Reply> {
  const body = await data;
  if (!(body instanceof Written)) return { status: 200, body };
  const { cached } = body;
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    etag: cached.etag,
    'cache-control': `private, max-age=${cached.maxAge}`,
  };
  return { status: 200, headers, body: cached.body };
}

const success = (data: unknown): unknown => ({ status: 'success', data });

function rowsOf(ports: () => MeterPorts): Row[] {
  const query: (read: (given: Parameters) => QueryRequest) => Answer = (read) => async (given, asked) => {
    const request = read(given);
    const { organization, receivedAtMs: nowMs } = asked;
    const shown = [given.limit() ?? '', given.text('stats') ?? ''].join('/');
    const key = [organization, JSON.stringify(request), shown] as const;
    return new Written(
      await ports().answers.read(key, { endMs: request.endMs, nowMs }, async () => {
        // Others may wait for the same: it goes on when who asked first has gone.
        const answer = await answerQuery(organization, request, ports(), new AbortController().signal);
        return { status: 'success', ...writtenResult(answer, given) };
      }),
    );
  };
  const among = (given: Parameters, { organization }: Asked) => ({
    organization,
    ...given.seriesRequest(DEFAULT_LIMIT),
  });
  return [
    {
      path: '/api/v1/query',
      id: 'query',
      summary: 'An expression at one time.',
      isPosted: true,
      answer: query((given) => given.instantQuery()),
    },
    {
      path: '/api/v1/query_range',
      id: 'queryRange',
      summary: 'An expression over a range of time, step by step.',
      isPosted: true,
      answer: query((given) => given.rangeQuery()),
    },
    {
      path: '/api/v1/series',
      id: 'listSeries',
      summary: 'Series that match.',
      isPosted: true,
      async answer(given, asked) {
        const request = among(given, asked);
        if (request.matchers.length === 0) throw given.missing('match[]');
        return success((await knownSeries(request, ports())).map(writtenLabels));
      },
    },
    {
      path: '/api/v1/labels',
      id: 'listLabels',
      summary: 'Names of labels.',
      isPosted: true,
      answer: async (given, asked) => success(await labelNames(among(given, asked), ports())),
    },
    {
      path: '/api/v1/label/:name/values',
      id: 'listLabelValues',
      summary: 'Values of a label.',
      async answer(given, asked) {
        const name = asked.params['name'] ?? '';
        const request = among(given, asked);
        const values = await labelValues(name, request, ports());
        // Results have names, too; which there are is told where nothing else is asked for.
        if (name !== NAME_LABEL || request.matchers.length > 0) return success(values);
        const { organization } = asked;
        const day = dayOf(request.toMs - DAY_MS);
        const derived = await derivedNames({ organization, owner: ports().owner }, day, ports());
        return success([...values, ...derived].toSorted().slice(0, request.limit));
      },
    },
    {
      path: '/api/v1/metadata',
      id: 'listMetadata',
      summary: 'Type, unit and help of metrics.',
      async answer(given, asked) {
        const found = await knownMetadata(among(given, asked), given.text('metric'), ports());
        return success(
          Object.fromEntries(found.map(({ name, type, unit = '', help = '' }) => [name, [{ type, unit, help }]])),
        );
      },
    },
    ...constantRows(),
  ];
}

/** What Grafana asks to find out whom it asks. Rules and alerts are not kept here; exemplars are kept, and not yet shown. */
const constantRows = (): Row[] =>
  (
    [
      [
        'status/buildinfo',
        'buildInfo',
        'That the language is Prometheus 3.',
        { version: '3.0.0', application: 'daymill' },
      ],
      ['rules', 'listRules', 'None.', { groups: [] }],
      ['alerts', 'listAlerts', 'None.', { alerts: [] }],
      ['query_exemplars', 'queryExemplars', 'None.', []],
    ] as const
  ).map(([path, id, summary, data]) => ({
    path: `/api/v1/${path}`,
    id,
    summary,
    isPosted: path === 'query_exemplars',
    answer: () => Promise.resolve(success(data)),
  }));
