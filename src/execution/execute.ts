/** Runs one computation for one day: streams entities, checks the output, and leaves an artifact ready to be committed. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import { codeOf, speaksOfMemory, TerminalError, toError } from '../errors.ts';
import type { Artifact } from '../model/artifact.ts';
import { type Computation, type DayContext, isKeyed } from '../model/computation.ts';
import type { Entry } from './artifact-codec.ts';
import { artifactWriter, type ShardSink, writeArtifact } from './artifact-writer.ts';
import { type Breaker, type EntityError, openBreaker } from './breaker.ts';
import { FLUSH_HEAP_SHARE, STRIDE } from './limits.ts';
import { checkOutput, checkValue } from './validators.ts';

export interface ExecutionRequest {
  readonly computation: Computation;
  readonly context: DayContext;
  /** By the author's keys; datasets left out. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The dataset need's entities in key order, in chunks of any size; absent for `compute`. */
  readonly entities?: AsyncIterable<readonly Entry[]>;
  readonly sink: ShardSink;
  readonly now: () => number;
  readonly onProgress?: (entities: number) => void;
}

export interface Execution {
  readonly artifact: Artifact;
  /** Entities read. */
  readonly entities: number;
  readonly failedEntities: number;
  readonly errors: readonly EntityError[];
}

/**
 * @throws {TerminalError} COMPUTE_FAILED, OUTPUT_INVALID, QUALITY_CIRCUIT_BREAKER, SHARDING_LIMIT_EXCEEDED, TIMEOUT
 * @throws whatever speaks of memory as it is: the lifecycle decides where to try again.
 */
export async function execute(request: ExecutionRequest): Promise<Execution> {
  const { computation } = request;
  const breaker = openBreaker();
  let artifact: Artifact;
  switch (computation.work.shape) {
    case 'compute': {
      const { compute } = computation.work;
      const value = await authored(computation, async () =>
        withTimeout(computation, compute({ ...request.inputs }, request.context)),
      );
      artifact = await writeArtifact(checkOutput(computation, value), isKeyed(computation.output), request.sink);
      break;
    }
    case 'perEntity':
      artifact = await runPerEntity(request, computation.work.perEntity, breaker);
      break;
    case 'reduce':
      artifact = await runReduce(request, computation.work.reduce, breaker);
      break;
  }
  return { artifact, entities: breaker.tried, failedEntities: breaker.failures, errors: breaker.errors };
}

type PerEntity = Extract<Computation['work'], { shape: 'perEntity' }>['perEntity'];
type Reduce = Extract<Computation['work'], { shape: 'reduce' }>['reduce'];

async function runPerEntity(request: ExecutionRequest, perEntity: PerEntity, breaker: Breaker): Promise<Artifact> {
  const { computation, inputs, context } = request;
  const writer = artifactWriter(request.sink);
  await eachEntity(
    request,
    breaker,
    (id, entity) => {
      const value = perEntity(entity, { ...context, id, inputs });
      if (value !== undefined) writer.add(id, checkValue(computation, id, value));
    },
    async () => {
      if (writer.isFull() || heapShare() > FLUSH_HEAP_SHARE) await writer.flush();
    },
  );
  return writer.finish();
}

async function runReduce(request: ExecutionRequest, reduce: Reduce, breaker: Breaker): Promise<Artifact> {
  const { computation, inputs, context } = request;
  const day = { ...context, inputs };
  const accumulator = await authored(computation, () => reduce.init(day));
  // One context for all entities: a fresh object for each would be most of the garbage of a scan.
  const each = { ...day, id: '' };
  await eachEntity(request, breaker, (id, entity) => {
    each.id = id;
    reduce.add(accumulator, entity, each);
  });
  const value = await authored(computation, () => reduce.finish(accumulator, day));
  return writeArtifact(checkOutput(computation, value), isKeyed(computation.output), request.sink);
}

/** Calls `visit` for each entity, feeds the breaker, and lets timers run between strides. */
async function eachEntity(
  { computation, entities, now, onProgress }: ExecutionRequest,
  breaker: Breaker,
  visit: (id: string, entity: unknown) => void,
  betweenStrides?: () => Promise<void>,
): Promise<void> {
  if (entities === undefined) throw new Error(`${computation.name} streams a dataset, but was given no entities`);
  const deadline = now() + computation.timeoutSeconds * 1_000;
  for await (const chunk of entities) {
    for (let start = 0; start < chunk.length; start += STRIDE) {
      const end = Math.min(start + STRIDE, chunk.length);
      for (let index = start; index < end; index++) {
        const [id, entity] = chunk[index] as Entry;
        try {
          visit(id, entity);
        } catch (thrown) {
          if (codeOf(thrown) !== undefined || speaksOfMemory(toError(thrown).message)) throw thrown;
          breaker.failed(id, thrown);
          continue;
        }
        breaker.passed();
      }
      if (now() > deadline) throw timedOut(computation);
      await betweenStrides?.();
      onProgress?.(breaker.tried);
      await nextTurn();
    }
  }
  breaker.end();
}

/** What the author's code throws would be thrown again: computations are pure. Memory is the exception. */
async function authored<T>(computation: Computation, call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    const error = toError(thrown);
    if (codeOf(error) !== undefined || speaksOfMemory(error.message)) throw error;
    throw new TerminalError('COMPUTE_FAILED', `${computation.name}: ${error.name}: ${error.message}${whereIn(error)}`, {
      cause: error,
    });
  }
}

/** The first line of the stack that is not Node's: where to look. */
function whereIn(error: Error): string {
  const line = error.stack?.split('\n').find((text) => text.trimStart().startsWith('at ') && !text.includes('node:'));
  return line === undefined ? '' : ` (${line.trim()})`;
}

async function withTimeout<T>(computation: Computation, work: T | Promise<T>): Promise<T> {
  if (!(work instanceof Promise)) return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(timedOut(computation)), computation.timeoutSeconds * 1_000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export const timedOut = (computation: { readonly name: string; readonly timeoutSeconds: number }): TerminalError =>
  new TerminalError(
    'TIMEOUT',
    `${computation.name} did not end within ${computation.timeoutSeconds} s; look for a loop or a promise that never settles, or raise timeoutSeconds`,
  );

function heapShare(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used / limit;
}
