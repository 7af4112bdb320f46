/** The record of what people did. */
import type { Action, ActionOutcome } from '../model/action.ts';

export interface Actions {
  /** Before it is done, so that one that dies half-way is on record too. */
  begin(action: Action): Promise<void>;
  end(id: string, outcome: ActionOutcome): Promise<void>;
  /** The newest first. */
  newest(limit: number): Promise<Action[]>;
}
