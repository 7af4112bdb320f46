/** What the Storage contract suites run against: the emulator that STORAGE_EMULATOR_HOST names, or ours, started here. */
import { randomUUID } from 'node:crypto';
import { type Bucket, Storage } from '@google-cloud/storage';
import { openState } from '../../src/emulators/state.ts';
import { startStorage } from '../../src/emulators/storage/server.ts';

export interface StorageUnderTest {
  readonly client: Storage;
  /** Where it listens, as `http://127.0.0.1:PORT`. */
  readonly origin: string;
  /** A new bucket with a name that no other test has. */
  bucket(): Promise<Bucket>;
  close(): Promise<void>;
}

export async function storageUnderTest(): Promise<StorageUnderTest> {
  const projectId = process.env['GOOGLE_CLOUD_PROJECT'] ?? 'demo-contract';
  const state = openState(':memory:');
  const host = process.env['STORAGE_EMULATOR_HOST'];
  const ours = host === undefined ? await startStorage({ state, projectId }) : undefined;
  const origin = host ?? `http://127.0.0.1:${ours?.port}`;
  // What is refused for good must not be asked again and again.
  const client = new Storage({ projectId, apiEndpoint: origin, retryOptions: { autoRetry: false } });
  return {
    client,
    origin,
    bucket: async () => (await client.createBucket(`contract-${randomUUID()}`))[0],
    async close() {
      await ours?.close();
      await state.close();
    },
  };
}

/** The code and the first reason of what an operation is refused with. */
export async function refusal(
  operation: Promise<unknown>,
): Promise<{ code: unknown; reason: unknown; message: string }> {
  const error = (await operation.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  )) as Error & { code?: unknown; errors?: { reason?: string }[] };
  return { code: error.code, reason: error.errors?.[0]?.reason, message: error.message };
}
