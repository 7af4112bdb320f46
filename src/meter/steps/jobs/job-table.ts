/** The jobs that there are. */
import { addDays, dayOf } from '../../../values/date.ts';
import { compactDay, isOver, type CompactPorts } from '../compact/compact-day.ts';
import { rollUpDay, type RollUpPorts } from '../compact/roll-up-day.ts';
import type { Organization } from '../../model/organization.ts';
import { maintain, type MaintainPorts } from '../maintain/maintain.ts';
import type { Log } from '../../../process/ports.ts';
import type { Chunks } from '../../ports/chunks.ts';
import type { DayStore } from '../../ports/day-store.ts';
import { pushDays, type PushPorts } from '../push/push-days.ts';
import { retain, type RetainPorts } from '../retain/retain.ts';
import { checkHealth, type HealthPorts } from './check-health.ts';
import type { JobDone, JobRow } from './run-jobs.ts';

const MINUTE_MS = 60_000;

/** How long after its end a day is waited for before it is rolled up: late samples make that again. */
const GRACE_MS = 30 * MINUTE_MS;

export interface JobPorts extends MaintainPorts, CompactPorts, RollUpPorts, RetainPorts, HealthPorts, PushPorts {
  readonly days: DayStore;
  readonly chunks: Chunks;
  readonly deadLetters: MaintainPorts['deadLetters'];
  readonly pushTo: { readonly url: string; readonly headers: Readonly<Record<string, string>> } | undefined;
  readonly clock: { now(): number };
  readonly log: Log;
}

export const jobTable = (ports: JobPorts): readonly JobRow[] => [
  { name: 'upkeep', everyMs: MINUTE_MS, act: () => upkeep(ports) },
  { name: 'compaction', everyMs: 5 * MINUTE_MS, act: (isDue) => compaction(ports, isDue) },
  { name: 'retention', everyMs: 6 * 60 * MINUTE_MS, act: (isDue) => retention(ports, isDue) },
  ...(ports.pushTo === undefined
    ? []
    : [{ name: 'push' as const, everyMs: 30 * MINUTE_MS, act: (isDue: () => boolean) => push(ports, isDue) }]),
  { name: 'health', everyMs: 5 * MINUTE_MS, act: () => checkHealth(ports) },
];

async function upkeep(ports: JobPorts): Promise<JobDone> {
  const { sessionsEnded, offline, deadLettersDropped } = await maintain(ports);
  const text = `${sessionsEnded} sessions ended, ${offline} runtimes went offline, ${deadLettersDropped} dead letters dropped`;
  return { isDone: true, text };
}

/** Of each organization today, and the days for which samples may still come. */
async function compaction(ports: JobPorts, isDue: () => boolean): Promise<JobDone> {
  let [segments, chunks, rolledUp] = [0, 0, 0];
  let isDone = true;
  for (const organization of await ports.days.organizations()) {
    const { past_grace_period: graceSeconds } = await ports.limitsOf(organization);
    const today = dayOf(ports.clock.now());
    const oldest = Math.ceil(graceSeconds / 86_400) + 1;
    const there = new Set(await ports.days.days(organization));
    for (let back = -1; back <= oldest; back++) {
      const day = addDays(today, -back);
      if (!there.has(day)) continue;
      if (isDue()) return { isDone: false, text: told(segments, chunks, rolledUp) };
      const key = { organization, day };
      const isClosed = isOver(day, ports.clock.now(), GRACE_MS);
      const done = await compactDay(key, isClosed, ports, isDue);
      segments += done.segments;
      chunks += done.chunks;
      if (!done.isDone) isDone = false;
      else if (isClosed && !(await rollUpDay(key, ports))) isDone = false;
      else if (isClosed) rolledUp++;
    }
  }
  return { isDone, text: told(segments, chunks, rolledUp) };
}

const told = (segments: number, chunks: number, rolledUp: number): string =>
  `${segments} segments joined, ${chunks} chunks written, ${rolledUp} closed days are rolled up`;

async function retention(ports: JobPorts, isDue: () => boolean): Promise<JobDone> {
  let [dropped, kept, documents, dollars] = [0, 0, 0, 0];
  for (const organization of await ports.days.organizations()) {
    if (isDue()) return { isDone: false, text: `${dropped} parts of days dropped so far` };
    await rollUpLeftOver(organization, ports, isDue);
    const report = await retain(organization, false, ports);
    dropped += report.dropped.length;
    kept += report.kept.length;
    documents += report.documents;
    dollars += report.dollars;
  }
  const text = `${dropped} parts of days dropped, ${documents} documents for $${dollars.toFixed(6)}; ${kept} kept beyond their time`;
  return { isDone: true, text };
}

/** Days that have had their time and were not rolled up when they were due: nothing did it then. */
async function rollUpLeftOver(organization: Organization, ports: JobPorts, isDue: () => boolean): Promise<void> {
  const { kept } = await retain(organization, true, ports);
  for (const { day, part } of kept) {
    if (part !== 'samples' || isDue()) continue;
    const key = { organization, day };
    const { isDone } = await compactDay(key, true, ports, isDue);
    if (isDone) await rollUpDay(key, ports);
  }
}

async function push(ports: JobPorts, isDue: () => boolean): Promise<JobDone> {
  let [days, requests] = [0, 0];
  for (const organization of await ports.days.organizations()) {
    if (ports.pushTo === undefined || isDue()) break;
    const done = await pushDays(organization, ports.pushTo, ports, isDue);
    days += done.days;
    requests += done.requests;
    if (!done.isDone) return { isDone: false, text: `${days} days sent so far` };
  }
  return { isDone: !isDue(), text: `${days} days sent in ${requests} requests` };
}
