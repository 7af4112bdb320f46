/** A small project in a temporary folder, as somebody else would have it: two datasets of five days, four computations. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { linkPackages } from '../support/link-packages.ts';

export interface ShopProject {
  readonly root: string;
  readonly home: string;
  write(file: string, text: string): void;
  /** Replaces text in a file. @throws when it is not there. */
  edit(file: string, from: string, to: string): void;
  /** Ids of processes that were started for this project and are still there (Linux). */
  processes(): number[];
  remove(): void;
}

/** `daymill` and `zod` are links, as `npm install ../daymill` makes them. Changed code is simulated only where the test is about that. */
export function shopProject({ simulate = false }: { readonly simulate?: boolean } = {}): ShopProject {
  const root = mkdtempSync(join(tmpdir(), 'daymill-shop-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  linkPackages(root);
  for (const [file, text] of Object.entries(FILES)) write(file, text);
  const daymill = {
    computations: 'computations',
    from: '2024-01-01',
    date: '2024-01-04',
    simulate,
    audit: { nightly: 0 },
  };
  write('package.json', JSON.stringify({ type: 'module', daymill }));
  return {
    root,
    home: join(root, '.daymill'),
    write,
    edit(file, from, to) {
      const text = readFileSync(join(root, file), 'utf8');
      if (!text.includes(from)) throw new Error(`${file} does not have ${from}`);
      write(file, text.replace(from, to));
    },
    processes: () => processesWith(root),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

function processesWith(text: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((id) => {
      try {
        return readFileSync(`/proc/${id}/environ`, 'utf8').includes(text);
      } catch {
        return false;
      }
    })
    .map(Number);
}

const FILES: Readonly<Record<string, string>> = {
  'data/orders.csv': `day,shop,amount
2024-01-01,north,10
2024-01-01,south,20
2024-01-02,north,30
2024-01-03,north,5
2024-01-03,south,5
2024-01-04,south,40
2024-01-05,north,7
`,
  // The third day has no rate.
  'data/rates.csv': `day,rate
2024-01-01,2
2024-01-02,3
2024-01-04,4
2024-01-05,5
`,
  'computations/data.ts': `
import { z } from 'zod';
import { defineDataset, defineDocument } from 'daymill';

export const orders = defineDataset({
  name: 'orders',
  entity: z.object({ shop: z.string(), amount: z.number() }),
  source: {
    file: 'data/orders.csv', format: 'csv', dateColumn: 'day',
    parse: (row) => ({ shop: String(row.shop), amount: Number(row.amount) }),
  },
});

export const rates = defineDocument({
  name: 'rates',
  document: z.number(),
  source: { file: 'data/rates.csv', format: 'csv', dateColumn: 'day', parse: (row) => Number(row.rate) },
});
`,
  'computations/shop-day.ts': `
import { z } from 'zod';
import { dataset, defineComputation } from 'daymill';
import { orders } from './data.ts';

export const shopDay = defineComputation({
  name: 'shop-day', category: 'shops', tags: ['sales'],
  needs: { orders: dataset(orders) },
  output: z.record(z.string(), z.object({ orders: z.number(), amount: z.number() })),
  headline: (shops) => Object.keys(shops).length + ' shops',
  reduce: {
    init: () => new Map<string, { orders: number; amount: number }>(),
    add: (shops, { shop, amount }) => {
      const before = shops.get(shop) ?? { orders: 0, amount: 0 };
      shops.set(shop, { orders: before.orders + 1, amount: before.amount + amount });
    },
    finish: (shops) => Object.fromEntries(shops),
  },
});
`,
  'computations/total-day.ts': `
import { z } from 'zod';
import { defineComputation, dependency } from 'daymill';
import { shopDay } from './shop-day.ts';

export const totalDay = defineComputation({
  name: 'total-day', category: 'totals',
  needs: { shops: dependency(shopDay) },
  output: z.object({ amount: z.number() }),
  compute: async ({ shops }, { date }) => {
    const amount = Object.values(shops).reduce((sum, shop) => sum + shop.amount, 0);
    return { amount };
  },
});
`,
  'computations/in-euros.ts': `
import { z } from 'zod';
import { defineComputation, dependency, document } from 'daymill';
import { rates } from './data.ts';
import { totalDay } from './total-day.ts';

export const inEuros = defineComputation({
  name: 'in-euros', category: 'totals',
  needs: { total: dependency(totalDay), rate: document(rates) },
  output: z.number(),
  compute: ({ total, rate }) => total.amount * rate,
});
`,
  'computations/best-day.ts': `
import { z } from 'zod';
import { defineComputation, dependency, previous } from 'daymill';
import { inEuros } from './in-euros.ts';

export const bestDay = defineComputation({
  name: 'best-day', category: 'totals',
  needs: { today: dependency(inEuros), before: previous() },
  output: z.object({ best: z.number(), days: z.number() }),
  headline: ({ best, days }) => best + ' in ' + days + ' days',
  compute: ({ today, before }) => ({ best: Math.max(today, before?.best ?? 0), days: (before?.days ?? 0) + 1 }),
});
`,
};
