/** docs/guides/deploy.md: what can be planned without an account, and that its settings and functions compile. */
import type { Reader } from '../../support/guide/follow-guide.ts';
import { type Installed, project } from '../../support/guide/guide-project.ts';

const config = (members: string): string => `import { defineConfig } from 'daymill';
export default defineConfig({
  from: '2026-05-01',
  ${members}
});
`;

export const readerOf = (installed: Installed): Reader => ({
  begin: (folder) => project(installed, folder),
  notRun: {
    '--dry-run               # compared': 'needs an account of Google Cloud',
    '# does it': 'needs an account of Google Cloud',
    'gcloud iam': 'needs an account of Google Cloud',
  },
  fragments: {
    'dashboard: {': (code) => ({ path: 'src/fragments/dashboard.ts', text: config(code.replace(/^.*\n/, '')) }),
    alerts: (code) => ({ path: 'src/fragments/alerts.ts', text: config(code.replace(/^.*\n/, '')) }),
    "functions: [{ name: 'morning-mail'": (code) => ({ path: 'src/fragments/functions.ts', text: config(code) }),
  },
});
