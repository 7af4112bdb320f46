/** docs/guides/load-data.md: prices of oil as their publisher had them twice, and cargoes with a wrong row. */
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Reader } from '../../support/guide/follow-guide.ts';
import { type Installed, project } from '../../support/guide/guide-project.ts';

const FILES = resolve(import.meta.dirname, '../../fixtures/brent-revisions');

const SETTINGS = `import { defineConfig } from 'daymill';
export default defineConfig({ from: '2022-09-01', date: '2022-11-07' });
`;

export const readerOf = (installed: Installed): Reader => ({
  begin(folder) {
    project(installed, folder);
    // The shop's own computations would run as well.
    rmSync(join(folder, 'src/computations'), { recursive: true });
    rmSync(join(folder, 'test'), { recursive: true });
    writeFileSync(join(folder, 'daymill.config.ts'), SETTINGS);
    cpSync(join(FILES, '032_2022-11-03.csv.gz'), join(folder, 'november-3.csv.gz'));
    cpSync(join(FILES, '033_2022-11-10.csv.gz'), join(folder, 'november-10.csv.gz'));
    return folder;
  },
  exits: { 'load cargoes cargoes.ndjson': 1, 'load brent latin.csv': 2 },
});
