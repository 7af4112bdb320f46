/** A process with a sandbox open, for a test to kill. */
import { openSandbox } from '../../../src/mill/simulation/sandbox.ts';

await openSandbox({ root: import.meta.dirname, budgetMs: 1_000, idleMs: 30_000, files: {} });
process.send?.('open');
