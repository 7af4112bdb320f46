/** A process of its own that is the whole local cloud, to be killed at any moment. Its options come as JSON in the argument. */
import { startCloud, type CloudOptions } from '../../src/cli/local/local-cloud.ts';
import { readConfig } from '../../src/config/config.ts';

/** What it is told: answer once no message waits, or end in good order. */
export type CloudRequest = 'idle' | 'close';
/** What it says: where it serves, what happened, and that no message waits. */
export type CloudReport = { readonly env: Record<string, string> } | { readonly line: string } | 'idle';

const options = JSON.parse(process.argv[2] ?? '{}') as CloudOptions & { readonly root: string };
const say = (report: CloudReport): void => void process.send?.(report);
const cloud = await startCloud(readConfig({}, options.root, process.pid), { ...options, log: (line) => say({ line }) });
process.on('message', (request: CloudRequest) => {
  if (request === 'idle') void cloud.pubsub.idle().then(() => say('idle'));
  else void cloud.close().then(() => process.disconnect());
});
process.once('disconnect', () => process.exit());
say({ env: cloud.env });
