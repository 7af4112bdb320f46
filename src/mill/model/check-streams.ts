/** What a computation streams: one dataset, with others joined to its entities. */
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

/** What is no dataset of entities is told later, with its place. */
function checkJoin(streamed: DatasetNeed['of'], of: JoinedNeed['of'], wrong: (what: string) => UserError): void {
  if (streamed?.kind !== 'entities' || of?.kind !== 'entities') return;
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
