/** Runs a computation through the real executor on fabricated days, and takes down what it did as one hash a day. */
import { codeOf, toError } from '../../errors.ts';
import { execute } from '../execution/execute.ts';
import { decodeEntries, decodeValue } from '../execution/artifact-codec.ts';
import type { Beside, JoinedEntry } from '../execution/join-by-key.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Computation, Work } from '../model/computation.ts';
import type { Day } from '../../values/date.ts';
import { hashOf, hashOfParts } from '../../values/hash.ts';
import { type FabricatedDay, type FabricatedInputs, historyOf } from './fabricate-days.ts';
import { inWords } from './in-words.ts';
import { DAY_HASH_LENGTH } from './limits.ts';
import type { RealDay } from './simulation-job.ts';

/** A short hash a day, in the order in which they were fabricated. Never throws for what the author's code does. */
export async function simulate(
  computation: Computation,
  { chains, pasts, beside }: FabricatedInputs,
): Promise<string[]> {
  const days: string[] = [];
  for (const [at, chain] of chains.entries()) {
    const results = new Map<Day, unknown>(pasts[at]?.map(({ date, value }) => [date, value]));
    for (const day of chain) {
      const hash = await simulateDay(computation, day, { results, beside });
      days.push(hash.slice(0, DAY_HASH_LENGTH));
    }
  }
  return days;
}

/** The sandbox has taps and listeners of its own, and takes what is left behind for a broken simulation. */
const ofTheProcess = (): void => {};

/** Hash of the stored result that it would be, or the words of its failure. */
export async function makeReal(computation: Computation, { date, inputs, entities, beside }: RealDay): Promise<string> {
  try {
    const { artifact } = await execute({
      computation,
      context: { date },
      inputs: { ...inputs },
      ...(computation.work.shape === 'compute' ? {} : { entities: inOneChunk(entities) }),
      beside,
      sink: ({ first, last, count }, index) => Promise.resolve({ first, last, count, id: String(index) }),
      now: () => 0,
      onStray: ofTheProcess,
    });
    return artifact.hash;
  } catch (thrown) {
    const error = toError(thrown);
    return `${codeOf(error) ?? error.name}: ${error.message}`;
  }
}

/** Hash of what came out; the result is added to `results`, for the days after it. */
async function simulateDay(
  computation: Computation,
  day: FabricatedDay,
  { results, beside }: { readonly results: Map<Day, unknown>; readonly beside: readonly Beside[] },
): Promise<string> {
  const seen: string[] = [];
  const watched: Computation = {
    ...computation,
    work: watchedWork(computation.work, (value) => seen.push(inWords(value))),
  };
  try {
    // The executor's time-outs are the worker's; the simulation has a budget of its own.
    const { artifact, entities, failedEntities, errors } = await execute({
      computation: watched,
      context: { date: day.date },
      inputs: fresh({ ...day.inputs, ...ownInputs(computation, day, results) }),
      ...(computation.work.shape === 'compute' ? {} : { entities: inOneChunk(day.entities.map(freshEntry)) }),
      beside,
      sink: ({ first, last, count }, index) => Promise.resolve({ first, last, count, id: String(index) }),
      now: () => 0,
      onStray: ofTheProcess,
    });
    results.set(day.date, valueOf(artifact));
    const failed = errors.map(({ id }) => id);
    return hashOfParts(['done', artifact.hash, String(entities), String(failedEntities), ...failed, ...seen]);
  } catch (thrown) {
    return hashOfParts(['threw', fingerprintOf(thrown), ...seen]);
  }
}

/** A copy of stored values that author code may change. */
const fresh = <T>(stored: T): T => JSON.parse(JSON.stringify(stored)) as T;

const freshEntry = ([id, ...values]: JoinedEntry): JoinedEntry => {
  const [entity, ...beside] = values.map((value) => (value === undefined ? undefined : fresh(value)));
  return [id, entity, ...beside];
};

/** What it returns is taken down before it is checked: two wrong results may be wrong in the same words. */
function watchedWork(work: Work, see: (value: unknown) => void): Work {
  switch (work.shape) {
    case 'compute':
      return {
        shape: 'compute',
        async compute(inputs, context) {
          const value = await work.compute(inputs, context);
          see(value);
          return value;
        },
      };
    case 'perEntity':
      return {
        shape: 'perEntity',
        perEntity(entity, context) {
          const value = work.perEntity(entity, context);
          see(value);
          return value;
        },
      };
    case 'reduce':
      return {
        shape: 'reduce',
        reduce: {
          ...work.reduce,
          finish(accumulator, context) {
            const value = work.reduce.finish(accumulator, context);
            see(value);
            return value;
          },
        },
      };
  }
}

function ownInputs(
  { needs }: Computation,
  { date, own, inputs: given }: FabricatedDay,
  results: ReadonlyMap<Day, unknown>,
): Record<string, unknown> {
  const inputs = Object.entries(needs).flatMap(([key, need]): [string, unknown][] => {
    if (need.kind === 'previous') {
      const result = own === undefined ? [...results.values()].at(-1) : own.value;
      if (need.seed === undefined) return [[key, result]];
      return [[key, result === undefined ? { seed: given[key] } : { result, seed: [] }]];
    }
    return need.kind === 'own-history' ? [[key, historyOf(results, date, need.days)]] : [];
  });
  return Object.fromEntries(inputs);
}

async function* inOneChunk(entities: readonly JoinedEntry[]): AsyncGenerator<readonly JoinedEntry[]> {
  yield entities;
}

/** As the next day reads it from storage. Results in shards are beyond what is fabricated. */
function valueOf(artifact: Artifact): unknown {
  const parts = 'parts' in artifact ? artifact.parts : [];
  if (artifact.keyed) return Object.fromEntries(parts.flatMap(({ data }) => decodeEntries(data)));
  const [only] = parts;
  return only === undefined ? undefined : decodeValue(only.data);
}

/** V8 words these errors by the names in the code, which a refactoring may change. */
const WORDED_BY_V8 = new Set(['TypeError', 'RangeError', 'ReferenceError', 'SyntaxError']);

/** What failed, without positions and local names. */
function fingerprintOf(thrown: unknown): string {
  const error = toError(thrown);
  const code = codeOf(error) ?? '';
  if (code === 'QUALITY_CIRCUIT_BREAKER') return code;
  if (!(error.cause instanceof Error)) return hashOf(`${code} ${error.name} ${error.message}`);
  const { name, message } = error.cause;
  return hashOf(`${code} ${name} ${WORDED_BY_V8.has(name) ? '' : message}`);
}
