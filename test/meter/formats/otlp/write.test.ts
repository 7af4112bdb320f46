/** Answers to OTLP senders. */
import { describe, expect, test } from 'vitest';
import { writeExportResponse, writeStatus } from '../../../../src/meter/formats/otlp/write.ts';
import { messageType } from './schema.ts';

const decoded = (name: string, bytes: Uint8Array): unknown => {
  const type = messageType(name);
  return type.toObject(type.decode(bytes), { longs: String });
};
const json = (bytes: Uint8Array): unknown => JSON.parse(Buffer.from(bytes).toString());

describe('the response', () => {
  test.each([
    [0, '', {}],
    [3, 'too old', { partialSuccess: { rejectedDataPoints: '3', errorMessage: 'too old' } }],
    [0, 'a warning', { partialSuccess: { errorMessage: 'a warning' } }],
  ])('of %i points rejected because of %j', (rejected, message, expected) => {
    expect(json(writeExportResponse('json', rejected, message))).toEqual(expected);
    expect(decoded('ExportMetricsServiceResponse', writeExportResponse('protobuf', rejected, message))).toEqual(
      expected,
    );
  });
});

test('the status', () => {
  const expected = { code: 14, message: 'ünavailable' };
  expect(json(writeStatus('json', 'UNAVAILABLE', 'ünavailable'))).toEqual(expected);
  expect(decoded('Status', writeStatus('protobuf', 'UNAVAILABLE', 'ünavailable'))).toEqual(expected);
});
