/** Where two values differ, leaving room for the last digits, in which two correct summations do. */

/** Relative to the larger of the two, absolute below 1. */
const TOLERANCE = 1e-9;

/** A line for each path at which the two differ; nothing else than numbers has any room. */
export const differences = (actual: unknown, expected: unknown): string[] => [...walk(actual, expected, '')];

function* walk(actual: unknown, expected: unknown, path: string): Generator<string> {
  if (typeof actual === 'number' && typeof expected === 'number') {
    const scale = Math.max(1, Math.abs(actual), Math.abs(expected));
    if (!(Math.abs(actual - expected) <= TOLERANCE * scale)) yield `${path}: ${actual} is not ${expected}`;
  } else if (isObject(actual) && isObject(expected)) {
    for (const key of new Set([...Object.keys(actual), ...Object.keys(expected)])) {
      yield* walk(actual[key], expected[key], `${path}/${key}`);
    }
  } else if (actual !== expected) yield `${path}: ${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;
