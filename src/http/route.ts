/** A table's row: one method and path of the API, what it takes and answers, and who may ask. */
import type { IncomingHttpHeaders } from 'node:http';
import type { z } from 'zod';
import type { Organization } from '../meter/model/organization.ts';
import type { Role } from '../meter/model/role.ts';
import type { Log, SteadyClock } from '../process/ports.ts';

/**
 * How errors are written: as RFC 9457's problem, as OTLP's google.rpc.Status, as text, which Prometheus logs, or as its query API has them.
 */
export type Shape = 'problem' | 'otlp' | 'prometheus' | 'query';

/** A body that the route reads itself, once it is whole and decompressed. */
export interface RawBody {
  readonly raw: true;
  /** Without parameters, in lower case. */
  readonly contentTypes: readonly string[];
  /** As sent; 32 MiB when absent. */
  readonly maxBytes?: number;
  /** 64 MiB when absent. */
  readonly maxDecompressedBytes?: number;
}

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** A segment that begins with a colon is a parameter: `/api/metrics/sessions/:sessionId`. */
  readonly path: string;
  /** Unique: OpenAPI's operationId, and the route's name in the log. */
  readonly id: string;
  readonly summary: string;
  readonly tag: string;
  /** A route for anyone is asked without a token: its `Asked` has an empty organization and subject, and the least role. */
  readonly role: Role | 'anyone';
  /** Which of the organization's rates a request is counted against. */
  readonly quota: 'single' | 'batch' | 'read' | 'none';
  readonly shape: Shape;
  readonly body?: z.ZodType | RawBody;
  /** Of a JSON body as sent; 32 MiB when absent. */
  readonly maxBytes?: number;
  /** Of an object of strings; a parameter that comes several times is a list. */
  readonly query?: z.ZodType;
  readonly answers: Readonly<Record<number, { readonly description: string; readonly schema?: z.ZodType }>>;
  /** Its answer goes on for as long as its reader stays: it takes no place among requests, and its token may stand in the URL. */
  readonly isStream?: boolean;
  /** Its answer is compressed for who takes that. */
  readonly isPacked?: boolean;
  handle(asked: Asked): Promise<Reply>;
}

export interface Asked {
  readonly organization: Organization;
  readonly role: Role;
  readonly subject: string;
  /** See `Caller`. */
  readonly teams: readonly string[] | undefined;
  /** Percent-decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** What the route's schema made of the JSON, or the bytes of a raw one; undefined where the route takes none. */
  readonly body: unknown;
  /** Without parameters, in lower case; empty when there is none. */
  readonly contentType: string;
  /** JSON pointers, as in a URI's fragment, of keys that were taken out of the body, at most 20. */
  readonly removedKeys: readonly string[];
  readonly receivedAtMs: number;
  /** Aborted when the client goes away before it is answered. */
  readonly signal: AbortSignal;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; or a Uint8Array, or an AsyncIterable of them that is written as it is read, for which the headers name the type. */
  readonly body?: unknown;
}

/** Who asks: what authentication found. */
export interface Caller {
  readonly organization: Organization;
  readonly role: Role;
  readonly subject: string;
  /** Whose events alone they see, as their token says; of all when it says nothing. */
  readonly teams?: readonly string[] | undefined;
}

export interface Doors {
  /** @throws {HttpError} 401 */
  authenticate(headers: IncomingHttpHeaders): Promise<Caller>;
  /** @throws {HttpError} 429 */
  spend(caller: Caller, route: Route): Promise<void>;
  readonly clock: SteadyClock;
  readonly log: Log;
  /** @throws {RetryableError} SHUTTING_DOWN when the process takes no more. */
  whileServing<T>(act: () => Promise<T>): Promise<T>;
}

export const isRaw = (body: Route['body']): body is RawBody => body !== undefined && 'raw' in body;
