/** What the methods of the Workflows and the Workflow Executions API work with. */
import type { State } from '../state.ts';
import type { Timers } from '../timers.ts';
import type { CallbackFault } from './faults.ts';
import type { Runner } from './runner.ts';
import type { Store } from './store.ts';

export interface Api {
  readonly state: State;
  readonly store: Store;
  readonly runner: Runner;
  readonly timers: Timers;
  /** Asked once for each callback that comes. */
  readonly callbackFault: () => CallbackFault;
}
