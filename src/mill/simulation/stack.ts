/** Who calls: places in files on the stack, as far as they are somebody's. */
import { fileURLToPath } from 'node:url';
import { isOwn } from '../manifest/own-code.ts';
import { siblingUrl } from '../../process/sibling.ts';

/** A place on the stack; lines and columns count from 1. */
export interface Frame {
  readonly path: string;
  readonly line: number;
  readonly column: number;
}

export interface Caller {
  /** The whole stack: calls from one place have the same. */
  readonly key: string;
  /** Innermost first, Node's own left out; empty where Node alone calls, for somebody. */
  readonly frames: readonly Frame[];
}

/** Stack frames that are looked through for the author's. */
const FRAMES = 60;

/**
 * What these do is nobody's use: modules are found and loaded, the console looks at what it prints to, a schema checks a value.
 * What they call back is nearer to the tap than they are.
 */
const NOBODYS = /^node:internal\/(?:modules|console|tty|util\/colors|main|process\/esm_loader)\b|\/node_modules\/zod\//;

/** Node calls back from here what it was given: whose that is, it does not say. */
const CALLED_BACK = 'node:internal/(?:timers|process/task_queues)\\b';
const OF_NODE = new RegExp(`^node:(?!${CALLED_BACK.slice('node:'.length)})`);

/** How Node ends a process and talks to its parent, by members of `process` that are nobody else's. */
const NODES_OWN = /^node:internal\/(?:child_process|process\/(?:per_thread|promises|execution))\b/;

const file = (path: string): string => siblingUrl(path, import.meta.url).href;
/** They look at who calls. */
const TAPS = new Set([file('./taps'), file('./stack')]);
/** They need files, and the way to whoever opened the sandbox, and call no author code. */
const OURS = new Set([file('./simulation-process'), file('../manifest/import-guard')]);
/** What the executor uses itself, and where. */
const EXECUTORS: Readonly<Record<string, string>> = {
  setTimeout: file('../execution/execute'),
  'v8.getHeapStatistics': file('../execution/scan'),
};
/** Of who uses it; undefined when it is nobody's use. */
export function callerOf(what: string): Caller | undefined {
  const key = stackText();
  const frames: Frame[] = [];
  const nearest = innermost(key);
  if (OURS.has(nearest) || (nearest !== '' && EXECUTORS[what] === nearest)) return undefined;
  for (const [place, line, column] of placesOn(key)) {
    if (NOBODYS.test(place)) return frames.length === 0 ? undefined : { key, frames };
    if (place.startsWith('node:')) continue;
    const path = place.startsWith('file:') ? fileURLToPath(place) : place;
    // What runs author code is nobody to blame.
    if (isOwn(path)) continue;
    frames.push({ path, line: Number(line), column: Number(column) });
  }
  return { key, frames };
}

/** Whether Node itself asks, for purposes of its own. */
export const isOfNode = (): boolean => OF_NODE.test(innermost());

/** Whether Node is at work that only it can do. */
export const isNodesOwn = (): boolean => isOneOf(innermost());
const isOneOf = (place: string): boolean => NODES_OWN.test(place) || OURS.has(place);

const innermost = (stack = stackText()): string => placesOn(stack).next().value?.[0] ?? '';

/** From inside out, without the taps themselves. */
function* placesOn(stack: string): Generator<readonly [place: string, line: string, column: string], undefined> {
  for (const [, place = '', line = '', column = ''] of stack.matchAll(
    /((?:file:\/\/\/|node:|\/)[^\s()]+?):(\d+):(\d+)\)?$/gm,
  ))
    if (!TAPS.has(place)) yield [place, line, column];
}

const NativeError = Error;
const nodes: unknown = Reflect.get(NativeError, 'prepareStackTrace');

/** `Error.prepareStackTrace` may be the author's, and show what it likes. */
function stackText(): string {
  const limit = NativeError.stackTraceLimit;
  const authors: unknown = Reflect.get(NativeError, 'prepareStackTrace');
  Object.assign(NativeError, { stackTraceLimit: FRAMES, prepareStackTrace: nodes });
  const { stack = '' } = new NativeError('only for its stack');
  Object.assign(NativeError, { stackTraceLimit: limit, prepareStackTrace: authors });
  return stack;
}
