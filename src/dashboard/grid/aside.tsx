/** Beside the grid: the chosen cell in short, or what a rectangle has in it. */
import type { ExplainAnswer } from '../../mill/answers/explain.ts';
import { Causes } from '../cell/causes.tsx';
import { Outcome } from '../cell/outcome.tsx';
import { useAnswer } from '../data/answer.ts';
import { linkTo } from '../shell/location.ts';
import { count, counted } from '../ui/format.ts';
import { cellPath } from '../ui/links.tsx';
import { Panel } from '../ui/panel.tsx';
import { Mark } from '../ui/stand.tsx';
import { STAND_MARKS, STATES } from '../ui/stand-marks.ts';
import { dayAt, type Grid } from './decode.ts';
import type { Rectangle } from './overlay.ts';
import type { Rows } from './rows.ts';

interface Props {
  readonly computation: string;
  readonly date: string;
  readonly onClose: () => void;
}

export function GridAside({ computation, date, onClose }: Props) {
  const answer = useAnswer<ExplainAnswer>(`/api/mill/cells/${encodeURIComponent(computation)}/${date}`);
  return (
    <aside class="grid-aside" aria-label="The chosen cell">
      <Panel title={`${computation}@${date}`} answer={answer} more={<Close onClose={onClose} />}>
        {(told) => (
          <>
            <Outcome answer={told} />
            <Causes answer={told} />
            <p>
              <a href={linkTo(cellPath(computation, date))}>Open the cell</a>: its vector, its result, its attempts.
            </p>
          </>
        )}
      </Panel>
    </aside>
  );
}

const Close = ({ onClose }: Pick<Props, 'onClose'>) => (
  <button type="button" class="plain" aria-label="Close" title="Close (Escape)" onClick={onClose}>
    ✕
  </button>
);

interface Selected {
  readonly grid: Grid;
  readonly rows: Rows;
  readonly rectangle: Rectangle;
  readonly onClose: () => void;
}

export function Selection({ grid, rows, rectangle: { from, to }, onClose }: Selected) {
  const [first, last] = [Math.min(from.column, to.column), Math.max(from.column, to.column)];
  const [top, bottom] = [Math.min(from.place, to.place), Math.max(from.place, to.place)];
  const counts = STATES.map(() => 0);
  const names: string[] = [];
  for (const row of rows.order.slice(top, bottom + 1)) {
    names.push(grid.computations[row] ?? '');
    for (let column = first; column <= last; column++) {
      const stand = (grid.states[row * grid.days + column] ?? 15) & 15;
      if (stand < counts.length) counts[stand] = (counts[stand] ?? 0) + 1;
    }
  }
  const days = { from: dayAt(grid, first), to: dayAt(grid, last) };
  return (
    <aside class="grid-aside" aria-label="The chosen rectangle">
      <div class="split">
        <h2>
          {counted(names.length, 'computation')}, {days.from} – {days.to}
        </h2>
        <Close onClose={onClose} />
      </div>
      <ul class="legend down">
        {STATES.map((state, at) =>
          counts[at] === 0 ? null : (
            <li key={state}>
              <Mark state={state} /> {STAND_MARKS[state].word} <span class="quiet">{count(counts[at] ?? 0)}</span>
            </li>
          ),
        )}
      </ul>
      <p>
        <a href={linkTo('/plan', { ...days, select: names.join(' ') })}>Plan this</a>
        {' · '}
        <a href={linkTo('/', days)}>Only these days</a>
      </p>
    </aside>
  );
}
