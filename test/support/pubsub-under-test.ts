/** What the Pub/Sub contract suites run against: the emulator that PUBSUB_EMULATOR_HOST names, or ours, started here. */
import { randomUUID } from 'node:crypto';
import { PubSub } from '@google-cloud/pubsub';
import { startPubsub } from '../../src/emulators/pubsub/server.ts';
import { openState } from '../../src/emulators/state.ts';

export interface PubsubUnderTest {
  client: PubSub;
  projectId: string;
  /** `host:port`, for clients other than the one above. */
  endpoint: string;
  /** A name that no other test has. */
  unique(prefix: string): string;
  close(): Promise<void>;
}

export async function pubsubUnderTest(): Promise<PubsubUnderTest> {
  const projectId = process.env['GOOGLE_CLOUD_PROJECT'] ?? 'demo-contract';
  const state = openState(':memory:');
  const host = process.env['PUBSUB_EMULATOR_HOST'];
  const ours = host === undefined ? await startPubsub({ state }) : undefined;
  const endpoint = host ?? `127.0.0.1:${ours?.port}`;
  const client = new PubSub({ projectId, apiEndpoint: endpoint, emulatorMode: true });
  return {
    client,
    projectId,
    endpoint,
    unique: (prefix) => `${prefix}-${randomUUID()}`,
    async close() {
      await client.close();
      await ours?.close();
      await state.close();
    },
  };
}
