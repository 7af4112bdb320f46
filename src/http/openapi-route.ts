/** `GET /openapi.json`: what the table itself says it takes. */
import { z } from 'zod';
import { openApi } from './openapi.ts';
import type { Route } from './route.ts';

/** Of the API, not of the package: raised when something that was taken no longer is. */
const API_VERSION = '1';

export function openApiRoute(routes: readonly Route[]): Route {
  let written: unknown;
  const own: Route = {
    method: 'GET',
    path: '/openapi.json',
    id: 'openApi',
    summary: 'This description.',
    tag: 'health',
    role: 'anyone',
    quota: 'none',
    shape: 'problem',
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
    handle() {
      written ??= openApi([...routes, own], { title: 'Daymill', version: API_VERSION });
      return Promise.resolve({ status: 200, body: written });
    },
  };
  return own;
}
