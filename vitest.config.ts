import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** What needs longer, or other programs: `npm run test:long` runs exactly these, `npm test` all others. */
const LONG = 'test/**/*.long.test.ts';

// Node 24 strips types by itself; vitest runs under the one of .ci/node through npm's PATH.
export default defineConfig(({ mode }) => ({
  test: {
    include: [mode === 'long' ? LONG : 'test/**/*.test.ts'],
    exclude: mode === 'long' ? [] : [LONG],
    // Much of the suite waits for processes of its own: a worker more than there are cores keeps those busy.
    maxWorkers: Math.max(4, Math.ceil(availableParallelism() * 1.5)),
    globalSetup: ['test/support/temporary-folder.ts'],
    pool: 'forks',
    testTimeout: 600_000,
    hookTimeout: 600_000,
    env: { METADATA_SERVER_DETECTION: 'none', ...(mode === 'long' ? { DAYMILL_LONG: '1' } : {}) },
  },
}));
