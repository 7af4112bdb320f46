/** An answer that is written while it is made: as fast as its reader takes it, and no further than that in memory. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ClientGoneError } from './http-error.ts';

export type Chunks = AsyncIterable<Uint8Array>;

export const isStream = (body: unknown): body is Chunks =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body;

/**
 * The head is written with the first chunk, so that what fails before it is answered as an error. What fails after it ends the connection
 * before the last byte: no reader takes it for whole.
 * @throws {ClientGoneError} when the reader went; whatever making the chunks throws
 */
export async function writeStream(
  response: ServerResponse,
  chunks: Chunks,
  begin: () => void,
  signal: AbortSignal,
): Promise<void> {
  let hasBegun = false;
  const start = (): void => {
    if (!hasBegun) begin();
    hasBegun = true;
  };
  try {
    for await (const chunk of chunks) {
      start();
      if (signal.aborted || response.destroyed) throw new ClientGoneError('the client went away while it was answered');
      if (!response.write(chunk)) await drained(response, signal);
    }
    start();
    response.end();
  } catch (thrown) {
    if (hasBegun) response.destroy();
    throw thrown;
  }
}

async function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  try {
    await once(response, 'drain', { signal });
  } catch {
    throw new ClientGoneError('the client went away while it was answered');
  }
}
