/** All families of forms. */
import type { Form } from '../form.ts';
import { BINDINGS } from './bindings.ts';
import { CLASSES } from './classes.ts';
import { COMMONJS } from './commonjs.ts';
import { DYNAMIC } from './dynamic.ts';
import { EFFECTS } from './effects.ts';
import { GLOBALS } from './globals.ts';
import { INITIALISERS } from './initialisers.ts';
import { JSON_FORMS } from './json.ts';
import { NAMES } from './names.ts';
import { PACKAGES } from './packages.ts';
import { REFLECTION } from './reflection.ts';
import { REPORTED } from './reported.ts';
import { RESOLUTION } from './resolution.ts';
import { SYNTAX } from './syntax.ts';

export const FAMILIES: readonly (readonly Form[])[] = [
  INITIALISERS,
  JSON_FORMS,
  COMMONJS,
  PACKAGES,
  DYNAMIC,
  CLASSES,
  GLOBALS,
  NAMES,
  BINDINGS,
  SYNTAX,
  EFFECTS,
  REPORTED,
  RESOLUTION,
  REFLECTION,
];
