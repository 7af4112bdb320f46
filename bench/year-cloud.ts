/** A process of its own that is the whole local cloud of a year of nights, and says what was asked of its Firestore. */
import type { FirestoreEmulator } from '../src/emulators/firestore/server.ts';
import { startCloud } from '../src/cli/local/local-cloud.ts';
import { readConfig } from '../src/config/config.ts';

export type CloudRequest = 'usage' | 'idle' | 'close';
export type Usage = ReturnType<FirestoreEmulator['counters']>;
export type CloudReport = { readonly env: Record<string, string> } | { readonly usage: Usage } | 'idle' | 'closed';

const say = (report: CloudReport): void => void process.send?.(report);
const cloud = await startCloud(readConfig({}, process.argv[2] ?? '', process.pid));
process.on('message', (request: CloudRequest) => {
  if (request === 'usage') say({ usage: cloud.firestore.counters() });
  else if (request === 'idle') void cloud.pubsub.idle().then(() => say('idle'));
  else
    void cloud.close().then(() => {
      say('closed');
      process.disconnect();
    });
});
process.once('disconnect', () => process.exit());
say({ env: cloud.env });
