/** docs/guides/operate.md: a bad night of a shop that is deployed on the local cloud, as processes that have what a deployment gives them. */
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { MAIN, daymill } from '../../support/daymill-process.ts';
import { type Deployed, deployed, NAME, PROJECT, REGION } from '../../support/deployed.ts';
import { pagesOf, VISITORS, visitsCsv } from '../../support/fixture-project.ts';
import type { Reader } from '../../support/guide/follow-guide.ts';
import { linkPackages } from '../../support/link-packages.ts';

const REPOSITORY = resolve(import.meta.dirname, '../../..');

/** Eighteen pages more than on the day before. */
const lastDay = (visitor: number): number => pagesOf(visitor, 2) + (visitor < 18 ? 1 : 0);

const FILES = {
  'package.json': JSON.stringify({ type: 'module' }),
  'daymill.config.ts': `
import { defineConfig } from 'daymill';
export default defineConfig({
  computations: 'computations', from: '2024-03-01', date: '2024-03-04', simulate: false, audit: { nightly: 0 },
  tiers: [{ name: 'standard', memoryMB: 1_024, topic: '${NAME}-computation-tasks' }],
  cloud: { project: '${PROJECT}', region: '${REGION}', name: '${NAME}' },
});
`,
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'es2024',
      module: 'nodenext',
      types: ['node'],
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      allowImportingTsExtensions: true,
    },
    include: ['fragments'],
  }),
  'computations/visits.ts': `
import { z } from 'zod';
import { defineDataset, number } from 'daymill';
export const visits = defineDataset({
  name: 'visits',
  entity: z.object({ user: z.string(), pages: z.number() }),
  source: { file: 'visits.csv', format: 'csv', dateColumn: 'date', parse: (row) => ({ user: String(row.user), pages: number(row, 'pages') }) },
});
`,
  'computations/pages.ts': `
import { z } from 'zod';
import { dataset, defineComputation, dependency, previous } from 'daymill';
import { visits } from './visits.ts';
export const pages = defineComputation({
  name: 'pages', category: 'visits', needs: { visits: dataset(visits) }, output: z.number(),
  reduce: { init: () => ({ sum: 0 }), add: (all, { pages }) => { all.sum += pages; }, finish: ({ sum }) => sum },
});
export const growth = defineComputation({
  name: 'growth', category: 'visits', needs: { today: dependency(pages), before: previous() },
  output: z.object({ pages: z.number(), change: z.number() }),
  compute: ({ today, before }) => {
    if (today > 700) throw new RangeError(\`pages: \${today} is more than we have visitors for\`);
    return { pages: today, change: today - (before?.pages ?? today) };
  },
});
`,
  'visits.csv': visitsCsv((visitor, day) =>
    day < 3 ? pagesOf(visitor, day) : lastDay(visitor) + (visitor < 20 ? 5 : 0),
  ),
  'corrected.csv': `date,user,pages\n${Array.from({ length: VISITORS }, (_, visitor) => `2024-03-04,user-${visitor},${lastDay(visitor)}`).join('\n')}\n`,
};

export const readerOf = (): Reader => {
  let shop: Deployed;
  return {
    async begin(root) {
      linkPackages(root);
      for (const [file, text] of Object.entries(FILES)) {
        mkdirSync(dirname(join(root, file)), { recursive: true });
        writeFileSync(join(root, file), text);
      }
      for (const name of ['typescript', '@types', '.bin/tsc']) {
        mkdirSync(dirname(join(root, 'node_modules', name)), { recursive: true });
        symlinkSync(join(REPOSITORY, 'node_modules', name), join(root, 'node_modules', name));
      }
      const command = join(root, 'node_modules/.bin/daymill');
      writeFileSync(command, `#!/bin/sh\nexec node ${MAIN} "$@"\n`);
      chmodSync(command, 0o755);
      shop = await deployed({ root });
      await daymill({ root }, ['run', '--cloud'], shop.env);
      return root;
    },
    variables: () => ({ ...shop.env, USER: 'ada' }),
    fragments: {
      'in daymill.config.ts': (code) => ({
        path: 'fragments/config.ts',
        text: `import { defineConfig } from 'daymill';\nexport default defineConfig({\n${code}\n});\n`,
      }),
      'openResults({': (code) => ({
        path: 'fragments/application.ts',
        text: code.replace('./computations', join(REPOSITORY, 'src/computations')),
      }),
    },
    end: () => shop.close(),
  };
};
