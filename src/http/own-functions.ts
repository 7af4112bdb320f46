/** A project's own functions, which register themselves when their module is loaded. */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FUNCTIONS_MODULE } from '../config/own-functions.ts';

/** Nothing where there are none: the framework then says which function it did not find. */
export async function loadOwnFunctions(env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const file = join(resolve(env['DAYMILL_ROOT'] ?? ''), FUNCTIONS_MODULE);
  if (existsSync(file)) await import(pathToFileURL(file).href);
}
