/** Values of results as rows: by the members that they have, formatted for reading; what is stored exactly is in their titles. */

/** Significant digits that a number is shown with. */
const DIGITS = 6;
/** Of a text or a nested value that is shown. */
const MAX_SHOWN = 80;
/** Rows that one value is spread over. */
export const MAX_ROWS = 300;

export interface Shown {
  readonly text: string;
  /** Exactly as it is stored, where `text` is less. */
  readonly exact?: string;
  readonly isNumber: boolean;
}

const WHOLE = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

export function show(value: unknown): Shown {
  if (typeof value === 'number') {
    const text = Number.isInteger(value) && Math.abs(value) < 1e15 ? WHOLE.format(value) : rounded(value);
    return text === String(value) ? { text, isNumber: true } : { text, exact: String(value), isNumber: true };
  }
  if (value === undefined || value === null) return { text: '–', isNumber: false };
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_SHOWN
    ? { text: `${text.slice(0, MAX_SHOWN)}…`, exact: text, isNumber: false }
    : { text, isNumber: false };
}

function rounded(value: number): string {
  const text = String(Number(value.toPrecision(DIGITS)));
  return text.includes('e') ? Number(text).toExponential() : text;
}

const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> => isTree(value) && !Array.isArray(value);

/** The members of all of them in the order in which they come up; undefined when one is no object. */
export function membersOf(values: readonly unknown[]): string[] | undefined {
  if (values.length === 0 || !values.every(isObject)) return undefined;
  return [...new Set(values.flatMap((value) => Object.keys(value)))];
}

export const memberOf = (value: unknown, name: string): unknown =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

export interface Leaf {
  /** `mean`, `hours.07`, `3`; empty for a value that has no members. */
  readonly path: string;
  readonly value: unknown;
}

/** A value down to its numbers and texts, in the order of its members; at most `MAX_ROWS`. */
export function leavesOf(value: unknown): Leaf[] {
  const found: Leaf[] = [];
  const walk = (each: unknown, path: string): void => {
    if (found.length >= MAX_ROWS) return;
    const entries = isTree(each) ? Object.entries(each) : [];
    if (entries.length === 0) found.push({ path, value: each });
    else for (const [name, member] of entries) walk(member, path === '' ? name : `${path}.${name}`);
  };
  walk(value, '');
  return found;
}

/** A list of objects reads best as a table; undefined for any other value. */
export function tableOf(
  value: unknown,
): { readonly members: readonly string[]; readonly rows: readonly unknown[] } | undefined {
  if (!Array.isArray(value) || value.length < 2) return undefined;
  const rows = value.slice(0, MAX_ROWS) as readonly unknown[];
  const members = membersOf(rows);
  return members === undefined ? undefined : { members, rows };
}

/** `+0.5`, `-1,200`: how a number moved. */
export function moved(delta: number): string {
  const { text } = show(delta);
  return delta > 0 ? `+${text}` : text;
}
