/** docs/guides/read-a-run.md: the S&P 500, and a change of one of its computations. */
import type { Reader } from '../../support/guide/follow-guide.ts';
import { emptyProject, type Installed } from '../../support/guide/guide-project.ts';

export const readerOf = (installed: Installed): Reader => ({ begin: (folder) => emptyProject(installed, folder) });
