/** docs/guides/ask.md: a project of `daymill init` that is sent a little, and asked for it in each way. */
import type { Reader } from '../../support/guide/follow-guide.ts';
import { type Installed, project } from '../../support/guide/guide-project.ts';

export const readerOf = (installed: Installed): Reader => ({
  begin: (folder) => project(installed, folder),
  notRun: {
    'apiVersion: 1': "Grafana's own configuration: test/http/prometheus.test.ts asks what it asks",
    'SELECT day': 'for DuckDB: test/http/export.test.ts reads such a file with it',
  },
  fragments: {
    'collect: {': (code) => ({
      path: 'fragments/config.ts',
      text: `import { defineConfig } from 'daymill';\nexport default defineConfig({\n${code}\n});\n`,
    }),
  },
});
