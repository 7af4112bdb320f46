/** A process of its own that serves Storage from the state file in its argument, to be killed by a test. */
import { openState } from '../../src/emulators/state.ts';
import { startStorage } from '../../src/emulators/storage/server.ts';

const [, , file = ''] = process.argv;
const { port } = await startStorage({ state: openState(file), projectId: 'demo' });
process.send?.({ port });
