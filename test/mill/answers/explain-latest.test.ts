/** What `daymill explain` says of a document that is read long after its day. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { explainAnswer } from '../../../src/mill/answers/explain.ts';
import { computationIn, type ManifestComputation } from '../../../src/mill/model/manifest.ts';
import { coverage, sourceDays } from '../../../src/mill/sources/read-source.ts';
import { indexRootData } from '../../../src/mill/steps/load/index-root-data.ts';
import { localPorts } from '../../support/local-ports.ts';
import { runDay } from '../../support/run-day.ts';

const [OLD, NEW, FROM, DATE] = ['2024-01-03', '2024-02-05', '2024-02-01', '2024-02-11'] as const;

test('its day is named, beside the day on which it is the newest; before the first, that there is none', async () => {
  const local = await localPorts({
    'computations/shops.ts': `
import { z } from 'zod';
import { defineComputation, defineDocument, files, latest } from 'daymill';
export const stores = defineDocument({ name: 'stores', document: z.object({ open: z.number() }), source: files('stores/{date}.json') });
export const open = defineComputation({
  name: 'open', category: 'tests', needs: { stores: latest(stores) }, output: z.number(), compute: ({ stores }) => stores.open,
});`,
  });
  try {
    const folder = join(local.project.root, 'stores');
    mkdirSync(folder);
    const put = (date: string, open: number): void =>
      writeFileSync(join(folder, `${date}.json`), JSON.stringify({ open }));
    const night = async (id: string): Promise<void> => {
      await indexRootData(local.open());
      await runDay({ from: FROM, date: DATE }, local.open(), id);
    };
    const explain = (date: string, from: string = FROM) => {
      const ports = local.open();
      const computation = computationIn(ports.manifest, 'open') as ManifestComputation;
      return explainAnswer({ computation, date, from }, { ...ports, coverage, sourceDays });
    };
    put(OLD, 7);
    await night('first');
    put(OLD, 8);
    const corrected = await explain(DATE);
    expect(corrected.now).toMatchObject({ outcome: 'RERUN', text: 'changed: latest:stores' });
    expect(corrected.causes).toMatchObject([
      { subject: 'dataset stores', text: `its document of ${OLD}, the newest at ${DATE}, is another than before` },
    ]);
    put(NEW, 9);
    await night('second');
    expect((await explain(DATE)).causes).toMatchObject([
      { text: `its document of ${NEW}, the newest at ${DATE}, is another than before` },
    ]);
    rmSync(join(folder, `${OLD}.json`));
    const none = await explain(FROM);
    expect(none.now).toMatchObject({ outcome: 'IMPOSSIBLE', text: 'NO_DATA stores' });
    expect(none.causes).toMatchObject([
      {
        subject: 'dataset stores',
        text: expect.stringMatching(/^it has no document of 2024-02-01 or of any day before: /),
      },
    ]);
  } finally {
    await local.close();
  }
});
