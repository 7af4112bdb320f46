/** A process of its own that serves Firestore from the state file in its argument, to be killed by a test; asked for it, it says what was used. */
import { startFirestore } from '../../src/emulators/firestore/server.ts';
import { openState } from '../../src/emulators/state.ts';

const [, , file = ''] = process.argv;
const started = performance.now();
const server = await startFirestore({ state: openState(file) });
process.on('message', () => process.send?.({ usage: server.counters() }));
process.send?.({ port: server.port, ready: performance.now() - started });
