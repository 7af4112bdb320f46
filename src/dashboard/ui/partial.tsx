/** Results that are there and lack entities, by computation, with the worst of each. */
import type { ReportAnswer } from '../../mill/answers/report.ts';
import { count } from './format.ts';
import { CellLink } from './links.tsx';
import { Table } from './table.tsx';

export function Partial({ rows }: { readonly rows: ReportAnswer['partial'] }) {
  if (rows.length === 0) return null;
  return (
    <section class="panel">
      <h2>Results that lack entities</h2>
      <Table
        label="Results that lack entities"
        rows={rows}
        keyOf={({ computation }) => computation}
        sortName="partial"
        columns={[
          { name: 'Computation', cell: ({ computation }) => computation, by: ({ computation }) => computation },
          { name: 'Cells', cell: ({ cells }) => count(cells), by: ({ cells }) => cells, isNumber: true },
          { name: 'Days', cell: ({ first, last }) => (first === last ? first : `${first} … ${last}`) },
          {
            name: 'Entities failed',
            cell: ({ failedEntities, entities }) => `${count(failedEntities)} of ${count(entities)}`,
            by: ({ failedEntities }) => failedEntities,
            isNumber: true,
          },
          {
            name: 'Above the limit',
            cell: ({ above }) => (above === 0 ? '' : <span class="bad">{count(above)}</span>),
            isNumber: true,
          },
          {
            name: 'Worst',
            cell: ({ computation, worst }) => (
              <>
                <CellLink computation={computation} date={worst.date} />: {worst.errors[0]?.message ?? ''}
              </>
            ),
            isWide: true,
          },
        ]}
      />
    </section>
  );
}
