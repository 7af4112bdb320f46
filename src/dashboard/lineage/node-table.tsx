/** The same boxes as a table: for who cannot see the drawing, and for who looks for a name. */
import type { CellState } from '../../mill/answers/state-marks.ts';
import { linkTo } from '../shell/location.ts';
import { counted } from '../ui/format.ts';
import { cellPath } from '../ui/links.tsx';
import { Stand } from '../ui/stand.tsx';
import { Table } from '../ui/table.tsx';
import type { Box } from './fold.ts';

interface Props {
  readonly boxes: readonly Box[];
  readonly states: ReadonlyMap<string, CellState>;
  readonly day: string;
}

export const NodeTable = ({ boxes, states, day }: Props) => (
  <details>
    <summary>As a table, {counted(boxes.length, 'row')}</summary>
    <Table
      label="Boxes of the graph"
      rows={boxes}
      keyOf={({ id }) => id}
      columns={[
        {
          name: 'Name',
          cell: ({ kind, name, members }) =>
            kind === 'dataset' || members.length > 0 ? name : <a href={linkTo(cellPath(name, day))}>{name}</a>,
          by: ({ name }) => name,
        },
        { name: 'Kind', cell: ({ kind, category }) => category ?? kind, by: ({ kind, category }) => category ?? kind },
        { name: 'Pass', cell: ({ pass }) => pass, by: ({ pass }) => pass, isNumber: true },
        {
          name: day,
          cell: ({ id }) => {
            const state = states.get(id);
            return state === undefined ? '' : <Stand state={state} />;
          },
          by: ({ id }) => states.get(id) ?? '',
        },
      ]}
    />
  </details>
);
