/** Which route a request is for. The table is compiled once; finding takes time linear in the path, for each route of as many segments. */
import { HttpError } from './http-error.ts';
import type { Route } from './route.ts';

export interface Found {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** @throws {HttpError} 404, 405 with Allow, 400 for a path that does not decode. */
export type Find = (method: string, path: string) => Found;

interface Compiled {
  readonly route: Route;
  /** A name for a parameter, or a text. */
  readonly segments: readonly { readonly text: string; readonly isParameter: boolean }[];
}

/** @throws {Error} for a table that contradicts itself: that is no request's fault. */
export function compileRoutes(routes: readonly Route[]): Find {
  const byLength = new Map<number, Compiled[]>();
  const taken = new Set<string>();
  for (const route of routes) {
    const compiled = compile(route);
    const shape = `${route.method} ${compiled.segments.map(({ text, isParameter }) => (isParameter ? ':' : text)).join('/')}`;
    for (const name of [shape, route.id]) {
      if (taken.has(name)) throw new Error(`two routes are ${name}: ${route.path} is the second`);
      taken.add(name);
    }
    const { length } = compiled.segments;
    byLength.set(length, [...(byLength.get(length) ?? []), compiled]);
  }
  // What is named comes before what is any name.
  for (const list of byLength.values()) list.sort((left, right) => (kindsOf(left) < kindsOf(right) ? -1 : 1));
  return (method, path) => {
    const segments = decoded(path);
    const fitting = (byLength.get(segments.length) ?? []).filter((compiled) => fits(compiled, segments));
    if (fitting.length === 0) throw new HttpError(404, 'NOT_FOUND', 'There is nothing at this path.');
    const wanted = method === 'HEAD' ? 'GET' : method;
    const found = fitting.find(({ route }) => route.method === wanted);
    if (found === undefined) throw notAllowed(method, fitting);
    return { route: found.route, params: paramsOf(found, segments) };
  };
}

const SEGMENT = /^:?[A-Za-z0-9_.~-]+$/;

function compile(route: Route): Compiled {
  const parts = route.path.split('/').slice(1);
  if (!route.path.startsWith('/') || !parts.every((part) => SEGMENT.test(part)))
    throw new Error(
      `the path of route ${route.id} is none: ${route.path}. It is /segments/:parameters, without a slash at its end`,
    );
  const segments = parts.map((part) => ({ text: part.replace(/^:/, ''), isParameter: part.startsWith(':') }));
  const names = segments.filter(({ isParameter }) => isParameter).map(({ text }) => text);
  if (new Set(names).size < names.length) throw new Error(`the path of route ${route.id} names a parameter twice`);
  return { route, segments };
}

const kindsOf = ({ segments }: Compiled): string =>
  segments.map(({ isParameter }) => (isParameter ? '1' : '0')).join('');

function decoded(path: string): string[] {
  try {
    return path.split('/').slice(1).map(decodeURIComponent);
  } catch (cause) {
    throw new HttpError(400, 'BAD_PATH', 'The path has a % that begins no UTF-8 character: encode it.', { cause });
  }
}

/** No name: nothing, what a file system would make of it, or what no log can show. */
// oxlint-disable-next-line no-control-regex
const NO_NAME = /^\.{0,2}$|[\u0000-\u001f\u007f]/;

const fits = ({ segments }: Compiled, path: readonly string[]): boolean =>
  segments.every(({ text, isParameter }, index) => {
    const given = path[index] ?? '';
    return isParameter ? !NO_NAME.test(given) : given === text;
  });

const paramsOf = ({ segments }: Compiled, path: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    segments.flatMap(({ text, isParameter }, index) => (isParameter ? [[text, path[index] ?? '']] : [])),
  );

function notAllowed(method: string, fitting: readonly Compiled[]): HttpError {
  const methods = new Set(fitting.flatMap(({ route }) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method])));
  const allow = [...methods].sort().join(', ');
  return new HttpError(405, 'METHOD_NOT_ALLOWED', `${method} is not taken here: send ${allow}.`, {
    headers: { allow },
  });
}
