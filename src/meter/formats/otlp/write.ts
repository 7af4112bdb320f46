/** What an OTLP sender is answered, in the encoding of its request. */
import { PbfWriter } from 'pbf';
import type { OtlpEncoding } from './read.ts';

/** Codes of google.rpc.Status that we answer with. https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto */
export const STATUS_CODES = {
  INVALID_ARGUMENT: 3,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;
export type StatusCode = keyof typeof STATUS_CODES;

const encoder = new TextEncoder();

/**
 * ExportMetricsServiceResponse, for status 200: how many points were rejected, and why. With 0 a message is a warning; without one there is
 * nothing to say.
 */
export function writeExportResponse(encoding: OtlpEncoding, rejectedDataPoints: number, errorMessage = ''): Uint8Array {
  const isFull = rejectedDataPoints === 0 && errorMessage === '';
  if (encoding === 'json') {
    const partialSuccess = {
      ...(rejectedDataPoints === 0 ? {} : { rejectedDataPoints: String(rejectedDataPoints) }),
      ...(errorMessage === '' ? {} : { errorMessage }),
    };
    return encoder.encode(JSON.stringify(isFull ? {} : { partialSuccess }));
  }
  if (isFull) return new Uint8Array(0);
  const partial = new PbfWriter();
  if (rejectedDataPoints !== 0) partial.writeVarintField(1, rejectedDataPoints);
  if (errorMessage !== '') partial.writeStringField(2, errorMessage);
  const response = new PbfWriter();
  response.writeBytesField(1, partial.finish());
  return response.finish().slice();
}

/** google.rpc.Status, for every other status. */
export function writeStatus(encoding: OtlpEncoding, code: StatusCode, message: string): Uint8Array {
  if (encoding === 'json') return encoder.encode(JSON.stringify({ code: STATUS_CODES[code], message }));
  const status = new PbfWriter();
  status.writeVarintField(1, STATUS_CODES[code]);
  status.writeStringField(2, message);
  return status.finish().slice();
}
