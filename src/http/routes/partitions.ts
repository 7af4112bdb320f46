/** Days of what was collected: prepared, listed, and dropped when they have had their time. */
import { z } from 'zod';
import type { MeterPorts } from '../../compose-meter.ts';
import { createPartitions, listPartitions, Partition } from '../../meter/steps/retain/partitions.ts';
import { CleanupReport, retain } from '../../meter/steps/retain/retain.ts';
import type { Route } from '../route.ts';

const TAG = 'partitions';

/** A week and some: what is written ahead of time is refused by creation_grace_period anyway. */
const MAX_DAYS_AHEAD = 31;

export const partitionRoutes = (ports: () => MeterPorts): readonly Route[] => [
  {
    method: 'GET',
    path: '/api/metrics/partitions',
    id: 'listPartitions',
    summary: 'Days that there are, with what they hold and whether they are rolled up.',
    tag: TAG,
    role: 'manager',
    quota: 'read',
    shape: 'problem',
    answers: { 200: { description: 'ascending', schema: z.object({ partitions: z.array(Partition) }) } },
    handle: async ({ organization }) => ({
      status: 200,
      body: { partitions: await listPartitions(organization, ports()) },
    }),
  },
  {
    method: 'POST',
    path: '/api/metrics/partitions/create',
    id: 'createPartitions',
    summary: 'Prepares yesterday, today and the days ahead; does nothing for those that are there.',
    tag: TAG,
    role: 'admin',
    quota: 'single',
    shape: 'problem',
    query: z.object({ days_ahead: z.coerce.number().int().min(0).max(MAX_DAYS_AHEAD).default(3) }),
    answers: { 200: { description: 'those that were not there', schema: z.object({ created: z.array(z.string()) }) } },
    handle: async ({ organization, query }) => ({
      status: 200,
      body: { created: await createPartitions(organization, Number(query.get('days_ahead') ?? 3), ports()) },
    }),
  },
  {
    method: 'POST',
    path: '/api/metrics/cleanup',
    id: 'cleanup',
    summary: 'Drops what has had its time, and says what it keeps and why.',
    tag: TAG,
    role: 'admin',
    quota: 'single',
    shape: 'problem',
    query: z.object({ dry_run: z.enum(['true', 'false']).default('false') }),
    answers: { 200: { description: 'what went, what was kept, and what that cost', schema: CleanupReport } },
    handle: async ({ organization, query }) => ({
      status: 200,
      body: await retain(organization, query.get('dry_run') === 'true', ports()),
    }),
  },
];
