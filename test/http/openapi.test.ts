/** The description is of the table that is served. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { openApi } from '../../src/http/openapi.ts';
import { makeRoute } from './serving.ts';

const Session = z.object({ id: z.string(), minutes: z.number().default(5) });

test('it says paths, parameters, bodies, answers, errors, and who may ask', () => {
  const routes = [
    makeRoute({
      method: 'GET',
      path: '/sessions/:sessionId',
      id: 'getSession',
      tag: 'sessions',
      query: z.object({ limit: z.coerce.number().optional(), day: z.iso.date() }),
      answers: { 200: { description: 'the session', schema: Session }, 404: { description: 'no such session' } },
    }),
    makeRoute({ method: 'POST', path: '/sessions', id: 'putSession', tag: 'sessions', role: 'manager', body: Session }),
    makeRoute({
      path: '/v1/metrics',
      shape: 'otlp',
      tag: 'metrics',
      body: { raw: true, contentTypes: ['application/json'] },
    }),
    makeRoute({ method: 'GET', path: '/health', tag: 'health', role: 'anyone' }),
  ];
  const document = openApi(routes, { title: 'Daymill', version: '1' });
  expect(JSON.parse(JSON.stringify(document))).toMatchObject({
    openapi: '3.1.1',
    tags: [{ name: 'sessions' }, { name: 'metrics' }, { name: 'health' }],
    paths: {
      '/sessions/{sessionId}': {
        get: {
          operationId: 'getSession',
          security: [{ bearer: [] }, { apiKey: [] }],
          parameters: [
            { name: 'sessionId', in: 'path', required: true },
            { name: 'limit', in: 'query', required: false },
            { name: 'day', in: 'query', required: true, schema: { type: 'string', format: 'date' } },
          ],
          responses: {
            200: { content: { 'application/json': { schema: { type: 'object', required: ['id', 'minutes'] } } } },
            404: { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
            default: {},
          },
        },
      },
      '/sessions': {
        post: { requestBody: { required: true, content: { 'application/json': { schema: { required: ['id'] } } } } },
      },
      '/v1/metrics': { post: { responses: { default: { content: { 'application/x-protobuf': {} } } } } },
      '/health': { get: { security: [] } },
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, apiKey: { in: 'header', name: 'X-API-Key' } },
    },
  });
  expect(JSON.stringify(document)).not.toContain('$schema');
});
