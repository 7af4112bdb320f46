/** docs/guides/when-a-night-goes-wrong.md: loops, hunger and waiting in the shop's own computations. */
import type { Reader } from '../../support/guide/follow-guide.ts';
import { type Installed, project } from '../../support/guide/guide-project.ts';

export const readerOf = (installed: Installed): Reader => ({
  begin: (folder) => project(installed, folder),
  exits: { 'failed  weekly-average@2026-05-02: TIMEOUT': 1, 'failed  hungry@2026-05-02: OUT_OF_TIERS': 1 },
  notRun: {
    'work: warmth@2024-03-02 was skipped':
      'nobody waits for a wrong skip; test/end-to-end/night-watch.long.test.ts makes one',
  },
});
