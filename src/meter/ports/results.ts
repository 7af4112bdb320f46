/** What the mill has made, as the meter is asked for it. */
import type { Day } from '../../values/date.ts';

export interface ResultComputation {
  readonly name: string;
  readonly description: string | undefined;
  /** A value an entity; otherwise one a day. */
  readonly keyed: boolean;
  /**
   * Made of what was collected: its entities begin with their organization, `acme/…`. What is made of the project's own data is the
   * owner's alone.
   */
  readonly isCollected: boolean;
}

export interface Result {
  readonly hash: string;
  /** Entities of a keyed one. */
  readonly count: number;
  /** In the order of ids; of one that is not keyed a single entry, with the id ''. Those after `after`, when it is given. */
  entries(after?: string): AsyncIterable<readonly (readonly [id: string, value: unknown])[]>;
  /** Of a keyed one; a read or two, however many there are. */
  entity(id: string): Promise<unknown>;
}

export interface Results {
  /** By name. Empty where nothing was ever planned. */
  computations(): Promise<ReadonlyMap<string, ResultComputation>>;
  /** The last good one; undefined where there is none. @throws {RetryableError} UNAVAILABLE */
  read(computation: string, day: Day): Promise<Result | undefined>;
}
