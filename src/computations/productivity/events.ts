/** What programs sent to Daymill: commands that people ran, and runs of coding agents; of every organization, by day (UTC). */
import { collected } from '../../index.ts';

export const commands = collected('commands');
export const agents = collected('agents');
/** Figures that people send; `token-budget` is among them. */
export const figures = collected('productivity');

/** What the computations read of any event beside its own members. Other members of it are kept, and not looked at. */
export interface AnyEvent {
  readonly organization: string;
  readonly user_id?: string | undefined;
  readonly team_id?: string | undefined;
  readonly context?: Readonly<Record<string, unknown>> | undefined;
}

/** As long as a `team_id` may be. */
const MAX_NAME = 255;

/**
 * The team by which an event is counted: `team_id`; where that is absent `team_id` or `team` of its context. Empty, as no `team_id` is,
 * where none of them is a text of 1 to 255 characters.
 */
export function teamOf({ team_id, context }: AnyEvent): string {
  const said = [team_id, context?.['team_id'], context?.['team']];
  return said.find((name): name is string => typeof name === 'string' && name !== '' && name.length <= MAX_NAME) ?? '';
}
