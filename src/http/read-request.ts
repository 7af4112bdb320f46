/** What a route is given of a request: its content type checked, its body read and parsed, and what it must fit. */
import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { toError } from '../errors.ts';
import { MAX_BODY_BYTES, MAX_DECOMPRESSED_BYTES, readBody } from './body.ts';
import { type FieldError, HttpError } from './http-error.ts';
import { jsonErrorPosition } from './json-position.ts';
import { isRaw, type Route } from './route.ts';
import { sanitize } from './sanitize.ts';

const JSON_TYPE = 'application/json';
/** What is wrong that is told at once. */
const MAX_ERRORS = 20;

export interface ReadRequest {
  readonly body: unknown;
  readonly removedKeys: readonly string[];
  /** Of the body, decompressed. */
  readonly bytes: number;
}

/** `application/json; charset=utf-8` is `application/json`. */
export const mediaType = (header: string | undefined): string => (header?.split(';', 1)[0] ?? '').trim().toLowerCase();

/** @throws {HttpError} 400, 413, 415, 503 @throws {ClientGoneError} */
export async function readRequest(
  route: Route,
  request: IncomingMessage,
  grow: (bytes: number) => void,
): Promise<ReadRequest> {
  const { body } = route;
  if (body === undefined) return { body: undefined, removedKeys: [], bytes: 0 };
  if (isRaw(body)) {
    checkType(request, body.contentTypes);
    const bytes = await readBody(request, {
      maxBytes: body.maxBytes ?? MAX_BODY_BYTES,
      maxDecompressedBytes: body.maxDecompressedBytes ?? MAX_DECOMPRESSED_BYTES,
      leavesSnappy: true,
      grow,
    });
    return { body: bytes, removedKeys: [], bytes: bytes.length };
  }
  if (hasBody(request)) checkType(request, [JSON_TYPE]);
  const maxBytes = route.maxBytes ?? MAX_BODY_BYTES;
  // JSON shrinks tenfold and more: what may come plain in so many bytes may be twice as long when compressed.
  const limits = {
    maxBytes,
    maxDecompressedBytes: Math.min(2 * maxBytes, MAX_DECOMPRESSED_BYTES),
    leavesSnappy: false,
  };
  const bytes = await readBody(request, { ...limits, grow });
  const parsed = bytes.length === 0 ? undefined : parseJson(bytes);
  const removedKeys = sanitize(parsed);
  return { body: fit(body, parsed, 'body'), removedKeys, bytes: bytes.length };
}

/** A request without a body needs no type; what a schema says of nothing is another matter. */
const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;

function checkType({ headers }: IncomingMessage, taken: readonly string[]): void {
  const given = mediaType(headers['content-type']);
  const charset = /;\s*charset="?([^";\s]*)/i.exec(headers['content-type'] ?? '')?.[1]?.toLowerCase();
  const accept = { headers: { accept: taken.join(', ') } };
  if (!taken.includes(given)) {
    const what = given === '' ? 'There is no Content-Type' : `Content-Type "${given.slice(0, 100)}" is not read here`;
    throw new HttpError(415, 'UNSUPPORTED_TYPE', `${what}: send ${taken.join(' or ')}.`, accept);
  }
  if (charset !== undefined && !/^(utf-?8|us-ascii)$/.test(charset))
    throw new HttpError(415, 'UNSUPPORTED_TYPE', `Text is read as UTF-8, not as ${charset.slice(0, 50)}.`, accept);
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** @throws {HttpError} 400 that says where; what was sent is not repeated. */
export function parseJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch (cause) {
    throw new HttpError(400, 'BAD_JSON', 'The body is no JSON: it is not in UTF-8.', { cause });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new HttpError(400, 'BAD_JSON', `The body is no JSON: ${whereIn(text, toError(cause))}.`, { cause });
  }
}

function whereIn(text: string, error: Error): string {
  const at = positionIn(text);
  if (at === undefined) return error.name;
  if (at >= text.length) return `it ends at position ${at}, where more has to come`;
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  return `what is at position ${at} (line ${line}, column ${at - before.lastIndexOf('\n')}) may not stand there`;
}

/** A string of millions of escapes is more than the regular expression's stack holds. */
function positionIn(text: string): number | undefined {
  try {
    return jsonErrorPosition(text);
  } catch {
    return undefined;
  }
}

/** A parameter that comes several times is a list. @throws {HttpError} 400 */
export function checkQuery(schema: z.ZodType | undefined, query: URLSearchParams): void {
  if (schema === undefined) return;
  const given = new Map<string, string | string[]>();
  for (const [name, value] of query) {
    const before = given.get(name);
    if (before === undefined) given.set(name, value);
    else if (typeof before === 'string') given.set(name, [before, value]);
    else before.push(value);
  }
  fit(schema, Object.fromEntries(given), 'query');
}

function fit(schema: z.ZodType, value: unknown, what: 'body' | 'query'): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  const errors: FieldError[] = issues
    .slice(0, MAX_ERRORS)
    .map(({ path, message }) => ({ path: path.map(String).join('.').slice(0, 200), message: message.slice(0, 500) }));
  const rest = issues.length > MAX_ERRORS ? ` The first ${MAX_ERRORS} of ${issues.length} are listed.` : '';
  const code = what === 'body' ? 'BAD_BODY' : 'BAD_QUERY';
  throw new HttpError(400, code, `The ${what} does not fit; errors says where.${rest}`, { errors });
}
