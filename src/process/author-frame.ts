/** Where on a stack the author's code is: outside of packages, of Node and of Daymill itself. */
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A place in a file: modules are named by URL, CommonJS ones by path. */
const PLACE = /(?:^at |^at async |\()((?:file:\/\/)?\/[^()]*:\d+:\d+)\)?$/;

/** The folder of all our rooms. The bundled computations lie in it too, where this is a clone: they are an author's. */
const OURS = `${dirname(import.meta.dirname)}/`;
const BUNDLED = `${OURS}computations/`;

/** The innermost frame in the author's code, as V8 words it: `at compute (file:///…/a.ts:9:11)`. Undefined when there is none. */
export const authorFrame = (stack: string | undefined): string | undefined =>
  framesOf(stack).find((frame) => isAuthors(placeOfFrame(frame)));

/** `/…/a.ts:9:11` of a frame; undefined where it is in no file. */
export function placeOfFrame(frame: string): string | undefined {
  const place = PLACE.exec(frame)?.[1];
  if (place?.startsWith('file:') !== true) return place;
  const [, url = '', position = ''] = /^(.*?)(:\d+:\d+)$/.exec(place) ?? [];
  // A query tells versions of a module apart; it is no part of the path.
  return `${fileURLToPath(new URL(url))}${position}`;
}

export const framesOf = (stack: string | undefined): string[] =>
  (stack?.split('\n') ?? []).map((line) => line.trim()).filter((line) => line.startsWith('at '));

const isAuthors = (place: string | undefined): boolean =>
  place !== undefined && !place.includes('/node_modules/') && (!place.startsWith(OURS) || place.startsWith(BUNDLED));

/** Frames of a stack that are kept: what computes, prints or checks for the author may call deep. Node keeps ten. */
export const STACK_FRAMES = 50;

/** The stack of whoever calls, deeper than Node keeps it by itself. */
export function stackHere(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_FRAMES;
  const { stack = '' } = new Error('only for its stack');
  Error.stackTraceLimit = limit;
  return stack;
}
