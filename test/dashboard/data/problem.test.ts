/** What an answer that is none says, whoever gave it: our API, the query API, a proxy. */
import { expect, test } from 'vitest';
import { problemOf } from '../../../src/dashboard/data/problem.ts';

const answer = (status: number, body: string): Response => new Response(body, { status });

test('a problem of our API is told whole, with the places that are wrong', async () => {
  const problem = {
    type: 'about:blank',
    title: 'Bad Request',
    status: 400,
    detail: 'The query is not as this route takes it; errors says where.',
    code: 'BAD_QUERY',
    errors: [{ path: 'limit', message: 'too large' }],
  };
  const { type: _, ...told } = problem;
  expect(await problemOf(answer(400, JSON.stringify(problem)))).toEqual(told);
});

test('an error of the query API is told in its own words', async () => {
  const body = JSON.stringify({ status: 'error', errorType: 'bad_data', error: '1:6: parse error' });
  expect(await problemOf(answer(400, body))).toMatchObject({
    code: 'bad_data',
    detail: '1:6: parse error',
    status: 400,
  });
});

test.each(['<html>502</html>', '', '[]', 'null', '{"detail":7}'])(
  'what a proxy says (%s) is told by its status',
  async (body) => {
    const problem = await problemOf(answer(502, body));
    expect(problem).toEqual({
      status: 502,
      code: 'HTTP_502',
      title: 'Status 502',
      detail: 'The answer says no more than that.',
    });
  },
);
