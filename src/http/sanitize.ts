/** Takes the keys out of parsed JSON by which a careless merge would change every object's prototype. */
import { HttpError } from './http-error.ts';

/** https://cheatsheetseries.owasp.org/cheatsheets/Prototype_Pollution_Prevention_Cheat_Sheet.html */
const KEYS = ['__proto__', 'constructor', 'prototype'] as const;

/** Objects and lists within each other: what reads them recursively has the stack for it. */
export const MAX_DEPTH = 64;
/** Paths that are told; all keys are removed. */
const MAX_PATHS = 20;
/** Of a path: it goes into a header. */
const MAX_PATH_CHARACTERS = 200;

interface Frame {
  readonly value: object;
  /** Of an object; undefined for a list. */
  readonly keys: readonly string[] | undefined;
  next: number;
}

/**
 * In place. The paths are JSON pointers as in a URI's fragment, in ASCII (https://www.rfc-editor.org/rfc/rfc6901#section-6).
 * @throws {HttpError} 400 for what is deeper than 64.
 */
export function sanitize(value: unknown): readonly string[] {
  const removed: string[] = [];
  const stack: Frame[] = [];
  const enter = (child: unknown): void => {
    if (typeof child !== 'object' || child === null) return;
    if (stack.length === MAX_DEPTH)
      throw new HttpError(
        400,
        'TOO_DEEP',
        `The JSON is nested deeper than ${MAX_DEPTH} at ${pointer(stack)}: flatten it.`,
      );
    const isList = Array.isArray(child);
    if (!isList) removeFrom(child as Record<string, unknown>, stack, removed);
    stack.push({ value: child, keys: isList ? undefined : Object.keys(child), next: 0 });
  };
  enter(value);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const { value: parent, keys } = top;
    const length = keys?.length ?? (parent as unknown[]).length;
    if (top.next === length) stack.pop();
    else {
      const key = keys?.[top.next] ?? top.next;
      top.next += 1;
      enter((parent as Record<string | number, unknown>)[key]);
    }
  }
  return removed;
}

function removeFrom(object: Record<string, unknown>, stack: readonly Frame[], removed: string[]): void {
  for (const key of KEYS) {
    if (!Object.hasOwn(object, key)) continue;
    delete object[key];
    if (removed.length < MAX_PATHS) removed.push(pointer(stack, key));
  }
}

/** Where the walk is: each frame has stepped past the child that it is in. */
function pointer(stack: readonly Frame[], last?: string): string {
  const steps = stack.map(({ keys, next }) => keys?.[next - 1] ?? String(next - 1));
  const path = [...steps, ...(last === undefined ? [] : [last])].map((step) => `/${escaped(step)}`).join('');
  return path.length <= MAX_PATH_CHARACTERS ? path : `${path.slice(0, MAX_PATH_CHARACTERS - 3)}...`;
}

const escaped = (step: string): string =>
  encodeURIComponent(step.slice(0, MAX_PATH_CHARACTERS).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'));
