/** The table and its store: what is written, what becomes of it when writing fails, and who comes back from the dead. */
import { describe, expect, test } from 'vitest';
import type { StoredMetrics } from '../../../../src/meter/live/metric-change.ts';
import type { MetricBatch } from '../../../../src/meter/ports/live-metrics.ts';
import { MetricTable } from '../../../../src/meter/steps/runtimes/metric-table.ts';

/** What a store does with batches: it adds up, and takes none twice. */
class Kept {
  readonly rows = new Map<string, Record<string, number>>();
  readonly batches: MetricBatch[] = [];
  readonly deletes: (readonly string[])[] = [];
  fetches = 0;
  /** Undefined while it works; what it fails with, before or after it has done what it was asked. */
  trouble: 'before' | 'after' | undefined;
  readonly #taken = new Set<string>();

  fetch = async (id: string): Promise<StoredMetrics | undefined> => {
    this.fetches++;
    await Promise.resolve();
    if (this.trouble !== undefined) throw new Error('no answer');
    return this.rows.get(id);
  };
  write = async (batch: MetricBatch): Promise<void> => {
    this.batches.push(batch);
    await this.#act(() => {
      if (this.#taken.has(batch.id)) return;
      this.#taken.add(batch.id);
      for (const { id, set, add, max } of batch.changes) {
        const row = this.rows.get(id) ?? {};
        for (const [key, value] of Object.entries(add)) row[key] = (row[key] ?? 0) + value;
        for (const [key, value] of Object.entries(max)) row[key] = Math.max(row[key] ?? -Infinity, value);
        this.rows.set(id, Object.assign(row, set));
      }
    });
  };
  delete = async (ids: readonly string[]): Promise<void> => {
    this.deletes.push(ids);
    await this.#act(() => {
      for (const id of ids) this.rows.delete(id);
    });
  };
  async #act(act: () => void): Promise<void> {
    await Promise.resolve();
    const { trouble } = this;
    if (trouble !== 'before') act();
    if (trouble !== undefined) throw new Error('no answer');
  }
}

const tableOn = (kept: Kept): MetricTable =>
  new MetricTable({ fetch: kept.fetch, write: kept.write, delete: kept.delete });

describe('writing', () => {
  test('is of what changed, and of nothing when nothing did', async () => {
    const kept = new Kept();
    const table = tableOn(kept);
    table.updates('a', { success_count: 1 }, 1);
    table.updates('b', { success_count: 1 }, 1);
    expect(await table.write()).toBe(2);
    table.updates('b', { success_count: 1 }, 2);
    expect(await table.write()).toBe(1);
    expect(await table.write()).toBe(0);
    expect(kept.batches.map(({ changes }) => changes.map(({ id }) => id))).toEqual([['a', 'b'], ['b']]);
    expect(kept.rows.get('b')).toMatchObject({ success_count: 2, last_heartbeat: 2 });
  });

  test.each(['before', 'after'] as const)(
    'that failed %s the store had it loses nothing and counts nothing twice',
    async (trouble) => {
      const kept = new Kept();
      const table = tableOn(kept);
      table.updates('a', { success_count: 1, cpu_ema: 5 }, 1);
      kept.trouble = trouble;
      await expect(table.write()).rejects.toThrow('no answer');
      table.updates('a', { success_count: 10 }, 2);
      await expect(table.write()).rejects.toThrow('no answer');
      kept.trouble = undefined;
      table.updates('a', { success_count: 100 }, 3);
      await table.write();
      expect(kept.rows.get('a')).toMatchObject({ success_count: 111, last_heartbeat: 3, cpu_ema: 5 });
      expect(new Set(kept.batches.map(({ id }) => id)).size).toBe(2);
    },
  );

  test('takes what comes while a batch is under way into the next', async () => {
    const kept = new Kept();
    const table = tableOn(kept);
    table.updates('a', { throughput: 1 }, 1);
    const writing = table.write();
    table.updates('a', { throughput: 2 }, 2);
    await writing;
    table.updates('a', { throughput: 4 }, 3);
    await Promise.all([table.write(), table.write()]);
    expect(kept.rows.get('a')).toMatchObject({ throughput: 7 });
  });

  test('of two tables adds up', async () => {
    const kept = new Kept();
    const tables = [tableOn(kept), tableOn(kept)];
    for (let beat = 0; beat < 50; beat++) {
      for (const table of tables) table.updates('a', { success_count: 1 }, beat);
      if (beat % 7 === 0) await Promise.all(tables.map((table) => table.write()));
    }
    await Promise.all(tables.map((table) => table.write()));
    expect(kept.rows.get('a')?.['success_count']).toBe(100);
  });
});

describe('a metric', () => {
  test('comes from memory, and else is fetched once, however many ask', async () => {
    const kept = new Kept();
    kept.rows.set('a', { cpu_ema: 7, success_count: 3, last_heartbeat: 9 });
    const table = tableOn(kept);
    expect(await Promise.all([1, 2, 3].map(() => table.fetchMetric('a', 'cpu_ema')))).toEqual([7, 7, 7]);
    expect(await table.fetchMetric('a', 'success_count')).toBe(3);
    expect(kept.fetches).toBe(1);
    table.updates('b', { cpu_ema: 1 }, 1);
    expect(await table.fetchMetric('b', 'cpu_ema')).toBe(1);
    expect(kept.fetches).toBe(1);
  });

  test('that counts is fetched where others may have counted, too', async () => {
    const kept = new Kept();
    kept.rows.set('a', { success_count: 100 });
    const table = tableOn(kept);
    table.updates('a', { success_count: 1 }, 1);
    await table.write();
    table.updates('a', { success_count: 2 }, 2);
    expect(await table.fetchMetric('a', 'success_count')).toBe(103);
  });

  test('has to have a strategy, and a store that answers', async () => {
    const kept = new Kept();
    const table = tableOn(kept);
    await expect(table.fetchMetric('a', 'nothing')).rejects.toThrow(/no metric "nothing"/);
    kept.trouble = 'before';
    await expect(table.fetchMetric('a', 'cpu_ema')).rejects.toThrow('no answer');
    kept.trouble = undefined;
    expect(await table.fetchMetric('a', 'cpu_ema')).toBeUndefined();
  });
});

describe('a runtime that is deleted', () => {
  test('is gone at once here, and from the store in one batch with the others', async () => {
    const kept = new Kept();
    const table = tableOn(kept);
    for (const id of ['a', 'b', 'c']) table.updates(id, { success_count: 1 }, 1);
    await table.write();
    table.deleteCoordinator('a');
    table.deleteCoordinator('b');
    expect(await table.fetchMetric('a', 'success_count')).toBeUndefined();
    expect(await table.dbDelete()).toBe(2);
    expect(await table.dbDelete()).toBe(0);
    expect(kept.deletes).toEqual([['a', 'b']]);
    expect([...kept.rows.keys()]).toEqual(['c']);
  });

  test.each(['before', 'after'] as const)('is kept for the next time when the store failed %s it', async (trouble) => {
    const kept = new Kept();
    const table = tableOn(kept);
    table.updates('a', {}, 1);
    await table.write();
    table.deleteCoordinator('a');
    kept.trouble = trouble;
    await expect(table.dbDelete()).rejects.toThrow('no answer');
    kept.trouble = undefined;
    expect(await table.dbDelete()).toBe(1);
    expect(kept.rows.size).toBe(0);
  });

  test('stays when it came back in between', async () => {
    const kept = new Kept();
    const table = tableOn(kept);
    table.updates('a', { success_count: 5 }, 1);
    await table.write();
    table.deleteCoordinator('a');
    table.updates('a', { success_count: 1 }, 2);
    expect(await table.dbDelete()).toBe(0);
    await table.write();
    expect(kept.rows.get('a')).toMatchObject({ success_count: 6, last_heartbeat: 2 });
  });

  test('stays when it came back while it was being deleted', async () => {
    const kept = new Kept();
    const table = tableOn(kept);
    table.updates('a', { success_count: 5, cpu_ema: 1 }, 1);
    await table.write();
    table.deleteCoordinator('a');
    const deleting = table.dbDelete();
    await Promise.resolve();
    await Promise.resolve();
    table.updates('a', { success_count: 1, cpu_ema: 2 }, 2);
    await deleting;
    await table.write();
    expect(kept.rows.get('a')).toMatchObject({ cpu_ema: 2, last_heartbeat: 2 });
  });

  test('is not brought back by a batch whose fate was not known', async () => {
    const kept = new Kept();
    const table = tableOn(kept);
    table.updates('a', { success_count: 5 }, 1);
    kept.trouble = 'before';
    await expect(table.write()).rejects.toThrow('no answer');
    table.deleteCoordinator('a');
    await expect(table.dbDelete()).rejects.toThrow('no answer');
    kept.trouble = undefined;
    await table.dbDelete();
    await table.write();
    expect(kept.rows.size).toBe(0);
  });
});
