/** Results as rows: an entity and day each, by the columns of the computation's own schema. */
import { z } from 'zod';
import { batchesOf, type Column, type Table } from '../../tables/table.ts';
import { cellOf, columnsOf } from '../../tables/schema-columns.ts';
import type { Day } from '../../values/date.ts';
import type { ManifestComputation } from '../model/manifest.ts';
import type { Artifacts } from '../ports/artifacts.ts';
import { readWhole } from '../ports/read-whole.ts';

/** What is no object has one column of its own. */
const WHOLE: Column = { name: 'value', type: 'json' };

/** Days without a result have no rows. */
export function resultTable(
  { name, keyed }: Pick<ManifestComputation, 'name' | 'keyed'>,
  output: z.ZodType,
  days: readonly Day[],
  { artifacts }: { readonly artifacts: Pick<Artifacts, 'lastGood'> },
): Table {
  const schema = keyed && output instanceof z.ZodRecord ? (output.valueType as z.ZodType) : output;
  const own = columnsOf(schema);
  const members = own ?? [WHOLE];
  const columns: readonly Column[] = [
    { name: 'date', type: 'text' },
    ...(keyed ? [{ name: 'entity', type: 'text' } as const] : []),
    // A member of that name is the result's own.
    ...members.map(({ name: member, type }): Column => ({
      name: member === 'date' || member === 'entity' ? `${member}_` : member,
      type,
    })),
  ];
  const cells = (value: unknown): unknown[] =>
    own === undefined
      ? [value]
      : own.map(({ name: member, type }) =>
          cellOf((value as Readonly<Record<string, unknown>> | null)?.[member], type),
        );
  async function* rows(): AsyncGenerator<readonly unknown[]> {
    for (const date of days) {
      const found = await artifacts.lastGood({ computation: name, date });
      if (found === undefined) continue;
      if (!keyed) yield [date, ...cells(await readWhole(found.artifact))];
      else
        for await (const part of found.artifact.parts())
          for (const [id, value] of part.entries()) yield [date, id, ...cells(value)];
    }
  }
  return { columns, batches: batchesOf(columns.length, rows()) };
}
