/** What a person does, on record: noted before it begins, and with its outcome once it is over, whatever that is. */
import { toError, UserError } from '../../../errors.ts';
import type { Clock, Log } from '../../../process/ports.ts';
import type { Acted, Action, ActionKind, ActionOutcome, Asking } from '../../model/action.ts';
import type { Actions } from '../../ports/actions.ts';

export interface RecordPorts {
  readonly actions: Actions;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly log: Log;
}

export interface Deed extends Asking {
  readonly what: ActionKind;
  readonly target: string;
}

const UNDER_WAY: ActionOutcome = { status: 'under way', text: '' };

/** By time first, so that ids are in order for people who look at the store. */
export const actionOf = (
  { what, target, by, reason }: Deed,
  { clock, newId }: Pick<RecordPorts, 'clock' | 'newId'>,
  outcome: ActionOutcome = UNDER_WAY,
): Action => {
  const atMs = clock.now();
  return { id: `${atMs}-${newId()}`, atMs, by, what, target, reason, outcome };
};

/** @throws what `act` throws, once that is on record; UNAVAILABLE, and nothing is done, where it cannot be noted. */
export async function recorded<T>(deed: Deed, ports: RecordPorts, act: () => Promise<Acted<T>>): Promise<Acted<T>> {
  const action = actionOf(deed, ports);
  await ports.actions.begin(action);
  try {
    const acted = await act();
    await end(action, { status: acted.changed ? 'done' : 'nothing', text: acted.text }, ports);
    return acted;
  } catch (thrown) {
    const { message } = toError(thrown);
    await end(action, { status: thrown instanceof UserError ? 'refused' : 'failed', text: message }, ports);
    throw thrown;
  }
}

/** What was done is done, also where its end cannot be written: the record then says that it is under way. */
async function end(action: Action, outcome: ActionOutcome, { actions, clock, log }: RecordPorts): Promise<void> {
  try {
    await actions.end(action.id, { ...outcome, text: withinRecord(outcome.text), endedMs: clock.now() });
  } catch (thrown) {
    log.warn({ event: 'action.unended', action: action.id, what: action.what }, toError(thrown).message);
  }
  log.info({ event: 'action', ...action, outcome: outcome.status }, `${action.by}: ${action.what} ${action.target}`);
}

/** Characters of an outcome: it is one line of a list. */
const OUTCOME_CHARACTERS = 1_000;

const withinRecord = (text: string): string =>
  text.length <= OUTCOME_CHARACTERS ? text : `${text.slice(0, OUTCOME_CHARACTERS - 1)}…`;
