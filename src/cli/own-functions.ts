/** The project's own functions, held against what its settings say of them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../config/config.ts';
import { FUNCTIONS_MODULE } from '../config/own-functions.ts';
import { toError, UserError } from '../errors.ts';

/** Loads their module, and with it whatever it does when it is loaded. @throws {UserError} naming a function that nothing registers */
export async function assertOwnFunctions({ functions, root }: Pick<Config, 'functions' | 'root'>): Promise<void> {
  if (functions.length === 0) return;
  const file = join(root, FUNCTIONS_MODULE);
  const listed = functions.map(({ name }) => name).join(', ');
  if (!existsSync(file))
    throw new UserError(
      'MISSING_FILE',
      `There is no ${FUNCTIONS_MODULE}, which registers the functions of the settings: ${listed}.`,
    );
  try {
    await import(pathToFileURL(file).href);
  } catch (thrown) {
    throw new UserError('BAD_ARGUMENT', `${FUNCTIONS_MODULE}:1: it cannot be loaded: ${toError(thrown).message}`, {
      cause: thrown,
    });
  }
  const { getFunction } = await import('@google-cloud/functions-framework/testing');
  for (const { name } of functions) {
    if (isRegistered(name, getFunction)) continue;
    throw new UserError(
      'BAD_ARGUMENT',
      `${FUNCTIONS_MODULE}:1: nothing registers ${name}, which the settings list. Write http('${name}', (request, response) => …), with http of @google-cloud/functions-framework.`,
    );
  }
}

/** The framework throws of what it does not know. */
function isRegistered(name: string, getFunction: (name: string) => unknown): boolean {
  try {
    return getFunction(name) !== undefined;
  } catch {
    return false;
  }
}
