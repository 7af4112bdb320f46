/** An answer that is written while it is made: as fast as its reader takes it, and no further than that in memory. */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { ClientGoneError } from './http-error.ts';

/** A reader that takes nothing for so long is gone, whatever its connection says: what waits for it is memory. */
export const STALLED_MS = 60_000;

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
  stalledMs = STALLED_MS,
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
      if (!response.write(chunk)) await drained(response, signal, stalledMs);
    }
    start();
    response.end();
  } catch (thrown) {
    if (hasBegun) response.destroy();
    throw thrown;
  }
}

async function drained(response: ServerResponse, signal: AbortSignal, stalledMs: number): Promise<void> {
  try {
    await once(response, 'drain', { signal: AbortSignal.any([signal, AbortSignal.timeout(stalledMs)]) });
  } catch {
    throw new ClientGoneError('the client went away while it was answered');
  }
}
