/** Resources by name: looking for them, listing them, and what every resource has. */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt } from './json.ts';
import type { Need } from './method.ts';
import type { World } from './world.ts';

/** What lists have unless the caller says otherwise. */
const PAGE_SIZE = 100;

export const fullName = (host: string, name: string): string => `//${host}/${name}`;

/** @throws {ApiError} NOT_FOUND */
export function find(world: World, host: string, name: string): Json {
  const found = world.resources.get(fullName(host, name));
  if (found === undefined) throw new ApiError('NOT_FOUND', `Resource '${name}' was not found.`);
  return found;
}

export function put(world: World, host: string, name: string, resource: Json): Json {
  world.resources.set(fullName(host, name), resource);
  world.reserved.delete(fullName(host, name));
  return resource;
}

/** @throws {ApiError} ALREADY_EXISTS */
export function assertNew(world: World, host: string, name: string): void {
  if (world.resources.has(fullName(host, name)))
    throw new ApiError('ALREADY_EXISTS', `Resource '${name}' already exists.`);
}

/** @throws {ApiError} NOT_FOUND. Its policy goes with it. */
export function remove(world: World, host: string, name: string): Json {
  const found = find(world, host, name);
  world.resources.delete(fullName(host, name));
  world.grants.delete(fullName(host, name));
  return found;
}

/** All of a collection: `projects/acme/topics`. */
export const listIn = (world: World, host: string, collection: string): Json[] =>
  [...world.resources]
    .filter(
      ([name]) =>
        name.startsWith(fullName(host, `${collection}/`)) &&
        !name.slice(fullName(host, collection).length + 1).includes('/'),
    )
    .map(([, resource]) => resource);

/** One page, as `pageSize` and `pageToken` ask for it. @throws {ApiError} INVALID_ARGUMENT for a token that nobody gave out. */
export function pageOf(items: readonly unknown[], request: Json, member: string): Json {
  const size = Number(request['pageSize'] ?? 0) || PAGE_SIZE;
  const offset = Number(textAt(request, 'pageToken'));
  if (!Number.isSafeInteger(offset) || offset < 0) throw new ApiError('INVALID_ARGUMENT', 'Invalid page token.');
  const next = offset + size < items.length ? { nextPageToken: String(offset + size) } : {};
  return { [member]: items.slice(offset, offset + size), ...next };
}

/** A need of what the request names in `path`. */
export const needs =
  (host: string, permission: string, path = 'name') =>
  (request: Json): Need[] => [{ permission, on: fullName(host, textAt(request, path)) }];

/** Of the project, or of the location of it that `path` names. */
export const needsOfProject =
  (permission: string) =>
  (_request: Json, { projectId }: World): Need[] => [
    { permission, on: `//cloudresourcemanager.googleapis.com/projects/${projectId}` },
  ];

/** Changes with every write. */
export const etagOf = (world: World): string => `"${Buffer.from(world.id()).toString('base64').slice(0, 22)}"`;
