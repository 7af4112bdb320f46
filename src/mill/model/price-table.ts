/** What Google Cloud asks for what a run uses: list prices in US dollars, free quotas and discounts left out. */
import { z } from 'zod';

const dollars = z.number().nonnegative();

export const PriceTable = z.strictObject({
  /** A document each; Standard edition, whatever the document's size. */
  firestore: z.strictObject({ read: dollars, write: dollars, delete: dollars }),
  functions: z.strictObject({ request: dollars, vcpuSecond: dollars, gibSecond: dollars }),
  /** Published or delivered; a request counts as at least 1,000 bytes. */
  pubsub: z.strictObject({ tebibyte: dollars }),
  workflows: z.strictObject({ internalStep: dollars, externalStep: dollars }),
});
export type PriceTable = z.infer<typeof PriceTable>;

/** Tier 1 regions; requests, CPU and memory as of request-based billing. */
const COMMON = {
  functions: { request: 0.4e-6, vcpuSecond: 24e-6, gibSecond: 2.5e-6 },
  pubsub: { tebibyte: 40 },
  workflows: { internalStep: 0.01e-3, externalStep: 0.025e-3 },
};

/**
 * By what the setting `prices` calls them; a project with other prices gives a table of its own there.
 *
 * Sources, collected 2026-11-22: Firestore $0.03, $0.09 and $0.01 per 100,000 documents read, written and deleted in a region
 * (cloud.google.com/firestore/pricing, confirmed 2026-08-18) and $0.06, $0.18 and $0.02 in a multi-region (an older copy);
 * Cloud Run functions $0.40 per million requests, $0.000024 a vCPU-second, $0.0000025 a GiB-second (cloud.google.com/run/pricing);
 * Pub/Sub $40 per TiB (cloud.google.com/pubsub/pricing); Workflows $0.01 and $0.025 per 1,000 internal and external steps
 * (cloud.google.com/workflows/pricing).
 */
export const PRICE_TABLES = {
  'us-central1': { firestore: { read: 0.3e-6, write: 0.9e-6, delete: 0.1e-6 }, ...COMMON },
  nam5: { firestore: { read: 0.6e-6, write: 1.8e-6, delete: 0.2e-6 }, ...COMMON },
} as const satisfies Readonly<Record<string, PriceTable>>;

const PriceTableName = z.enum(Object.keys(PRICE_TABLES) as (keyof typeof PRICE_TABLES)[]);

/** A table by its name, or one of the project's own. */
export const Prices = z.union([PriceTableName, PriceTable], {
  error: `no price table: give the name of one (${Object.keys(PRICE_TABLES).join(', ')}) or a whole table of your own`,
});
export type Prices = z.infer<typeof Prices>;

export const priceTableOf = (prices: Prices): PriceTable =>
  typeof prices === 'string' ? PRICE_TABLES[prices] : prices;
