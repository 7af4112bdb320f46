/** A process of its own that serves Workflows from the state file and port in its arguments, to be killed by a test. */
import { openState } from '../../src/emulators/state.ts';
import { startWorkflows } from '../../src/emulators/workflows/server.ts';

const [, , file = '', port = '0'] = process.argv;
const emulator = await startWorkflows({ state: openState(file), projectId: 'test', port: Number(port) });
process.send?.({ port: emulator.port });
