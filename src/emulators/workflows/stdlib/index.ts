/** Every function of the standard library that the emulator has, by its full name. */
import { base64, json, list, map, math } from './data.ts';
import type { StdlibFunction } from './define.ts';
import { expressionHelpers } from './expression-helpers.ts';
import { http } from './http.ts';
import { retry } from './retry.ts';
import { events, sys, uuid } from './sys.ts';
import { text } from './text.ts';
import { time } from './time.ts';

const MODULES = { base64, events, http, json, list, map, math, retry, sys, text, time, uuid };

export const STDLIB: ReadonlyMap<string, StdlibFunction> = new Map<string, StdlibFunction>([
  ...Object.entries(expressionHelpers),
  ...Object.entries(MODULES).flatMap(([module, functions]) =>
    Object.entries<StdlibFunction>(functions).map(([name, fn]): [string, StdlibFunction] => [`${module}.${name}`, fn]),
  ),
]);
