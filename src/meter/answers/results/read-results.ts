/** Results of computations, as far as an organization may see them. */
import { UserError } from '../../../errors.ts';
import { type Day, daysFrom } from '../../../values/date.ts';
import { didYouMean } from '../../../values/suggest.ts';
import type { ResultComputation, Results } from '../../ports/results.ts';
import { maySeeAny, maySeeEntity, type Seer } from './may-see.ts';

export interface ResultPorts {
  readonly results: Results;
}

export interface ResultPage {
  readonly computation: string;
  readonly date: Day;
  readonly hash: string;
  /** Of a keyed result. */
  readonly entities?: readonly { readonly id: string; readonly value: unknown }[];
  /** Of one that is not keyed. */
  readonly value?: unknown;
  /** The last id of the page, where there are more. */
  readonly next?: string;
}

/** Days of one range. */
export const MAX_RANGE_DAYS = 400;

export async function listComputations(seer: Seer, { results }: ResultPorts): Promise<ResultComputation[]> {
  return [...(await results.computations()).values()].filter((one) => maySeeAny(seer, one));
}

/** @throws {UserError} NOT_FOUND: also of what is not for this organization, which is not told */
async function computationOf(name: string, seer: Seer, { results }: ResultPorts): Promise<ResultComputation> {
  const all = await results.computations();
  const found = all.get(name);
  if (found !== undefined && maySeeAny(seer, found)) return found;
  const near = didYouMean(
    name,
    [...all.values()].filter((one) => maySeeAny(seer, one)).map((one) => one.name),
  );
  const own =
    seer.owner === undefined
      ? " Results of the project's own data are for the organization that collect.owner names."
      : '';
  throw new UserError(
    'NOT_FOUND',
    `There is no computation "${name}" with results for you.${near === undefined ? '' : ` Did you mean "${near}"?`}${own}`,
  );
}

/** Undefined where there is none of the day, or none for this organization. */
export async function readResult(
  {
    computation: name,
    date,
    after = '',
    limit,
  }: { computation: string; date: Day; after?: string | undefined; limit: number },
  seer: Seer,
  ports: ResultPorts,
): Promise<ResultPage | undefined> {
  const computation = await computationOf(name, seer, ports);
  const result = await ports.results.read(name, date);
  if (result === undefined) return undefined;
  const common = { computation: name, date, hash: result.hash };
  const entities: { id: string; value: unknown }[] = [];
  for await (const entries of result.entries(after))
    for (const [id, value] of entries) {
      if (!computation.keyed) return { ...common, value };
      if (id <= after || !maySeeEntity(seer, computation, id)) continue;
      if (entities.length === limit) return { ...common, entities, next: entities.at(-1)?.id ?? '' };
      entities.push({ id, value });
    }
  return { ...common, entities };
}

/** Undefined where there is none. */
export async function readEntity(
  { computation: name, date, id }: { readonly computation: string; readonly date: Day; readonly id: string },
  seer: Seer,
  ports: ResultPorts,
): Promise<{ readonly hash: string; readonly value: unknown } | undefined> {
  const computation = await computationOf(name, seer, ports);
  if (!maySeeEntity(seer, computation, id)) return undefined;
  const result = await ports.results.read(name, date);
  const value = await result?.entity(id);
  return result === undefined || value === undefined ? undefined : { hash: result.hash, value };
}

/** One entity, or one whole result, day by day; days without it are left out. */
export async function readRange(
  { computation: name, from, to, id }: { computation: string; from: Day; to: Day; id: string | undefined },
  seer: Seer,
  ports: ResultPorts,
): Promise<readonly { readonly date: Day; readonly value: unknown }[]> {
  const computation = await computationOf(name, seer, ports);
  if (computation.keyed && id === undefined)
    throw new UserError('BAD_ARGUMENT', `${name} has a value an entity: name one by entity=.`);
  if (to < from || daysFrom(from, to).length > MAX_RANGE_DAYS)
    throw new UserError('BAD_ARGUMENT', `from ${from} to ${to} are no days, or more than ${MAX_RANGE_DAYS}.`);
  const values: { date: Day; value: unknown }[] = [];
  for (const date of daysFrom(from, to)) {
    const value = computation.keyed
      ? (await readEntity({ computation: name, date, id: id ?? '' }, seer, ports))?.value
      : (await readResult({ computation: name, date, limit: 1 }, seer, ports))?.value;
    if (value !== undefined) values.push({ date, value });
  }
  return values;
}
