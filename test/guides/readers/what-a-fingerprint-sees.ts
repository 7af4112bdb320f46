/** docs/guides/what-a-fingerprint-sees.md: a computation that reads a file beside its needs. */
import type { Reader } from '../../support/guide/follow-guide.ts';
import { type Installed, project } from '../../support/guide/guide-project.ts';

export const readerOf = (installed: Installed): Reader => ({
  begin: (folder) => project(installed, folder),
  notRun: {
    'FAILED still@2024-03-01: CODE_CHANGED':
      'nobody saves a file at the right moment; test/end-to-end/author-code.test.ts does',
  },
});
