/** What a deployment costs when nothing happens, and the most that its services may cost: list prices in US dollars a month. Pure. */
import type { PriceTable } from '../mill/model/price-table.ts';
import type { Service } from './services.ts';

/** Cloud Run bills by the second; a month is 730 hours. */
const SECONDS_A_MONTH = 730 * 3_600;

/**
 * A job beyond the three that a billing account has for nothing; a gigabyte of images beyond half of one. List prices as collected 2026-11-22
 * from cloud.google.com/scheduler/pricing and cloud.google.com/artifact-registry/pricing (older copies).
 */
const JOB = 0.1;
const FREE_JOBS = 3;
const IMAGE_GIGABYTE = 0.1;
const FREE_IMAGE_GIGABYTES = 0.5;

/** Of an image of Node with Daymill's dependencies, layers that images share counted once; estimated, not measured. */
const BASE_IMAGE_GIGABYTES = 0.3;
const IMAGE_LAYER_GIGABYTES = 0.15;
const KEPT_IMAGES = 5;

/** Of the schedule, every five minutes of 730 hours. What one reads when there is nothing to do is counted; how long it takes is reckoned. */
const RECONCILE_CALLS = 8_760;
const RECONCILE_SECONDS = 1;
export const RECONCILE_READS = 2;

export interface BillLine {
  readonly what: string;
  readonly dollars: number;
  /** How it is reckoned. */
  readonly how: string;
}

export interface Bill {
  /** What is paid with no work at all. */
  readonly floor: readonly BillLine[];
  /** Every instance at work all month: no bill of the services is higher. Documents, messages and steps come on top, by what runs. */
  readonly ceiling: readonly BillLine[];
  /** vCPUs when every instance runs: what the region's quota must have room for. */
  readonly cpus: number;
}

export function billOf(services: readonly Service[], jobs: number, prices: PriceTable): Bill {
  const gigabytes = BASE_IMAGE_GIGABYTES + KEPT_IMAGES * IMAGE_LAYER_GIGABYTES;
  return {
    floor: [
      { what: 'services', dollars: 0, how: 'none is kept warm' },
      {
        what: 'jobs',
        dollars: Math.max(0, jobs - FREE_JOBS) * JOB,
        how: `${jobs} of the ${FREE_JOBS} that a billing account has for nothing, $${JOB.toFixed(2)} for each beyond`,
      },
      ...services.filter(({ target }) => target === 'reconcile').map((service) => reconciling(service, prices)),
      {
        what: 'images',
        dollars: Math.max(0, gigabytes - FREE_IMAGE_GIGABYTES) * IMAGE_GIGABYTE,
        how: `about ${gigabytes.toFixed(1)} GB once ${KEPT_IMAGES} are kept, $${IMAGE_GIGABYTE.toFixed(2)} a GB beyond ${FREE_IMAGE_GIGABYTES}`,
      },
    ],
    ceiling: services.map(({ id, cpus, memoryMB, maxInstances }) => ({
      what: id,
      dollars: maxInstances * SECONDS_A_MONTH * secondOf(cpus, memoryMB, prices),
      how: `${maxInstances} x (${cpus} vCPU, ${memoryMB / 1_024} GiB) x 730 h`,
    })),
    cpus: services.reduce((sum, { cpus, maxInstances }) => sum + cpus * maxInstances, 0),
  };
}

const reconciling = ({ cpus, memoryMB }: Service, prices: PriceTable): BillLine => ({
  what: 'reconcile',
  dollars:
    RECONCILE_CALLS *
    (RECONCILE_SECONDS * secondOf(cpus, memoryMB, prices) +
      prices.functions.request +
      RECONCILE_READS * prices.firestore.read),
  how: `${RECONCILE_CALLS} calls with nothing to do: ${RECONCILE_READS} reads, reckoned as ${RECONCILE_SECONDS} s each`,
});

const secondOf = (cpus: number, memoryMB: number, { functions }: PriceTable): number =>
  cpus * functions.vcpuSecond + (memoryMB / 1_024) * functions.gibSecond;

export const totalOf = (lines: readonly BillLine[]): number => lines.reduce((sum, { dollars }) => sum + dollars, 0);
