/** What an organization has as a table, over days. */
import { daysFrom, type Day } from '../../../values/date.ts';
import type { Table } from '../../../tables/table.ts';
import type { EventKind } from '../../model/event.ts';
import type { Organization } from '../../model/organization.ts';
import type { Matcher } from '../../promql/selection.ts';
import { eventBatches, eventColumns } from './event-table.ts';
import { type ExportPorts, SAMPLE_COLUMNS, sampleBatches } from './sample-table.ts';

export type ExportKind = 'samples' | EventKind;

export interface ExportRequest {
  readonly organization: Organization;
  readonly kind: ExportKind;
  readonly from: Day;
  readonly to: Day;
  /** Of samples. */
  readonly matchers: readonly Matcher[];
  /** Narrower than the days. Milliseconds since 1970, both included. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
  readonly seesPeople: boolean;
}

/** Days of one export. */
export const MAX_EXPORT_DAYS = 400;

/** Read as it is written; days are read one after the other. */
export function exportTable(request: ExportRequest, ports: ExportPorts): Table {
  const { kind, seesPeople, fromMs = -Infinity, toMs = Infinity } = request;
  const columns = kind === 'samples' ? SAMPLE_COLUMNS : eventColumns(kind, seesPeople);
  async function* batches(): Table['batches'] extends AsyncIterable<infer B> ? AsyncGenerator<B> : never {
    for (const day of daysFrom(request.from, request.to)) {
      const key = { organization: request.organization, day };
      yield* kind === 'samples'
        ? sampleBatches(key, { matchers: request.matchers, fromMs, toMs }, ports)
        : eventBatches(key, kind, columns, { fromMs, toMs }, ports);
    }
  }
  return { columns, batches: batches() };
}
