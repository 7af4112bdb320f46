/** Home: every computation on every day. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { days, project } from '../data/project.ts';
import { GridAside, Selection } from '../grid/aside.tsx';
import { type Control, GridCanvas } from '../grid/canvas.tsx';
import { dayAt, type Grid } from '../grid/decode.ts';
import '../grid/grid.css';
import { useGridKeys } from '../grid/keys.ts';
import { countBytes, Legend, LensPicker } from '../grid/legend.tsx';
import { figuresOf, LENS_WORDS, type Lens, lensOf, useLens } from '../grid/lens.ts';
import type { Rectangle, Spot } from '../grid/overlay.ts';
import { figurePalette, statePalette } from '../grid/palette.ts';
import { rowsOf, type Rows } from '../grid/rows.ts';
import { Spoken } from '../grid/spoken.tsx';
import { Tip } from '../grid/tip.tsx';
import { revision, useGrid } from '../grid/use-grid.ts';
import { go, linkTo, query, setQuery } from '../shell/location.ts';
import { isDark } from '../shell/theme.ts';
import { Command } from '../ui/command.tsx';
import { cellPath } from '../ui/links.tsx';
import { Empty, ProblemNote } from '../ui/note.tsx';

export function View() {
  const { from, to } = days.value;
  const { data, problem } = useGrid(from, to);
  if (data === undefined)
    return problem === undefined ? (
      <p class="quiet wait">Asking for the grid…</p>
    ) : (
      <ProblemNote problem={problem} what="The grid" />
    );
  return (
    <>
      {problem === undefined ? null : <ProblemNote problem={problem} what="The grid" />}
      {data.computations.length === 0 ? (
        <Empty what="There are no computations yet">
          <p>
            Write one (<code>defineComputation</code>), then <code>npx daymill check</code>. The page sees it as soon as
            it is saved.
          </p>
        </Empty>
      ) : (
        <Whole grid={data} />
      )}
    </>
  );
}

function Whole({ grid }: { readonly grid: Grid }) {
  const known = project.value?.computations ?? [];
  const rows = useMemo(() => rowsOf(grid.computations, known), [grid.computations.join(), known]);
  const lens = lensOf(query.value.get('lens'));
  const only = new Set((query.value.get('only') ?? '').split(',').filter((one) => one !== ''));
  const looked = useLooked(grid, lens, only);
  const [hover, setHover] = useState<{ spot: Spot; x: number; y: number }>();
  const [rectangle, setRectangle] = useState<Rectangle>();
  const chosen = spotOf(query.value.get('cell'), grid, rows);
  const control = useRef<Control>(null);
  const choose = (spot: Spot): void => setQuery({ cell: nameOf(spot, grid, rows) }, { replace: false });
  const open = (spot: Spot): void => go(linkTo(cellPath(computationAt(spot, grid, rows), dayAt(grid, spot.column))));
  useGridKeys({
    grid,
    rows,
    chosen,
    choose,
    open,
    control,
    clear: () => (setRectangle(undefined), setQuery({ cell: undefined })),
  });
  useEffect(() => setRectangle(undefined), [grid.from, grid.to]);
  const { width } = useWidth();
  return (
    <div class="grid-view">
      <div class="split">
        <Legend lens={lens} counts={looked.counts} only={only} />
        {looked.note === undefined ? null : <span class={looked.isAsked ? 'quiet wait' : 'quiet'}>{looked.note}</span>}
        <LensPicker lens={lens} />
        <Command text={`npx daymill report --from ${grid.from} --date ${grid.to}`} />
      </div>
      <div class={`grid-stage ${chosen === undefined && rectangle === undefined ? '' : 'with-aside'}`}>
        <div class="grid-place">
          <GridCanvas
            grid={grid}
            rows={rows}
            bytes={looked.bytes}
            palette={looked.palette}
            hasGlyphs={lens === 'outcome'}
            chosen={chosen}
            onHover={(spot, at) => setHover(spot === undefined ? undefined : { spot, ...at })}
            onChoose={choose}
            onOpen={open}
            onRectangle={setRectangle}
            control={control}
          />
          {hover === undefined ? null : (
            <Tip
              computation={computationAt(hover.spot, grid, rows)}
              date={dayAt(grid, hover.spot.column)}
              byte={grid.states[rowOf(hover.spot, rows) * grid.days + hover.spot.column] ?? 15}
              figure={looked.figure(computationAt(hover.spot, grid, rows), hover.spot.column)}
              x={hover.x}
              y={hover.y}
              width={width}
            />
          )}
          <Spoken grid={grid} rows={rows} spot={chosen} />
        </div>
        {rectangle !== undefined ? (
          <Selection grid={grid} rows={rows} rectangle={rectangle} onClose={() => setRectangle(undefined)} />
        ) : chosen === undefined ? null : (
          <GridAside
            computation={computationAt(chosen, grid, rows)}
            date={dayAt(grid, chosen.column)}
            onClose={() => setQuery({ cell: undefined })}
          />
        )}
      </div>
    </div>
  );
}

const rowOf = ({ place }: Spot, { order }: Rows): number => order[place] ?? 0;
const computationAt = (spot: Spot, { computations }: Grid, rows: Rows): string => computations[rowOf(spot, rows)] ?? '';
const nameOf = (spot: Spot, grid: Grid, rows: Rows): string =>
  `${computationAt(spot, grid, rows)}@${dayAt(grid, spot.column)}`;

/** Undefined for a link to what is not in this grid. */
function spotOf(name: string | null, grid: Grid, { order }: Rows): Spot | undefined {
  const [computation = '', date = ''] = (name ?? '').split('@');
  const place = order.indexOf(grid.computations.indexOf(computation));
  const column = Math.round((Date.parse(date) - Date.parse(grid.from)) / 86_400_000);
  return place < 0 || !(column >= 0 && column < grid.days) ? undefined : { place, column };
}

/** What is drawn, by the lens. */
function useLooked(grid: Grid, lens: Lens, only: ReadonlySet<string>) {
  const told = useLens(lens, grid);
  const changed = revision.value;
  const ground = isDark.value ? '#10161d' : '#ffffff';
  const isState = lens === 'outcome' || lens === 'why';
  const palette = useMemo(
    () =>
      isState
        ? statePalette(lens, { isDark: isDark.value, ground, only })
        : figurePalette(lens === 'hash', { isDark: isDark.value, ground }),
    [lens, isDark.value, [...only].join()],
  );
  const figures = useMemo(
    // Without figures nothing is known, which is not the same as little.
    () => (isState ? undefined : figuresOf(grid, told.data ?? { unit: '', rows: {} }, lens === 'hash')),
    [lens, told.data, grid],
  );
  const counts = useMemo(() => countBytes(grid), [grid, changed]);
  const note = isState
    ? undefined
    : told.problem !== undefined
      ? told.problem.detail
      : figures === undefined || told.data === undefined
        ? 'Asking…'
        : figures.least > figures.most
          ? 'Nothing is known of these days yet.'
          : lens === 'hash'
            ? LENS_WORDS.hash
            : `${figures.least.toPrecision(3)} to ${figures.most.toPrecision(3)} ${told.data?.unit ?? ''}`;
  const figure = (computation: string, column: number): string | undefined => {
    const value = told.data?.rows[computation]?.[column];
    return isState || lens === 'hash' || value == null
      ? undefined
      : `${LENS_WORDS[lens]}: ${value.toPrecision(3)} ${told.data?.unit ?? ''}`;
  };
  return {
    palette,
    bytes: figures?.bytes ?? grid.states,
    counts,
    note,
    figure,
    isAsked: told.isLoading && told.data === undefined,
  };
}

function useWidth(): { readonly width: number } {
  const [width, setWidth] = useState(innerWidth);
  useEffect(() => {
    const look = (): void => setWidth(innerWidth);
    addEventListener('resize', look);
    return () => removeEventListener('resize', look);
  }, []);
  // Beside the navigation, where there is one.
  return { width: width > 720 ? width - 170 : width };
}
