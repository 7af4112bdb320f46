/** A deployment as it is wanted, for tests: two tiers in a project of a made-up company. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { IndexFile } from '../../src/deploy/desired/index-file.ts';
import { type Plan, planOf, type Wanted } from '../../src/deploy/desired/wanted.ts';
import { cloudTarget } from '../../src/config/cloud-target.ts';
import { Tiers } from '../../src/mill/model/tier.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');

const TIERS = Tiers.parse([
  { name: 'standard', memoryMB: 2_048 },
  { name: 'high-mem', memoryMB: 8_192 },
]);

export const NUMBER = '123456789012';

/** `name`: what all its resources are called by. */
export const wantedFor = (name = 'daymill', changed: Partial<Wanted> = {}): Wanted => ({
  target: cloudTarget({ name }, { project: 'acme', region: 'europe-west1' }),
  projectNumber: NUMBER,
  tiers: TIERS,
  lanes: 32,
  simulate: true,
  sourceHash: 'a'.repeat(64),
  indexes: IndexFile.parse(JSON.parse(readFileSync(join(REPOSITORY, 'firestore.indexes.json'), 'utf8'))),
  rules: 'service cloud.firestore {}',
  workflow: 'main: { steps: [{ done: { return: 1 } }] }',
  dataBuckets: [],
  functions: [],
  alerts: undefined,
  budget: undefined,
  collect: undefined,
  dashboard: undefined,
  ...changed,
});

export const planFor = (name?: string, changed?: Partial<Wanted>): Plan => planOf(wantedFor(name, changed));
