/** Runtimes that this process has read a while ago: a heartbeat asks the registry once in five minutes. */
import type { Clock } from '../../../process/ports.ts';
import type { Organization } from '../../model/organization.ts';
import type { RuntimeRecord } from '../../model/runtime.ts';
import type { Runtimes } from '../../ports/runtimes.ts';

/** So long another instance's change of a runtime may stay unseen here. */
export const KNOWN_MS = 300_000;

const MAX_KNOWN = 200_000;

export class KnownRuntimes {
  readonly #runtimes: Pick<Runtimes, 'read'>;
  readonly #clock: Clock;
  readonly #known = new Map<string, { readonly record: RuntimeRecord; readonly readMs: number }>();
  readonly #reading = new Map<string, Promise<RuntimeRecord | undefined>>();

  constructor(runtimes: Pick<Runtimes, 'read'>, clock: Clock) {
    this.#runtimes = runtimes;
    this.#clock = clock;
  }

  /** Undefined of one that is not there, or is being deleted. @throws {RetryableError} UNAVAILABLE */
  async read(organization: Organization, id: string): Promise<RuntimeRecord | undefined> {
    const key = keyOf(organization, id);
    const known = this.#known.get(key);
    if (known !== undefined && this.#clock.now() - known.readMs < KNOWN_MS) return known.record;
    const reading = this.#reading.get(key) ?? this.#read(organization, id).finally(() => this.#reading.delete(key));
    this.#reading.set(key, reading);
    return reading;
  }

  note(organization: Organization, record: RuntimeRecord): void {
    const key = keyOf(organization, record.runtime_id);
    this.#known.delete(key);
    if (record.deleting_since !== undefined) return;
    this.#known.set(key, { record, readMs: this.#clock.now() });
    if (this.#known.size <= MAX_KNOWN) return;
    const [oldest] = this.#known.keys();
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  forget(organization: Organization, id: string): void {
    this.#known.delete(keyOf(organization, id));
  }

  async #read(organization: Organization, id: string): Promise<RuntimeRecord | undefined> {
    const record = await this.#runtimes.read(organization, id);
    if (record === undefined) this.forget(organization, id);
    else this.note(organization, record);
    return record?.deleting_since === undefined ? record : undefined;
  }
}

/** No organization has a slash. */
const keyOf = (organization: Organization, id: string): string => `${organization}/${id}`;
