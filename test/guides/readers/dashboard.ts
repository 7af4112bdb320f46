/** docs/guides/dashboard.md: a night of the flights goes wrong, is looked at, and is mended. The page itself: test/dashboard/. */
import type { Reader } from '../../support/guide/follow-guide.ts';
import { type Installed, project } from '../../support/guide/guide-project.ts';

export const readerOf = (installed: Installed): Reader => ({
  begin: (folder) => project(installed, folder, 'flights'),
});
