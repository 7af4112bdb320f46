/** What a deployment's floor reckons with, counted on the local cloud: a call of reconcile with nothing to do. */
import { expect, test } from 'vitest';
import { RECONCILE_READS } from '../../src/deploy/bill.ts';
import { reconcile } from '../../src/mill/steps/mend/reconcile.ts';
import { waveBench } from '../support/wave-bench.ts';

test('reconcile with nothing to do reads what the floor says, and writes nothing', async () => {
  const bench = await waveBench();
  try {
    const ports = bench.open();
    await bench.ask(ports, 'a');
    await bench.workAll(ports);
    // Closes the run.
    await reconcile(ports);
    const before = bench.local.usage();
    await reconcile(ports);
    const { reads, writes, deletes } = bench.local.usage();
    expect({ reads: reads - before.reads, writes, deletes }).toEqual({
      reads: RECONCILE_READS,
      writes: before.writes,
      deletes: before.deletes,
    });
  } finally {
    await bench.close();
  }
});
