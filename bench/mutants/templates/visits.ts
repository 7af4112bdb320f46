/** Visits of a site: pages, funnels, sources, and who came back. */
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, history } from '../../../src/index.ts';

export const visits = defineDataset({
  name: 'visits',
  entity: z.object({
    visitor: z.string().min(1).max(12),
    referrer: z.string().max(60),
    pages: z.array(z.string().max(24)).max(8),
    seconds: z.number().int().min(0).max(7_200),
    bot: z.boolean(),
  }),
});

const STEPS = ['/home', '/product', '/cart', '/paid'];

/** How many steps were taken, in their order; other pages may lie between. */
function stepsTaken(pages: readonly string[]): number {
  let taken = 0;
  for (const page of pages) {
    if (taken === STEPS.length) break;
    const path = page.split('?')[0] ?? '';
    if (path.toLowerCase() === STEPS[taken]) taken++;
  }
  return taken;
}

function sourceOf(referrer: string): string {
  if (referrer === '') return 'direct';
  const host = referrer.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  const name = host.startsWith('www.') ? host.slice(4) : host;
  if (['google.com', 'bing.com', 'duckduckgo.com'].includes(name)) return 'search';
  return name.endsWith('.social') ? 'social' : name;
}

interface Funnel {
  readonly reached: number[];
  readonly sources: Map<string, number>;
  readonly seconds: number[];
}

export const funnel = defineComputation({
  name: 'funnel',
  category: 'site',
  needs: { visits: dataset(visits) },
  output: z.object({
    reached: z.array(z.number().int()),
    sources: z.record(z.string(), z.number().int()),
    typical: z.number().nullable(),
    bounced: z.number(),
  }),
  reduce: {
    init: (): Funnel => ({ reached: [0, 0, 0, 0, 0], sources: new Map(), seconds: [] }),
    add: ({ reached, sources, seconds }, visit) => {
      if (visit.bot || visit.pages.length === 0) return;
      const taken = stepsTaken(visit.pages);
      for (let step = 0; step <= taken; step++) reached[step] = (reached[step] ?? 0) + 1;
      const source = sourceOf(visit.referrer);
      sources.set(source, (sources.get(source) ?? 0) + 1);
      seconds.push(visit.seconds);
    },
    finish: ({ reached, sources, seconds }) => {
      const sorted = seconds.sort((a, b) => a - b);
      const typical = sorted[Math.floor((sorted.length - 1) / 2)] ?? null;
      const bounced = sorted.length === 0 ? 0 : sorted.filter((each) => each < 10).length / sorted.length;
      return { reached, sources: Object.fromEntries(sources), typical, bounced };
    },
  },
});

const REMEMBERED_DAYS = 7;

/** Visitors of today by when they were here last. */
export const loyalty = defineComputation({
  name: 'loyalty',
  category: 'site',
  needs: { visits: dataset(visits), own: history(REMEMBERED_DAYS) },
  output: z.object({
    visitors: z.array(z.string()),
    fresh: z.number().int(),
    back: z.number().int(),
    streak: z.number().int(),
  }),
  reduce: {
    init: () => new Set<string>(),
    add: (seen, { visitor, bot, seconds }) => {
      if (!bot && seconds > 0) seen.add(visitor.normalize('NFC').trim());
    },
    finish: (seen, { inputs }) => {
      const known = new Set(inputs.own.flatMap(({ value }) => value.visitors));
      const visitors = [...seen].sort();
      const back = visitors.filter((visitor) => known.has(visitor)).length;
      const quiet = inputs.own.findLastIndex(({ value }) => value.back === 0);
      const streak = back === 0 ? 0 : inputs.own.length - quiet;
      return { visitors, fresh: visitors.length - back, back, streak };
    },
  },
});
