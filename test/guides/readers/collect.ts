/** docs/guides/collect.md: a project of `daymill init` that is sent something of each kind. */
import type { Reader } from '../../support/guide/follow-guide.ts';
import { type Installed, project } from '../../support/guide/guide-project.ts';

export const readerOf = (installed: Installed): Reader => ({
  begin: (folder) => project(installed, folder),
  notRun: {
    'remote_write:': "Prometheus's own configuration: test/clients/prometheus.long.test.ts runs it",
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT:
      "for programs with OpenTelemetry's SDK: test/clients/opentelemetry.long.test.ts is one",
  },
  fragments: {
    'collect: {': (code) => ({
      path: 'fragments/config.ts',
      text: `import { defineConfig } from 'daymill';\nexport default defineConfig({\n${code}\n});\n`,
    }),
  },
});
