/** Which route a path is for. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HttpError } from '../../src/http/http-error.ts';
import type { Route } from '../../src/http/route.ts';
import { compileRoutes } from '../../src/http/router.ts';

const route = (method: Route['method'], path: string, id = `${method} ${path} id`): Route => ({
  method,
  path,
  id,
  summary: '',
  tag: 'tests',
  role: 'anyone',
  quota: 'none',
  shape: 'problem',
  answers: {},
  handle: () => Promise.resolve({ status: 204 }),
});

const find = compileRoutes([
  route('GET', '/items/:id'),
  route('DELETE', '/items/:item'),
  route('GET', '/items/newest'),
  route('POST', '/items'),
  route('GET', '/items/:id/parts/:part'),
]);

const refusal = (method: string, path: string): HttpError => {
  try {
    find(method, path);
  } catch (thrown) {
    if (thrown instanceof HttpError) return thrown;
    throw thrown;
  }
  throw new Error('found');
};

describe('a path', () => {
  test('has its parameters decoded', () => {
    expect(find('GET', '/items/a%2Fb%20%C3%A9/parts/%25').params).toEqual({ id: 'a/b é', part: '%' });
  });

  test('is matched by what is named before what is any name, also when it is encoded', () => {
    expect(find('GET', '/items/newest').route.path).toBe('/items/newest');
    expect(find('GET', '/%69tems/newest').route.path).toBe('/items/newest');
    expect(find('DELETE', '/items/newest')).toMatchObject({ params: { item: 'newest' } });
  });

  test.each([
    '/',
    '',
    '/items/',
    '/items/a/',
    '//items',
    '/items//parts/1',
    '/items/..',
    '/items/%2e',
    '/items/a%00',
    '*',
    '/no',
  ])('that is none is not found: %s', (path) => expect(refusal('GET', path).status).toBe(404));

  test.each(['/items/%', '/items/%zz', '/items/%ff', '/%E0%A4/x'])('that does not decode is wrong: %s', (path) => {
    expect(refusal('GET', path)).toMatchObject({ status: 400, code: 'BAD_PATH' });
  });

  test('takes some methods, and says which', () => {
    expect(refusal('PUT', '/items/a')).toMatchObject({ status: 405, headers: { allow: 'DELETE, GET, HEAD' } });
    expect(refusal('PUT', '/items/newest')).toMatchObject({ status: 405, headers: { allow: 'DELETE, GET, HEAD' } });
    expect(refusal('GET', '/items')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(find('HEAD', '/items/a').route.method).toBe('GET');
  });

  test('of any name is given back as it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        // oxlint-disable-next-line no-control-regex
        fc.pre(!/^\.{0,2}$|[\u0000-\u001f\u007f]/.test(name) && name !== 'newest' && name.isWellFormed());
        expect(find('GET', `/items/${encodeURIComponent(name)}`).params).toEqual({ id: name });
      }),
    );
  });

  test('of any length is looked at in no time', () => {
    const started = performance.now();
    expect(refusal('GET', '/items'.repeat(100_000)).status).toBe(404);
    expect(refusal('GET', `/items/${'%'.repeat(100_000)}`).status).toBe(400);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});

test.each<[string, Route[], RegExp]>([
  ['one path twice', [route('GET', '/a/:x', '1'), route('GET', '/a/:y', '2')], /two routes are GET a\/:/],
  ['one id twice', [route('GET', '/a', '1'), route('GET', '/b', '1')], /two routes are 1/],
  ['a slash at the end', [route('GET', '/a/')], /without a slash at its end/],
  ['no slash at the beginning', [route('GET', 'a')], /is none: a/],
  ['a parameter twice', [route('GET', '/:a/:a')], /names a parameter twice/],
])('a table with %s is refused', (_, routes, message) => {
  expect(() => compileRoutes(routes)).toThrow(message);
});
