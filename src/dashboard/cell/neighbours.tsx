/** What a cell reads and who reads it, on its day. */
import { computationOf, days, project } from '../data/project.ts';
import { statesAt } from '../grid/state-at.ts';
import { revision, useGrid } from '../grid/use-grid.ts';
import type { CellState } from '../../mill/answers/state-marks.ts';
import { linkTo } from '../shell/location.ts';
import { counted } from '../ui/format.ts';
import { cellPath } from '../ui/links.tsx';
import { Mark } from '../ui/stand.tsx';
import { STAND_MARKS } from '../ui/stand-marks.ts';
import { reached, readersOf } from './reached.ts';

export function Neighbours({ computation, date }: { readonly computation: string; readonly date: string }) {
  const all = project.value?.computations ?? [];
  const readers = readersOf(all, computation);
  const reads = computationOf(computation)?.needs ?? [];
  const { from, to } = days.value;
  const grid = useGrid(from, to);
  // Its bytes change in place.
  void revision.value;
  const stateOf = statesAt(grid.data, date);
  const further = reached(all, `${computation}+`).length - 1;
  return (
    <section class="panel">
      <div class="split">
        <h2>Reads, and is read by</h2>
        <a href={linkTo(`/lineage/${encodeURIComponent(computation)}`, { date })}>lineage</a>
      </div>
      <dl class="facts">
        <dt>reads</dt>
        <dd>
          {reads.length === 0 ? <span class="quiet">nothing</span> : null}
          <Names names={reads} date={date} stateOf={stateOf} />
        </dd>
        <dt>read by</dt>
        <dd>
          {readers.length === 0 ? <span class="quiet">nobody: it is an end of the graph</span> : null}
          <Names names={readers.map(({ name }) => name)} date={date} stateOf={stateOf} />
          {further > readers.length ? (
            <span class="quiet">, {counted(further, 'computation')} with what reads those</span>
          ) : null}
        </dd>
      </dl>
    </section>
  );
}

interface NamesProps {
  readonly names: readonly string[];
  readonly date: string;
  readonly stateOf: (name: string) => CellState | undefined;
}

/** Each with how it stands on the day; datasets have their days in another view. */
const Names = ({ names, date, stateOf }: NamesProps) => (
  <>
    {names.map((name, at) => {
      const state = stateOf(name);
      const isDataset = computationOf(name) === undefined;
      return (
        <span key={name}>
          {at === 0 ? '' : ', '}
          <span class="whole">
            {state === undefined ? null : <Mark state={state} size={12} />}{' '}
            <a
              href={isDataset ? linkTo('/data', { day: `${name}@${date}` }) : linkTo(cellPath(name, date))}
              title={state === undefined ? undefined : `${name}@${date}: ${STAND_MARKS[state].word}`}
            >
              {name}
            </a>
          </span>
        </span>
      );
    })}
  </>
);
