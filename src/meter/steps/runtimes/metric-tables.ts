/** The live state of all organizations that this process hears of: a table each, written together. */
import { codeOf, toError } from '../../../errors.ts';
import { atMost } from '../../../process/at-most.ts';
import type { Log } from '../../../process/ports.ts';
import type { MetricStrategy } from '../../live/metric-strategy.ts';
import type { Organization } from '../../model/organization.ts';
import type { LiveMetrics } from '../../ports/live-metrics.ts';
import { MetricTable } from './metric-table.ts';

/** Organizations that are written at once. */
const WRITES_AT_ONCE = 4;

export interface MetricTablesPorts {
  readonly open: (organization: Organization) => LiveMetrics;
  readonly log: Log;
  readonly strategies?: Iterable<readonly [key: string, strategy: MetricStrategy]>;
}

export class MetricTables {
  readonly #ports: MetricTablesPorts;
  readonly #tables = new Map<Organization, MetricTable>();

  constructor(ports: MetricTablesPorts) {
    this.#ports = ports;
  }

  of(organization: Organization): MetricTable {
    const known = this.#tables.get(organization);
    if (known !== undefined) return known;
    const { strategies } = this.#ports;
    const table = new MetricTable({
      ...this.#ports.open(organization),
      ...(strategies === undefined ? {} : { strategies: [...strategies] }),
    });
    this.#tables.set(organization, table);
    return table;
  }

  /** What the store has of a runtime, without keeping it here. @throws {RetryableError} UNAVAILABLE */
  stored(organization: Organization, runtimeId: string): ReturnType<LiveMetrics['fetch']> {
    return this.#ports.open(organization).fetch(runtimeId);
  }

  /** Writes changes, and deletes what was deleted; answers how many runtimes. It never fails: what is left is for the next time. */
  async write(): Promise<number> {
    const written = await atMost(
      [...this.#tables],
      ([organization, table]) => this.#write(organization, table),
      WRITES_AT_ONCE,
    );
    return written.reduce((sum, count) => sum + count, 0);
  }

  async #write(organization: Organization, table: MetricTable): Promise<number> {
    try {
      return (await table.write()) + (await table.dbDelete());
    } catch (thrown) {
      this.#ports.log.warn(
        { event: 'live.metrics_not_written', organization, code: codeOf(thrown) },
        `${toError(thrown).message}. It is written the next time`,
      );
      return 0;
    }
  }
}
