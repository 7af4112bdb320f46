/** README.md: a project of one's own beside a clone, and the clone. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Reader } from '../../support/guide/follow-guide.ts';
import { cloned, type Installed } from '../../support/guide/guide-project.ts';

export const readerOf = (installed: Installed): Reader => ({
  begin: (folder) => {
    mkdirSync(join(folder, 'daymill'));
    cloned(installed, join(folder, 'daymill'));
    return folder;
  },
  instead: {
    // Its packages are links here.
    'cd ../daymill && npm ci && npm start': 'cd ../daymill && npm start',
  },
  notRun: {
    'export const regimeSpell': 'it is src/computations/market/regime-spell.ts, laid out for this page',
    'npx daymill load brent': 'the prices are for the reader to find',
    'npm start -- --date 2001-06-30': 'takes minutes',
    'npm start -- --sample trading': 'takes minutes',
    'npm test           #': 'is what runs this',
    'npm run test:long': 'is what runs this',
    'npm run check': 'is what runs this',
    'npm run bench': 'takes an hour',
    'npm run docs': 'takes pictures, for which not everybody has a browser',
  },
});
