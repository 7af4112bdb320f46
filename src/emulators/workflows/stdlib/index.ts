/** Every function of the standard library that the emulator has, by its full name. */
import { base64 } from './base64.ts';
import { builtin } from './builtin.ts';
import type { StdlibFunction } from './define.ts';
import { events } from './events.ts';
import { http } from './http.ts';
import { json } from './json.ts';
import { list } from './list.ts';
import { map } from './map.ts';
import { math } from './math.ts';
import { retry } from './retry.ts';
import { sys } from './sys.ts';
import { text } from './text.ts';
import { time } from './time.ts';
import { uuid } from './uuid.ts';

const MODULES = { base64, events, http, json, list, map, math, retry, sys, text, time, uuid };

export const STDLIB: ReadonlyMap<string, StdlibFunction> = new Map<string, StdlibFunction>([
  ...Object.entries(builtin),
  ...Object.entries(MODULES).flatMap(([module, functions]) =>
    Object.entries<StdlibFunction>(functions).map(([name, fn]): [string, StdlibFunction] => [`${module}.${name}`, fn]),
  ),
]);
