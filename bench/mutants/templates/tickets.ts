/** Support tickets: classified by their words, measured by how long they waited. */
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, dependency, previous } from '../../../src/index.ts';

export const tickets = defineDataset({
  name: 'tickets',
  entity: z.object({
    subject: z.string().max(80),
    product: z.string().max(20),
    priority: z.enum(['low', 'normal', 'high', 'urgent']),
    openedHour: z.number().int().min(0).max(23),
    waitMinutes: z.number().min(0).max(10_000),
    replies: z.array(z.object({ by: z.enum(['agent', 'customer']), minutes: z.number().min(0).max(5_000) })).max(6),
    tags: z.array(z.string().max(12)).max(5),
  }),
});

const REFUND = /^(?:re: )?refund/i;
const URGENT_WORDS = ['outage', 'down', 'urgent', 'security'];

function topicOf(subject: string, tags: readonly string[]): string {
  const text = subject.trim().toLowerCase();
  if (REFUND.test(text) || tags.includes('refund')) return 'refund';
  if (URGENT_WORDS.some((word) => text.includes(word))) return 'incident';
  if (text.startsWith('how ') || text.endsWith('?')) return 'question';
  return tags[0] ?? 'other';
}

const LIMITS: Readonly<Record<string, number>> = { urgent: 30, high: 120, normal: 480, low: 1440 };

export const ticketTriage = defineComputation({
  name: 'ticket-triage',
  category: 'support',
  needs: { tickets: dataset(tickets) },
  output: z.record(
    z.string(),
    z.object({
      topic: z.string(),
      breached: z.boolean(),
      agentReplies: z.number().int(),
      firstReply: z.number().nullable(),
    }),
  ),
  perEntity: ({ subject, tags, priority, waitMinutes, replies }) => {
    const topic = topicOf(subject, tags);
    const limit = LIMITS[priority] ?? 480;
    const ours = replies.filter(({ by }) => by === 'agent');
    if (topic === 'other' && ours.length === 0) return undefined;
    const first = ours.toSorted((a, b) => a.minutes - b.minutes)[0];
    return {
      topic,
      breached: waitMinutes > limit,
      agentReplies: ours.length,
      firstReply: first?.minutes ?? null,
    };
  },
});

/** Counts by topic, in the order of their number, and the share that waited too long. */
export const ticketBoard = defineComputation({
  name: 'ticket-board',
  category: 'support',
  needs: { triage: dependency(ticketTriage), before: previous() },
  output: z.object({
    topics: z.array(z.object({ topic: z.string(), count: z.number().int(), breached: z.number().int() })),
    breachedShare: z.number(),
    calmDays: z.number().int(),
    slowest: z.number(),
  }),
  compute: ({ triage, before }) => {
    const counts: Record<string, { count: number; breached: number }> = {};
    let slowest = 0;
    for (const { topic, breached, firstReply } of Object.values(triage)) {
      const entry = (counts[topic] ??= { count: 0, breached: 0 });
      entry.count += 1;
      if (breached) entry.breached += 1;
      slowest = Math.max(slowest, firstReply ?? 0);
    }
    const topics = Object.entries(counts)
      .map(([topic, { count, breached }]) => ({ topic, count, breached }))
      .sort((a, b) => b.count - a.count || (a.topic < b.topic ? -1 : 1));
    const total = topics.reduce((sum, { count }) => sum + count, 0);
    const breached = topics.reduce((sum, entry) => sum + entry.breached, 0);
    const share = total === 0 ? 0 : breached / total;
    return { topics, breachedShare: share, calmDays: share > 0.1 ? 0 : (before?.calmDays ?? 0) + 1, slowest };
  },
});
