/** A task, as GET /api/mill/tasks/:id answers it. */
import type { AttemptRow } from '../../mill/answers/attempt-row.ts';

interface Failure {
  readonly code: string;
  readonly message: string;
}

export interface TaskAttempt extends AttemptRow {
  /** `[seconds since it began, resident MiB, heap MiB]`, oldest first. */
  readonly readings?: readonly (readonly [number, number, number])[];
}

export interface TaskAnswer {
  readonly task: {
    readonly id: string;
    readonly runId: string;
    readonly dispatchId: string;
    readonly pass: number;
    readonly computation: string;
    readonly chained: boolean;
    readonly resources: string;
    readonly createdMs: number;
    readonly status: 'PENDING' | 'IN_PROGRESS' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
    readonly lastError?: Failure;
    readonly outgrown?: readonly { readonly tier: string; readonly because: string; readonly rssMB?: number }[];
    readonly deadLetter?: { readonly status: 'OPEN' | 'REPLAYED' | 'DROPPED'; readonly replayRunId?: string };
  };
  /** Oldest first. */
  readonly attempts: readonly TaskAttempt[];
  /** What a process of its tier may take. */
  readonly tierMB?: number;
  /** What the task was expected to take. */
  readonly predictedMB?: number;
  readonly cells: readonly {
    readonly computation: string;
    readonly date: string;
    readonly status?: string;
    readonly seconds?: number;
    readonly error?: Failure;
  }[];
  /** Where it would be tried next, when it runs out of memory. */
  readonly nextTier?: string;
}
