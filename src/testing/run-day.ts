/** Runs a computation in a test, as a night would: the same executor, the same checks, and twice, to see whether it is pure. */
import { toError, UserError } from '../errors.ts';
import { decodeEntries, decodeValue } from '../mill/execution/artifact-codec.ts';
import { execute } from '../mill/execution/execute.ts';
import type { JoinedEntry } from '../mill/execution/join-by-key.ts';
import type { Part } from '../mill/model/artifact.ts';
import type { Computation } from '../mill/model/computation.ts';
import type { Dated, Needs } from '../mill/model/need.ts';
import { addDays, type Day, isDay } from '../values/date.ts';
import { type Checked, checkedInputs, type Given } from './given.ts';

/**
 * What the computation gives on `date` (`YYYY-MM-DD`), as it would be stored and read back. `given` holds what it reads, by the
 * names of its needs.
 * @throws {UserError} BAD_ARGUMENT when what is given does not fit the needs
 * @throws {Error} with the words of a night when the computation fails, an entity fails, a check of the output fails, or two runs
 * on the same inputs differ
 */
export async function runDay<T, N extends Needs>(
  computation: Computation<T, N>,
  date: string,
  given: Given<N, T>,
): Promise<T> {
  const { value } = await run(computation, assertDay(date), given);
  return value as T;
}

/**
 * A day after the other, each with the results of the days before it as the computation's own past. `days` are by date; they are
 * taken in the order of the calendar.
 * @throws as `runDay`, with the day
 */
export async function runDays<T, N extends Needs>(
  computation: Computation<T, N>,
  days: Readonly<Record<string, Given<N, T>>>,
): Promise<readonly Dated<T>[]> {
  const results: Dated<unknown>[] = [];
  for (const date of Object.keys(days).map(assertDay).sort()) {
    const given = withOwnPast(computation, date, results, days[date] as Record<string, unknown>);
    try {
      results.push({ date, value: (await run(computation, date, given)).value });
    } catch (thrown) {
      const error = toError(thrown);
      error.message = `${date}: ${error.message}`;
      throw error;
    }
  }
  return results as Dated<T>[];
}

interface Made {
  readonly value: unknown;
  /** Of the artifact: two results are one when these are. */
  readonly hash: string;
}

async function run(computation: Computation, date: Day, given: object): Promise<Made> {
  const checked = checkedInputs(computation, given as Record<string, unknown>);
  const made = await once(computation, date, checked);
  if (made.hash !== (await once(computation, date, checked)).hash)
    throw new Error(
      `${computation.name} gave two results for the same inputs: it may use neither clock nor chance, nor remember anything.`,
    );
  return made;
}

async function once(computation: Computation, date: Day, checked: Checked): Promise<Made> {
  const { inputs, entities, beside } = structuredClone(checked);
  const shards: Part[] = [];
  const strays: Error[] = [];
  const { artifact, errors, failedEntities } = await execute({
    computation,
    context: { date },
    inputs,
    ...(computation.work.shape === 'compute' ? {} : { entities: inOneChunk(entities) }),
    beside,
    sink: (part, index) => {
      shards.push(part);
      return Promise.resolve({ first: part.first, last: part.last, count: part.count, id: String(index) });
    },
    now: () => performance.now(),
    onStray: (error) => strays.push(error),
  });
  const [failed] = errors;
  if (failed !== undefined)
    throw new Error(
      `${computation.name}: ${failedEntities} of ${entities.length} entities failed; "${failed.id}": ${failed.message}`,
    );
  const [stray] = strays;
  if (stray !== undefined)
    throw new Error(`${computation.name} left something running that threw: ${stray.message}`, { cause: stray });
  const parts = 'parts' in artifact ? artifact.parts : shards;
  const value = artifact.keyed
    ? Object.fromEntries(parts.flatMap(({ data }) => decodeEntries(data)))
    : decodeValue((parts[0] as Part).data);
  return { value, hash: artifact.hash };
}

async function* inOneChunk(entities: readonly JoinedEntry[]): AsyncGenerator<readonly JoinedEntry[]> {
  yield entities;
}

/** What is given, and of its own past what is not. */
function withOwnPast(
  { needs }: Computation,
  date: Day,
  results: readonly Dated<unknown>[],
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const own = Object.entries(needs).flatMap(([key, need]): [string, unknown][] => {
    const before = results.at(-1)?.value;
    if (need.kind === 'previous')
      return [[key, need.seed === undefined ? before : { result: before, ...(given[key] as object | undefined) }]];
    if (need.kind !== 'own-history') return [];
    return [[key, results.filter((each) => each.date >= addDays(date, -need.days))]];
  });
  const isSeeded = (key: string): boolean => needs[key]?.kind === 'previous' && needs[key].seed !== undefined;
  const merged = own.filter(([key]) => isSeeded(key));
  return { ...Object.fromEntries(own), ...given, ...Object.fromEntries(merged) };
}

function assertDay(date: string): Day {
  if (isDay(date)) return date;
  throw new UserError('BAD_ARGUMENT', `"${date}" is not a day. Write it as 2026-05-01.`);
}
