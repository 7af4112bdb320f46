/** The timeline of a dispatch, as GET /api/mill/runs/:id/timeline answers it. */
import type { RunRow } from '../../mill/answers/run-row.ts';
import type { AttemptRow } from '../../mill/answers/attempt-row.ts';

export interface TimelineTask {
  readonly id: string;
  readonly computation: string;
  /** How many it makes. */
  readonly cells: number;
  readonly tier: string;
  readonly status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  readonly createdMs: number;
  /** Oldest first. */
  readonly attempts: readonly {
    readonly startedMs: number;
    readonly endedMs?: number;
    readonly end?: NonNullable<AttemptRow['end']>;
    readonly worker: string;
    readonly tier: string;
    readonly coldStart?: boolean;
  }[];
  /** Tasks of the dispatch that it waited for. */
  readonly reads: readonly string[];
}

export interface Timeline {
  readonly run: RunRow;
  /** Waves of the dispatch, oldest first. */
  readonly runs: readonly RunRow[];
  readonly tasks: readonly TimelineTask[];
  /** Ids of the tasks that decided how long it took, in the order of time. */
  readonly critical: readonly string[];
}
