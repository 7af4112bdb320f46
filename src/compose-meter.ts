/** The composition root of the meter: config -> the ports that collecting asks for. */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { composeResults } from './compose-results.ts';
import { AnswerCache } from './meter/answers/query/answer-cache.ts';
import type { Config } from './config/config.ts';
import { UserError } from './errors.ts';
import { openFirestore } from './google/firestore-client.ts';
import { firestoreAlerts } from './google/meter/firestore-alerts.ts';
import { firestoreApiKeys } from './google/meter/firestore-api-keys.ts';
import { firestoreChunks } from './google/meter/firestore-chunks.ts';
import { firestoreDays } from './google/meter/firestore-days.ts';
import { firestoreDeadLetters } from './google/meter/firestore-dead-letters.ts';
import { firestoreFeed } from './google/meter/firestore-feed.ts';
import { firestoreJobs } from './google/meter/firestore-jobs.ts';
import { firestoreLimits } from './google/meter/firestore-limits.ts';
import { firestoreLiveMetrics } from './google/meter/firestore-live-metrics.ts';
import { firestoreMembership } from './google/meter/firestore-membership.ts';
import { firestoreMinutes } from './google/meter/firestore-minutes.ts';
import { firestorePresences } from './google/meter/firestore-presences.ts';
import { firestorePushes } from './google/meter/firestore-pushes.ts';
import { firestoreQuotas } from './google/meter/firestore-quotas.ts';
import { firestoreRetention } from './google/meter/firestore-retention.ts';
import { firestoreRuntimes } from './google/meter/firestore-runtimes.ts';
import { SegmentCache } from './google/meter/segment-cache.ts';
import { firestoreSessions } from './google/meter/firestore-sessions.ts';
import { DEFAULT_LIMITS, type OrganizationLimits } from './meter/model/limits.ts';
import type { Organization } from './meter/model/organization.ts';
import { NAME_LABEL } from './meter/model/series.ts';
import type { SampleSelection } from './meter/answers/export/sample-table.ts';
import type { Day } from './values/date.ts';
import type { QuotaKind, QuotaVerdict } from './meter/ports/quotas.ts';
import type { QueryPorts } from './meter/answers/query/query.ts';
import { importLines } from './meter/answers/export/import-lines.ts';
import { derivedDay } from './meter/answers/results/derived-lines.ts';
import { mayBeDerived, selectDerived } from './meter/answers/results/derived-series.ts';
import { selectSamples } from './meter/answers/query/select-samples.ts';
import type { Runtime } from './meter/model/runtime.ts';
import type { CollectPorts, Taken } from './meter/steps/collect/collect.ts';
import { figures } from './meter/steps/collect/figures.ts';
import { groupCommit } from './meter/steps/collect/group-commit.ts';
import { organizationSeries } from './meter/steps/collect/organization-series.ts';
import { keepHeartbeat, markSeriesStale } from './meter/steps/collect/own-samples.ts';
import { LiveHub } from './meter/steps/live/live-hub.ts';
import { watchWindows } from './meter/steps/live/watch-windows.ts';
import { KnownRuntimes } from './meter/steps/runtimes/known-runtimes.ts';
import { MembershipMap } from './meter/steps/runtimes/membership-map.ts';
import { MetricTables } from './meter/steps/runtimes/metric-tables.ts';
import { openLog } from './process/log.ts';
import { SYSTEM_CLOCK } from './process/system-clock.ts';

/** All samples of a day. */
const EVERYTHING: SampleSelection = {
  matchers: [{ name: NAME_LABEL, operator: '=~', value: '.*' }],
  fromMs: -Infinity,
  toMs: Infinity,
};

export type MeterPorts = ReturnType<typeof composeMeter>;

/** What is thrown for an organization that sends more than it may. */
export type Refuse = (verdict: Extract<QuotaVerdict, { ok: false }>) => Error;

const refuse: Refuse = ({ name, value }) =>
  new UserError('OVER_LIMIT', `The organization has what ${name} allows, which is ${value}. Try again in a moment.`);

/** `refused`: in the words of whose door it is. */
export function composeMeter(config: Config, refused: Refuse = refuse) {
  const db = openFirestore(config);
  const clock = SYSTEM_CLOCK;
  const log = openLog(config.logLevel, { worker: config.worker });
  const newId = (): string => randomUUID();
  const cache = new SegmentCache();
  const days = firestoreDays(db, { clock, cache });
  const chunks = firestoreChunks(db, cache);
  const index = organizationSeries(randomBytes(4).readInt32LE());
  const counted = figures(() => clock.elapsed());
  const limits = firestoreLimits(db, { defaults: config.collect?.limits ?? DEFAULT_LIMITS, clock, log });
  const limitsOf = (organization: Organization): Promise<OrganizationLimits> => limits.of(organization);
  const minutes = firestoreMinutes(db);
  const windows = watchWindows({ minutes, clock, log, newId });
  const live = new LiveHub({ feed: firestoreFeed(db, clock), instance: newId().slice(0, 8), clock, log });
  const quotas = firestoreQuotas(db, clock);
  const collecting = {
    days,
    group: groupCommit({ days }),
    deadLetters: firestoreDeadLetters(db),
    seriesOf: (organization: Organization, own: OrganizationLimits) => index.of(organization, own),
    async spend(organization: Organization, items: number, own: OrganizationLimits) {
      const verdict = await quotas.spend(organization, 'ingestion', items, own);
      if (!verdict.ok) throw refused(verdict);
    },
    newId,
    clock,
    observe(taken: Taken) {
      const { samples, refused, events, rejected } = taken;
      counted.taken({ samples: samples.length - refused.size, events, rejected });
      windows.observe(taken);
      live.observe(taken);
    },
  } satisfies CollectPorts;
  const own = { ...collecting, limitsOf };
  const runtimes = firestoreRuntimes(db);
  const membership = firestoreMembership(db, clock);
  const memberships = new MembershipMap({ store: membership, clock, log, refreshMs: config.deviceEventRefreshMs });
  const results = composeResults(config, db);
  const owner = config.collect?.owner;
  const select: QueryPorts['select'] = async (organization, selection, own, signal) => {
    const most = { maxSamples: own.max_samples_per_query, maxSeries: own.max_fetched_series_per_query };
    const [samples, derived] = await Promise.all([
      selectSamples(organization, selection, most, { days, chunks }, signal),
      mayBeDerived(selection.matchers)
        ? selectDerived({ organization, owner }, selection, most, { results }, signal)
        : [],
    ]);
    return [...samples, ...derived];
  };
  return {
    ...own,
    results,
    owner,
    pushes: firestorePushes(db),
    pushTo: config.collect?.pushTo,
    lines: (organization: Organization, day: Day) => importLines({ organization, day }, EVERYTHING, { days }),
    derived: (organization: Organization, day: Day) => derivedDay({ organization, owner }, day, { results }),
    wait: (ms: number) => delay(ms),
    chunks,
    retention: firestoreRetention(db),
    jobs: firestoreJobs(db, clock),
    alerts: firestoreAlerts(db, config.collect?.alertWebhook),
    select,
    log,
    index,
    figures: counted,
    windows,
    minutes,
    /** Of a request, before its body is read. */
    async spendRequest(organization: Organization, kind: Exclude<QuotaKind, 'ingestion'>) {
      const verdict = await quotas.spend(organization, kind, 1, await limitsOf(organization));
      if (!verdict.ok) throw refused(verdict);
    },
    /** Counted by the door. */
    requests: { underWay: 0 },
    sessions: firestoreSessions(db),
    apiKeys: firestoreApiKeys(db, clock),
    /** What the environment says goes before what the project says. */
    jwt: {
      secret: config.jwt.secret,
      jwksUrl: config.jwt.jwksUrl ?? config.collect?.jwksUrl,
      issuer: config.jwt.issuer ?? config.collect?.issuer,
      audience: config.jwt.audience ?? config.collect?.audience,
    },
    runtimes,
    known: new KnownRuntimes(runtimes, clock),
    tables: new MetricTables({ open: (organization) => firestoreLiveMetrics(db, { organization, clock }), log }),
    presences: firestorePresences(db),
    membership,
    memberships,
    live,
    answers: new AnswerCache(() => clock.elapsed()),
    async keep(organization: Organization, runtime: Runtime, metrics: Readonly<Record<string, number>>, atMs: number) {
      await keepHeartbeat(organization, { runtime, metrics, atMs }, own);
      live.heartbeat(organization, runtime.runtime_id, metrics, atMs);
    },
    markStale: (organization: Organization, runtimeId: string, atMs: number) =>
      markSeriesStale(organization, { runtimeId, atMs }, own),
    close: () => db.terminate(),
  };
}
