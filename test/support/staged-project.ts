/** A fixture project with the lock that `npm install daymill zod` leaves behind, as far as a deployment reads it. */
import { type FixtureProject, fixtureProject } from './fixture-project.ts';

export const DAY = `
import { z } from 'zod';
import { defineComputation, document } from 'daymill';
import { weather } from './datasets.ts';
export const warm = defineComputation({
  name: 'warm', category: 'weather', needs: { day: document(weather) }, output: z.number(), compute: ({ day }) => day.degrees,
});
`;

export const PACKAGE = {
  name: 'shop',
  type: 'module',
  scripts: { test: 'node --test' },
  dependencies: { daymill: '0.1.0', zod: '4.6.7' },
  devDependencies: { typescript: '7.0.2' },
};

export const LOCK = {
  name: 'shop',
  lockfileVersion: 3,
  requires: true,
  packages: {
    '': PACKAGE,
    'node_modules/daymill': {
      version: '0.1.0',
      resolved: 'https://registry.npmjs.org/daymill/-/daymill-0.1.0.tgz',
      dependencies: { '@google-cloud/functions-framework': '5.0.5', pino: '10.4.0' },
      peerDependencies: { zod: '^4.1.0' },
    },
    'node_modules/@google-cloud/functions-framework': { version: '5.0.5' },
    'node_modules/pino': { version: '9.0.0', dev: true },
    'node_modules/daymill/node_modules/pino': { version: '10.4.0' },
    'node_modules/typescript': { version: '7.0.2', dev: true },
    'node_modules/zod': { version: '4.6.7', devOptional: true },
  },
};

/** `config`: the text of its daymill.config.ts. */
export const stagedProject = (files: Readonly<Record<string, string>> = {}): FixtureProject =>
  fixtureProject({
    'package.json': JSON.stringify(PACKAGE),
    'package-lock.json': JSON.stringify(LOCK),
    'daymill.config.ts':
      "import { defineConfig } from 'daymill/config';\nimport { FROM } from './settings/from.ts';\nexport default defineConfig({ computations: 'computations', from: FROM });\n",
    'settings/from.ts': "export const FROM = '2024-03-01';\n",
    'computations/warm.ts': DAY,
    'test/warm.test.ts': 'export {};\n',
    '.daymill/state.sqlite': 'state',
    ...files,
  });
