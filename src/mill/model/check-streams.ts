/** What a computation streams: one dataset, with other datasets and results joined to its entities. */
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import type { DatasetNeed, JoinedNeed, Needs } from './need.ts';

/** @throws {UserError} BAD_DEFINITION, naming the computation and what to change. */
export function checkStreams(name: string, shape: 'compute' | 'perEntity' | 'reduce', needs: Needs): void {
  const wrong = (what: string): UserError => new UserError('BAD_DEFINITION', `${name}: ${what}`);
  const all = Object.values(needs);
  const streams = all.filter((need): need is DatasetNeed => need?.kind === 'dataset');
  const beside = all.filter((need): need is JoinedNeed => need?.kind === 'joined');
  if (shape === 'compute' && streams.length > 0)
    throw wrong('a dataset is streamed, so use perEntity or reduce instead of compute.');
  if (streams.length === 0 && beside.length > 0)
    throw wrong(
      'joined(…) comes beside the entities of a dataset that is streamed, and it streams none. ' +
        'Name the one to go through with dataset(…), and use perEntity or reduce; what is wanted whole is a document(…).',
    );
  if (shape !== 'compute' && streams.length !== 1)
    throw wrong(
      `${shape} streams one dataset, but its needs name ${streams.length}.` +
        (streams.length > 1 ? ' Stream the one to go through, and join the others by entity: joined(…).' : ''),
    );
  const [streamed] = streams;
  if (streamed !== undefined) for (const { of } of beside) checkJoin(streamed.of, of, wrong);
}

/** What is neither a dataset of entities nor a computation is told later, with its place. */
function checkJoin(streamed: DatasetNeed['of'], of: JoinedNeed['of'], wrong: (what: string) => UserError): void {
  if (streamed?.kind !== 'entities' || (of?.kind !== 'entities' && of?.kind !== 'computation')) return;
  if (of.kind === 'computation') {
    if (!(of.output instanceof z.ZodRecord))
      throw wrong(
        `${of.name} makes one result a day, not one an entity, so there is nothing to join: read it with dependency(${of.name}).`,
      );
    if (streamed.id !== undefined) return;
    throw wrong(
      `results are joined by the ids of entities, and those of ${streamed.name} are mere row numbers. Say what an entity's id is: id: (entity) => …`,
    );
  }
  if (of.name === streamed.name)
    throw wrong(
      `it streams ${of.name} and joins the same to it. For what an entity was on the day before: dataset(${of.name}, { dayBefore: true }).`,
    );
  const nameless = [streamed, of].find((one) => one.id === undefined);
  if (nameless !== undefined)
    throw wrong(
      `entities are joined by their ids, and those of ${nameless.name} are mere row numbers. Say what an entity's id is: id: (entity) => …`,
    );
}
