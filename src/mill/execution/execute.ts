/** Runs one computation for one day, and leaves an artifact ready to be committed. */
import { TerminalError } from '../../errors.ts';
import { type Computation, isKeyed } from '../model/computation.ts';
import { writeArtifact } from './artifact-writer.ts';
import { authored, authorCodeOf, timedOut } from './authored.ts';
import { freezeWindows } from './freeze.ts';
import type { JoinedEntry } from './join-by-key.ts';
import { type Execution, scan, type ScanCell, type ScanRequest } from './scan.ts';
import { checkOutput } from './validators.ts';

export interface ExecutionRequest extends ScanCell, Pick<ScanRequest, 'now' | 'heapShare' | 'onProgress'> {
  /** The dataset need's entities; absent for `compute`. */
  readonly entities?: AsyncIterable<readonly JoinedEntry[]>;
}

/**
 * @throws {TerminalError} COMPUTE_FAILED, REFUSED, OUTPUT_INVALID, QUALITY_CIRCUIT_BREAKER, SHARDING_LIMIT_EXCEEDED, TIMEOUT
 * @throws whatever speaks of memory as it is: the lifecycle decides where to try again.
 */
export async function execute(request: ExecutionRequest): Promise<Execution> {
  const { computation, entities, inputs, context, sink, now } = request;
  const { work } = computation;
  freezeWindows(computation.needs, inputs);
  if (work.shape === 'compute') {
    const startedMs = now();
    const code = authorCodeOf(request);
    const value = await authored(computation, code, () =>
      withTimeout(computation, work.compute({ ...inputs }, context)),
    );
    const checked = code.run(() => checkOutput(computation, value));
    const artifact = await writeArtifact(checked, isKeyed(computation.output), sink);
    return { artifact, entities: 0, failedEntities: 0, errors: [], kinds: [], seconds: (now() - startedMs) / 1_000 };
  }
  if (entities === undefined) throw new Error(`${computation.name} streams a dataset, but was given no entities`);
  const [result] = await scan({ ...request, cells: [request], entities });
  if (result instanceof TerminalError) throw result;
  if (result === undefined) throw new Error(`${computation.name} was scanned without a result`);
  return result;
}

function withTimeout<T>(computation: Computation, work: T | Promise<T>): T | Promise<T> {
  return work instanceof Promise ? inTime(computation, work) : work;
}

async function inTime<T>(computation: Computation, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut(computation)), computation.timeoutSeconds * 1_000);
    // A process that waits for nothing but this has hung: a simulation sees it at once.
    timer.unref();
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
