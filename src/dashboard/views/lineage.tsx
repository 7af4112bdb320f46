/** Who reads whom: the neighbourhood of a computation, or what a selection has; in the colours of a day. */
import { useEffect, useMemo } from 'preact/hooks';
import { useAnswer } from '../data/answer.ts';
import { computationOf, days } from '../data/project.ts';
import type { Grid } from '../grid/decode.ts';
import { revision, useGrid } from '../grid/use-grid.ts';
import { Canvas } from '../lineage/canvas.tsx';
import { Controls, depthOf } from '../lineage/controls.tsx';
import type { Drawing } from '../lineage/drawing.ts';
import { BoxFacts } from '../lineage/facts.tsx';
import { type Box, fold, FOLDED_ABOVE } from '../lineage/fold.ts';
import '../lineage/lineage.css';
import { NodeTable } from '../lineage/node-table.tsx';
import { statesOn } from '../lineage/states.ts';
import { bindKeys } from '../shell/keys.ts';
import { go, linkTo, query, setQuery } from '../shell/location.ts';
import type { ViewProps } from '../shell/routes.ts';
import { isDay } from '../ui/days.ts';
import { cellPath } from '../ui/links.tsx';
import { Empty } from '../ui/note.tsx';
import { Panel } from '../ui/panel.tsx';
import { Stand } from '../ui/stand.tsx';

export function View({ computation = '' }: ViewProps) {
  const depth = depthOf(query.value.get('depth'));
  const select = query.value.get('select') ?? (computation === '' ? '*' : `${depth}+${computation}+${depth}`);
  const { from, to } = days.value;
  const chosenDay = query.value.get('date') ?? '';
  const day = isDay(chosenDay) ? chosenDay : to;
  const answer = useAnswer<Drawing>(`/api/mill/graph?layout=1&select=${encodeURIComponent(select)}`);
  const grid = useGrid(from, to);
  useDepthKeys(depth);
  return (
    <>
      <h1>{computation === '' ? 'Lineage' : `Lineage of ${computation}`}</h1>
      {computation === '' || computationOf(computation) !== undefined ? null : (
        <p class="note warning">
          The project has no computation {computation} (any more). <a href={linkTo('/lineage')}>The whole graph</a> has
          all that there are.
        </p>
      )}
      <Controls computation={computation} select={select} depth={depth} day={day} />
      <Panel title="Graph" answer={answer} command={`npx daymill graph --select '${select}'`}>
        {(drawing) =>
          drawing.nodes.length === 0 ? (
            <Empty what="Nothing is selected">
              <p>
                <a href={linkTo('/lineage')}>The whole graph</a>
              </p>
            </Empty>
          ) : (
            <Graph drawing={drawing} grid={grid.data} day={day} focus={`computation:${computation}`} />
          )
        }
      </Panel>
    </>
  );
}

interface GraphProps {
  readonly drawing: Drawing;
  readonly grid: Grid | undefined;
  readonly day: string;
  readonly focus: string;
}

function Graph({ drawing, grid, day, focus }: GraphProps) {
  const text = query.value.get('fold');
  const folded = useMemo(() => foldedIn(drawing, text), [drawing, text]);
  const shown = useMemo(() => fold(drawing, folded), [drawing, folded]);
  const states = useMemo(() => statesOn(shown.nodes, grid, day), [shown, grid, day, revision.value]);
  const categories = [...new Set(drawing.nodes.flatMap(({ category }) => category ?? []))];
  const chosen = shown.nodes.find(({ id }) => id === query.value.get('node'));
  const setFolded = (category: string): void => {
    const next = categories.filter((each) => folded.has(each) !== (each === category));
    setQuery({ fold: next.length === 0 ? 'none' : next.join(), node: undefined, view: undefined }, { replace: false });
  };
  const open = ({ kind, name, category, members }: Box): void => {
    if (members.length > 0) setFolded(category ?? '');
    else go(kind === 'dataset' ? linkTo('/data', { day: `${name}@${day}` }) : linkTo(cellPath(name, day)));
  };
  return (
    <>
      <div class="lineage">
        <Canvas
          drawing={shown}
          states={states}
          focus={focus}
          chosen={chosen?.id}
          onChoose={({ id }) => setQuery({ node: id === chosen?.id ? undefined : id })}
          onOpen={open}
        />
        <aside>
          <BoxFacts
            box={chosen}
            state={chosen === undefined ? undefined : states.get(chosen.id)}
            day={day}
            onUnfold={setFolded}
          />
          {categories.length < 2 ? null : (
            <fieldset class="categories">
              <legend class="quiet">Fold to a box for each pass</legend>
              {categories.map((category) => (
                <label key={category} class="check">
                  <input type="checkbox" checked={folded.has(category)} onChange={() => setFolded(category)} />
                  {category}
                </label>
              ))}
            </fieldset>
          )}
          <p class="shades">
            {[...new Set(states.values())].map((state) => (
              <Stand key={state} state={state} />
            ))}
          </p>
          <p class="quiet">Dashed: reads earlier days only.</p>
        </aside>
      </div>
      <NodeTable boxes={shown.nodes} states={states} day={day} />
    </>
  );
}

/** As the link has it; of a large graph all categories. */
function foldedIn({ nodes }: Drawing, text: string | null): Set<string> {
  if (text === 'none') return new Set();
  if (text !== null) return new Set(text.split(','));
  return new Set(nodes.length > FOLDED_ABOVE ? nodes.flatMap(({ category }) => category ?? []) : []);
}

function useDepthKeys(depth: number): void {
  useEffect(() => {
    const set = (next: number) => () =>
      setQuery({ depth: String(next), select: undefined, view: undefined }, { replace: false });
    return bindKeys([
      { keys: '+', does: 'a step further in the graph', run: set(depth + 1) },
      { keys: '-', does: 'a step less', run: set(Math.max(0, depth - 1)) },
    ]);
  }, [depth]);
}
