/**
 * Answers from memory which events a device is registered to. Of each organization that is asked about there is a copy, refreshed together
 * every `refreshMs`, and swapped whole.
 *
 * A1. A refresh that fails changes nothing: the copy that there is goes on answering, and its age is told.
 * A2. Of an organization there is one refresh at a time, and whoever asks for one meanwhile waits for that.
 * A3. The timer keeps no process alive.
 */
import { codeOf, toError } from '../../../errors.ts';
import { atMost } from '../../../process/at-most.ts';
import type { Log, SteadyClock } from '../../../process/ports.ts';
import { Membership } from '../../live/membership.ts';
import type { Organization } from '../../model/organization.ts';
import type { MembershipStore } from '../../ports/membership.ts';

/** A copy that nobody has asked for so long is let go. */
export const UNUSED_MS = 3_600_000;

/** Organizations that are refreshed at once. */
const REFRESHES_AT_ONCE = 10;

export interface MembershipMapPorts {
  readonly store: MembershipStore;
  readonly clock: SteadyClock;
  readonly log: Log;
  /** LIVE_DEVICE_EVENT_REFRESH_MS. */
  readonly refreshMs: number;
  /** Does something again and again; answers how to stop it. The system's timer, unreferenced, when absent. */
  readonly every?: (ms: number, work: () => void) => () => void;
}

/** Of this process, since it began. */
export interface MembershipMetrics {
  readonly organizations: number;
  readonly devices: number;
  readonly registrations: number;
  /** Since the oldest of the copies was last known to be what the store has; 0 when there is none. */
  readonly oldestAgeMs: number;
  readonly refreshes: number;
  /** Of them: those that found nothing new, for one read each. */
  readonly unchanged: number;
  readonly failures: number;
  readonly lastRefreshMs: number;
  readonly longestRefreshMs: number;
}

interface Copy {
  membership: Membership;
  /** By `elapsed`: when the refresh began that last succeeded. */
  knownMs: number;
  usedMs: number;
  isUsed: boolean;
}

export class MembershipMap {
  readonly #ports: MembershipMapPorts;
  readonly #copies = new Map<Organization, Copy>();
  readonly #refreshing = new Map<Organization, Promise<Membership>>();
  readonly #counts = { refreshes: 0, unchanged: 0, failures: 0, lastRefreshMs: 0, longestRefreshMs: 0 };
  #stop: (() => void) | undefined;

  constructor(ports: MembershipMapPorts) {
    this.#ports = ports;
  }

  /** Refreshes from now on. */
  start(): void {
    const every = this.#ports.every ?? everyUnreferenced;
    this.#stop ??= every(this.#ports.refreshMs, () => void this.refreshAll());
  }

  stop(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Ascending, the same array each time. Undefined when the organization's copy was never read here: await `load`. */
  eventsOf(organization: Organization, device: string): readonly string[] | undefined {
    const copy = this.#copies.get(organization);
    if (copy === undefined) return undefined;
    copy.isUsed = true;
    return copy.membership.eventsOf(device);
  }

  /** The copy that there is, or the first. @throws {RetryableError} UNAVAILABLE, when there is none and it cannot be read */
  async load(organization: Organization): Promise<Membership> {
    return this.#copies.get(organization)?.membership ?? this.refresh(organization);
  }

  /** @throws {RetryableError} UNAVAILABLE: the copy that there was stays */
  refresh(organization: Organization): Promise<Membership> {
    const underWay = this.#refreshing.get(organization);
    if (underWay !== undefined) return underWay;
    const refreshing = this.#refresh(organization).finally(() => this.#refreshing.delete(organization));
    this.#refreshing.set(organization, refreshing);
    return refreshing;
  }

  /** Of all organizations that somebody asks about. It never fails. */
  async refreshAll(): Promise<void> {
    const now = this.#ports.clock.elapsed();
    for (const [organization, copy] of this.#copies) {
      if (copy.isUsed) copy.usedMs = now;
      copy.isUsed = false;
      if (now - copy.usedMs >= UNUSED_MS) this.#copies.delete(organization);
    }
    await atMost(
      [...this.#copies.keys()],
      (organization) => this.refresh(organization).catch(() => {}),
      REFRESHES_AT_ONCE,
    );
  }

  metrics(): MembershipMetrics {
    const copies = [...this.#copies.values()];
    const now = this.#ports.clock.elapsed();
    return {
      organizations: copies.length,
      devices: copies.reduce((sum, { membership }) => sum + membership.devices, 0),
      registrations: copies.reduce((sum, { membership }) => sum + membership.registrations, 0),
      oldestAgeMs: copies.reduce((oldest, { knownMs }) => Math.max(oldest, now - knownMs), 0),
      ...this.#counts,
    };
  }

  async #refresh(organization: Organization): Promise<Membership> {
    const { clock, log } = this.#ports;
    const startedMs = clock.elapsed();
    this.#counts.refreshes++;
    try {
      const membership = await this.#read(organization);
      const copy = this.#copies.get(organization);
      if (copy === undefined)
        this.#copies.set(organization, { membership, knownMs: startedMs, usedMs: startedMs, isUsed: true });
      else {
        if (copy.membership === membership) this.#counts.unchanged++;
        copy.membership = membership;
        copy.knownMs = startedMs;
      }
      return membership;
    } catch (thrown) {
      this.#counts.failures++;
      const ageMs = this.#copies.has(organization)
        ? startedMs - (this.#copies.get(organization) as Copy).knownMs
        : undefined;
      log.warn(
        { event: 'membership.refresh_failed', organization, code: codeOf(thrown), ageMs },
        `${toError(thrown).message}. ${ageMs === undefined ? 'There is no copy yet' : 'The copy that there is goes on answering'}`,
      );
      throw thrown;
    } finally {
      this.#counts.lastRefreshMs = clock.elapsed() - startedMs;
      this.#counts.longestRefreshMs = Math.max(this.#counts.longestRefreshMs, this.#counts.lastRefreshMs);
    }
  }

  /** What there is when nothing has changed. */
  async #read(organization: Organization): Promise<Membership> {
    const { store } = this.#ports;
    const known = this.#copies.get(organization)?.membership ?? Membership.empty;
    const version = await store.version(organization);
    const others = known.otherThan(version);
    return others === undefined ? known : known.with(version, await store.parts(organization, others));
  }
}

function everyUnreferenced(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms);
  timer.unref();
  return () => clearInterval(timer);
}
