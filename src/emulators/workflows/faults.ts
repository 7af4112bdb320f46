/** What may go wrong with a callback on its way to the workflow, as data: each draw depends on the seed and the count of calls. */
import { ApiError } from '../rest-server.ts';
import { seededRandom } from '../seeded-random.ts';

export interface WorkflowsFaults {
  readonly seed: number;
  /** Probability that a callback is refused with 503 and not taken. */
  readonly refused?: number;
  /** Probability that a callback is taken and its answer lost: the caller sees 503. */
  readonly unanswered?: number;
}

/** What one callback is to suffer. */
export interface CallbackFault {
  readonly before?: ApiError;
  readonly after?: ApiError;
}

export function planCallbackFaults(faults: WorkflowsFaults | undefined): () => CallbackFault {
  if (faults === undefined) return () => ({});
  const { seed, refused = 0, unanswered = 0 } = faults;
  const random = seededRandom(seed);
  return () => {
    const [before, after] = [random() < refused, random() < unanswered];
    return {
      ...(before ? { before: new ApiError('UNAVAILABLE', 'Fault plan: the callback was refused') } : {}),
      ...(after ? { after: new ApiError('UNAVAILABLE', 'Fault plan: the answer to the callback was lost') } : {}),
    };
  };
}
