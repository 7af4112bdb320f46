/** Asks a dataset's generator for its days and rows, one by one and fenced as all author code is: how many rows come, nobody knows before. */
import { type AuthorCode, authorCode, sayStray } from '../../process/author-code.ts';
import { toError, UserError } from '../../errors.ts';
import type { Dataset, GeneratedSource } from '../model/dataset.ts';
import { type Day, daysFrom } from '../../values/date.ts';
import { rowChecker } from './check-row.ts';

/** A row that fits the schema. */
export interface GeneratedRow {
  /** Undefined when the dataset names no ids. */
  readonly id: string | undefined;
  readonly value: unknown;
  /** The value as canonical JSON. */
  readonly json: string;
  /** For errors: `row 3`. */
  readonly where: string;
}

/**
 * The days from `from` to `to` (both included) that the generator is to be asked for, ascending.
 * @throws {UserError} BAD_SOURCE when its `days` throws
 */
export function generatedDays(
  { name }: Dataset,
  { first, last, days }: GeneratedSource<unknown>,
  { from, to }: { readonly from: Day; readonly to: Day },
): Day[] {
  const all = daysFrom(from < first ? first : from, last !== undefined && last < to ? last : to);
  if (days === undefined) return all;
  const code = codeOf(name);
  return all.filter((date) => {
    try {
      return code.run(() => days(date));
    } catch (thrown) {
      throw new UserError('BAD_SOURCE', `${name}: its generator, days(${date}): ${sentence(toError(thrown).message)}`, {
        cause: thrown,
      });
    }
  });
}

/**
 * A day's rows, each checked once it is asked for.
 * @throws {UserError} BAD_SOURCE, with dataset, row and day, when the generator throws or a row does not fit
 */
export async function* generatedRows(
  dataset: Dataset,
  { rows }: GeneratedSource<unknown>,
  date: Day,
): AsyncGenerator<GeneratedRow> {
  const code = codeOf(dataset.name);
  const check = rowChecker(dataset);
  let number = 1;
  const refuse = (reason: string, cause?: unknown): UserError =>
    new UserError('BAD_SOURCE', `${dataset.name}: its generator, row ${number}, of ${date}: ${sentence(reason)}`, {
      cause,
    });
  const asked = async <R>(call: () => R | Promise<R>): Promise<R> => {
    try {
      return await code.wait(call);
    } catch (thrown) {
      throw refuse(toError(thrown).message, thrown);
    }
  };
  const iterator = await asked(() => iteratorOf(rows(date)));
  let isOver = false;
  try {
    for (; ; number++) {
      // One that throws is over.
      isOver = true;
      const next = await asked(() => iterator.next());
      if (next.done === true) return;
      isOver = false;
      const found = check(next.value);
      if ('reason' in found) throw refuse(`${found.column === '' ? '' : `${found.column}: `}${found.reason}`);
      yield { ...found, where: `row ${number}` };
    }
  } finally {
    if (!isOver) await letGo(iterator, code);
  }
}

type Rows = Iterator<unknown> | AsyncIterator<unknown>;

/** @throws {TypeError} for what gives no rows */
function iteratorOf(rows: unknown): Rows {
  if (typeof rows === 'object' && rows !== null) {
    if (Symbol.asyncIterator in rows) return (rows as AsyncIterable<unknown>)[Symbol.asyncIterator]();
    if (Symbol.iterator in rows) return (rows as Iterable<unknown>)[Symbol.iterator]();
  }
  throw new TypeError('it gives no rows to go through. Let rows be function* (date) { … }, or async function*.');
}

/** As `for await` does when its body ends early: what is thrown here says less than what ended it. */
async function letGo(iterator: Rows, code: AuthorCode): Promise<void> {
  try {
    await code.wait(() => iterator.return?.());
  } catch {}
}

const sentence = (text: string): string => (/[.!?]$/u.test(text) ? text : `${text}.`);

const codeOf = (dataset: string): AuthorCode => {
  const name = `the generator of ${dataset}`;
  return authorCode({ name, onStray: sayStray(name) });
};
