/** Quotas of organizations: one timestamp each, `orgs/{organization}/quotas/{kind}`, of which instances take slices. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Firestore } from '@google-cloud/firestore';
import { RetryableError } from '../../errors.ts';
import { type Ask, answered, decide, type Grant, grant, type Lease, NO_LEASE } from '../../meter/limits/lease.ts';
import { ingestionRate, type NamedRate, requestRate } from '../../meter/limits/rates.ts';
import type { OrganizationLimits } from '../../meter/model/limits.ts';
import type { Organization } from '../../meter/model/organization.ts';
import type { QuotaKind, Quotas, QuotaVerdict } from '../../meter/ports/quotas.ts';
import type { Clock } from '../../process/ports.ts';
import { unavailable } from '../firestore-client.ts';

/** How long a request waits for a slice. One that is given later is lost, which lets through less, not more. */
const DEADLINE_MS = 5_000;

/** Quotas whose slices an instance holds at once: of the one that it used longest ago it takes a new one. */
const HELD_QUOTAS = 10_000;

/** What an instance holds of one quota. One at a time asks for more; the others wait for what it gets. */
interface Held {
  lease: Lease;
  asking: Promise<void> | undefined;
}

const rateOf = (kind: QuotaKind, limits: OrganizationLimits): NamedRate => {
  if (kind === 'ingestion') return ingestionRate(limits);
  const names = { single: 'request_rate', batch: 'batch_request_rate', read: 'read_request_rate' } as const;
  return requestRate(limits, names[kind]);
};

/** By the wall's clock, which instances share: by as much as two differ, more or less is let through. */
export function firestoreQuotas(db: Firestore, clock: Clock): Quotas {
  const quotas = new Map<string, Held>();
  return {
    async spend(organization, kind, cost, limits) {
      const rate = rateOf(kind, limits);
      if (cost > rate.burst) return refused(rate, 'burst', (rate.burst / rate.perSecond) * 1_000);
      const path = pathOf(organization, kind);
      const held = heldOf(quotas, path);
      for (;;) {
        const decision = decide(held.lease, cost, rate, clock.now());
        if (decision.kind === 'refused') return refused(rate, 'rate', decision.waitMs);
        if (decision.kind === 'passed') {
          held.lease = decision.lease;
          return { ok: true };
        }
        if (held.asking !== undefined) {
          await held.asking;
          continue;
        }
        const granted = await askFor(decision.ask, held, () => take(db, path, decision.ask, rate, clock));
        return granted.ok ? { ok: true } : refused(rate, granted.limit, granted.waitMs);
      }
    },
  };

  async function askFor(ask: Ask, held: Held, act: () => Promise<Taken>): Promise<Grant> {
    const before = held.lease;
    // What is left of it is spent with this request; nobody else may have it meanwhile.
    held.lease = { ...before, left: 0 };
    const asking = act();
    held.asking = asking.then(
      () => {},
      () => {},
    );
    try {
      const { granted, atMs } = await asking;
      held.lease = answered(granted.ok ? held.lease : before, ask, granted, atMs);
      return granted;
    } catch (thrown) {
      held.lease = before;
      throw thrown;
    } finally {
      held.asking = undefined;
    }
  }
}

const pathOf = (organization: Organization, kind: QuotaKind): string => `orgs/${organization}/quotas/${kind}`;

function heldOf(quotas: Map<string, Held>, path: string): Held {
  const held = quotas.get(path) ?? { lease: NO_LEASE, asking: undefined };
  // The order of the map is that of use.
  quotas.delete(path);
  quotas.set(path, held);
  const [oldest] = quotas.keys();
  if (quotas.size > HELD_QUOTAS && oldest !== undefined) quotas.delete(oldest);
  return held;
}

const refused = (rate: NamedRate, limit: 'rate' | 'burst', waitMs: number): QuotaVerdict => ({
  ok: false,
  retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
  limit,
  name: rate.names[limit],
  value: limit === 'burst' ? rate.burst : rate.perSecond,
});

interface Taken {
  readonly granted: Grant;
  readonly atMs: number;
}

async function take(db: Firestore, path: string, ask: Ask, rate: NamedRate, clock: Clock): Promise<Taken> {
  const done = new AbortController();
  const late = delay(DEADLINE_MS, undefined, { signal: done.signal, ref: false }).then(() => {
    throw new RetryableError('UNAVAILABLE', `${path} was not answered within ${DEADLINE_MS / 1_000} s.`);
  });
  // Whoever is first has been heard.
  late.catch(() => {});
  const taking = db.runTransaction(async (transaction) => {
    const document = db.doc(path);
    const found: unknown = (await transaction.get(document)).get('tatMs');
    const atMs = clock.now();
    const granted = grant(typeof found === 'number' ? found : -Infinity, ask, rate, atMs);
    if (granted.ok) transaction.set(document, { tatMs: granted.tatMs });
    return { granted, atMs };
  });
  taking.catch(() => {});
  try {
    return await Promise.race([taking, late]);
  } catch (thrown) {
    throw thrown instanceof RetryableError ? thrown : unavailable(`${path} could not be read or written`, thrown);
  } finally {
    done.abort();
  }
}
