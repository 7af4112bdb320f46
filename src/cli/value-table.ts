/** Results as tables for people; --json has them exactly. */
import type { Entry } from '../mill/model/artifact.ts';
import { ownMember } from '../values/own-member.ts';
import type { Output } from './output.ts';
import type { Column } from './table.ts';

/** Digits after the point: enough to read, and the same in every row of a column. */
const DIGITS = 4;

/** One value: a line for each member of an object or item of an array, or the value alone. */
export function printValue(value: unknown, output: Output): void {
  if (Array.isArray(value))
    printEntities(
      value.map((item: unknown, index) => [String(index + 1), item]),
      output,
      '#',
    );
  else if (!isObject(value)) output.line(cell(value));
  else
    output.table(
      [{ title: '' }, { title: '', align: isNumeric(Object.values(value)) ? 'right' : 'left', wraps: true }],
      Object.entries(value).map(([name, member]) => [name, cell(member)]),
    );
}

/** One line for each entity, one column for each member; where there is no room, the last members give way. */
export function printEntities(entries: readonly Entry[], output: Output, title = 'entity'): void {
  const members = [...new Set(entries.flatMap(([, value]) => (isObject(value) ? Object.keys(value) : [])))];
  const alone = entries.some(([, value]) => !isObject(value));
  const names = alone ? [] : members;
  const valuesOf = (value: unknown): unknown[] =>
    alone ? [value] : names.map((name) => (isObject(value) ? ownMember(value, name) : undefined));
  const columns = (alone ? ['value'] : names).map((name, index): Column => {
    const isNumber = isNumeric(entries.map(([, value]) => valuesOf(value)[index]));
    return { title: name, align: isNumber ? 'right' : 'left', cuts: !isNumber, yields: index };
  });
  output.table(
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
  return typeof value === 'string' ? value : JSON.stringify(value);
}
