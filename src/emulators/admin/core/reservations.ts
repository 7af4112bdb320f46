/** Names of resources that are being made: nobody else may take them, and nothing is there yet. */
import { ApiError } from '../../rest-server.ts';
import { assertNew, fullName } from './resources.ts';
import type { World } from './world.ts';

/** Until the resource is put there. @throws {ApiError} ALREADY_EXISTS */
export function reserve(world: World, host: string, name: string): void {
  assertNew(world, host, name);
  if (world.reserved.has(fullName(host, name)))
    throw new ApiError('ALREADY_EXISTS', `Resource '${name}' already exists: it is being made.`);
  world.reserved.add(fullName(host, name));
}
