/** Work that takes its time, whether anybody asks for it or not: https://google.aip.dev/151 */
import { ApiError } from '../../rest-server.ts';
import { after } from './events.ts';
import type { Json } from './json.ts';
import type { World } from './world.ts';

export interface Operation {
  readonly name: string;
  readonly metadata: Json;
  result?: { readonly response: Json } | { readonly error: { readonly code: number; readonly message: string } };
}

export interface Beginning {
  /** `run.googleapis.com` */
  readonly host: string;
  /** What its name begins with: `projects/acme/locations/europe-west1/operations`. */
  readonly under: string;
  readonly ms: number;
  /** Of the response: `google.cloud.run.v2.Service`. */
  readonly type: string;
  readonly metadata?: Json;
  /** Carries it out; called once, when its time has come. @throws {ApiError} what the operation fails with */
  readonly end: () => Json;
}

/** https://grpc.io/docs/guides/status-codes/ */
const CODES: Readonly<Record<string, number>> = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  FAILED_PRECONDITION: 9,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
};

const INTERNAL = 13;

/** Of a google.rpc.Status. */
export const codeOf = ({ status }: ApiError): number => CODES[status] ?? INTERNAL;

/** The operation, as its API answers with it. */
export function begin(world: World, { host, under, ms, type, metadata = {}, end }: Beginning): Json {
  const name = `${under}/${world.id()}`;
  const operation: Operation = { name, metadata };
  world.operations.set(`//${host}/${name}`, operation);
  after(world, ms * world.delays.operations, () => {
    operation.result = resultOf(type, end);
  });
  return answerOf(operation);
}

/** @throws {ApiError} NOT_FOUND */
export function operationAt(world: World, host: string, name: string): Json {
  const found = world.operations.get(`//${host}/${name}`);
  if (found === undefined) throw new ApiError('NOT_FOUND', `operation ${name} is not found`);
  return answerOf(found);
}

function answerOf({ name, metadata, result }: Operation): Json {
  const about = Object.keys(metadata).length === 0 ? {} : { metadata };
  return result === undefined ? { name, ...about } : { name, ...about, done: true, ...result };
}

function resultOf(type: string, end: Beginning['end']): NonNullable<Operation['result']> {
  try {
    return { response: { '@type': `type.googleapis.com/${type}`, ...end() } };
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    return { error: { code: codeOf(thrown), message: thrown.message } };
  }
}
