/** Series of an answer as rows: which is which, what it is where the crosshair is, shown or not. */
import { query, setQuery } from '../shell/location.ts';
import { lineOf } from './colours.ts';
import { isDark } from '../shell/theme.ts';
import { crosshair } from './cursor.ts';
import { figure, type Measured } from './figures.ts';
import { labelsOf, type Row, textOf, valueAt } from './series.ts';

/** More rows are asked for: a page that scrolls for ever is read by nobody. */
const MOST = 100;

/** Series that are not drawn, by their keys: `?off=`. */
export const hiddenIn = (params: URLSearchParams): ReadonlySet<string> =>
  new Set((params.get('off') ?? '').split('.').filter((key) => key !== ''));

function toggle(key: string, rows: readonly Row[], isAlone: boolean): void {
  const hidden = new Set(hiddenIn(query.value));
  const others = rows.filter((row) => row.key !== key);
  if (isAlone) {
    // Once more, and all are back.
    const isBack = !hidden.has(key) && others.every((row) => hidden.has(row.key));
    for (const row of rows) hidden.delete(row.key);
    if (!isBack) for (const row of others) hidden.add(row.key);
  } else if (!hidden.delete(key)) hidden.add(key);
  setQuery({ off: [...hidden].join('.') });
}

interface Props {
  readonly rows: readonly Row[];
  readonly drawn: number;
  readonly hidden: ReadonlySet<string>;
  readonly measured: Measured;
}

export function Legend({ rows, drawn, hidden, measured }: Props) {
  const { all, differing } = labelsOf(rows);
  const names = rows.length > 1 ? differing : all;
  return (
    <div class="scroll legend" tabIndex={0} role="region" aria-label="Series">
      <table>
        <thead>
          <tr>
            <th scope="col">Series</th>
            {['At the crosshair', 'Last', 'Min', 'Max', 'Mean'].map((name) => (
              <th key={name} scope="col" class="number">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST).map((row, index) => (
            <tr key={row.key} class={hidden.has(row.key) ? 'off' : undefined}>
              <td>
                <Toggle
                  row={row}
                  rows={rows.slice(0, drawn)}
                  index={index}
                  isDrawn={index < drawn}
                  isOn={!hidden.has(row.key)}
                >
                  {textOf(row.metric, names)}
                </Toggle>
              </td>
              <AtCrosshair row={row} measured={measured} />
              {[row.last, row.min, row.max, row.mean].map((value, at) => (
                <td key={at} class="number">
                  {figure(value, measured)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length > MOST ? (
        <p class="quiet">and {rows.length - MOST} more series: narrow them down, or sum them by a label.</p>
      ) : null}
    </div>
  );
}

interface ToggleProps {
  readonly row: Row;
  readonly rows: readonly Row[];
  readonly index: number;
  readonly isDrawn: boolean;
  readonly isOn: boolean;
  readonly children: string;
}

function Toggle({ row, rows, index, isDrawn, isOn, children }: ToggleProps) {
  if (!isDrawn) return <code>{children}</code>;
  const { stroke, dash } = lineOf(index, isDark.value);
  return (
    <button
      type="button"
      class="plain series"
      aria-pressed={isOn}
      title={`${textOf(row.metric)}\nClick: shown or not. Shift-click: this one alone.`}
      onClick={(event) => toggle(row.key, rows, event.shiftKey)}
    >
      <svg width="18" height="8" aria-hidden="true">
        <line x1="0" x2="18" y1="4" y2="4" stroke={stroke} stroke-width="3" stroke-dasharray={dash.join(' ')} />
      </svg>
      <code>{children}</code>
    </button>
  );
}

/** By itself: it alone is drawn anew when the pointer moves. */
function AtCrosshair({ row, measured }: { readonly row: Row; readonly measured: Measured }) {
  const at = crosshair.value;
  const value = at === undefined ? undefined : valueAt(row, at);
  return <td class="number">{value === undefined ? '' : figure(value, measured)}</td>;
}
