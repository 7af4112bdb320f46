/** A process of its own that serves Pub/Sub from the state file in its argument, to be killed by a test. */
import { startPubsub } from '../../src/emulators/pubsub/server.ts';
import { openState } from '../../src/emulators/state.ts';

const [, , file = ''] = process.argv;
const pubsub = await startPubsub({ state: openState(file), maxOutstandingPushes: 20 });
process.on('message', () => {
  void pubsub.idle().then(() => process.send?.({ idle: true }));
});
process.send?.({ port: pubsub.port });
