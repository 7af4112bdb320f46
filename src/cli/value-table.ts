/** Results as tables for people; --json has them exactly. */
import type { Entry } from '../mill/model/artifact.ts';
import { ownMember } from '../values/own-member.ts';
import { table } from './table.ts';

/** Digits after the point: enough to read, and the same in every row of a column. */
const DIGITS = 4;

/** What is longer is cut: a table is for looking, not for copying. */
const MAX_CELL = 60;

/** One value: a line for each member of an object or item of an array, or the value alone. */
export function valueTable(value: unknown): string[] {
  if (Array.isArray(value))
    return entityTable(
      value.map((item: unknown, index) => [String(index + 1), item]),
      '#',
    );
  if (!isObject(value)) return [cell(value)];
  const rows = Object.entries(value).map(([name, member]) => [name, cell(member)]);
  return table([{ title: '' }, { title: '', align: isNumeric(Object.values(value)) ? 'right' : 'left' }], rows).slice(
    1,
  );
}

/** One line for each entity, one column for each member. */
export function entityTable(entries: readonly Entry[], title = 'entity'): string[] {
  const members = [...new Set(entries.flatMap(([, value]) => (isObject(value) ? Object.keys(value) : [])))];
  const alone = entries.some(([, value]) => !isObject(value));
  const names = alone ? [] : members;
  const valuesOf = (value: unknown): unknown[] =>
    alone ? [value] : names.map((name) => (isObject(value) ? ownMember(value, name) : undefined));
  const columns = (alone ? ['value'] : names).map((title, index) => ({
    title,
    align: isNumeric(entries.map(([, value]) => valuesOf(value)[index])) ? ('right' as const) : ('left' as const),
  }));
  return table(
    [{ title }, ...columns],
    entries.map(([key, value]) => [key, ...valuesOf(value).map(cell)]),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isNumeric = (values: readonly unknown[]): boolean =>
  values.every((value) => typeof value === 'number' || value === null || value === undefined);

/** As it stands in a table. */
export function cell(value: unknown): string {
  if (value === undefined) return '';
  if (value === null) return '-';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(DIGITS);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > MAX_CELL ? `${text.slice(0, MAX_CELL - 1)}…` : text;
}
