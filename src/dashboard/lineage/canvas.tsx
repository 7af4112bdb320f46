/** The drawing: boxes in the colour of a day, arrows between them. Drag to move, wheel to zoom, click for facts, double click for the cell. */
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CellState } from '../../mill/answers/state-marks.ts';
import { query, setQuery } from '../shell/location.ts';
import { isDark } from '../shell/theme.ts';
import { inkOn } from '../ui/stand.tsx';
import { STAND_MARKS } from '../ui/stand-marks.ts';
import { type Camera, cameraOf, cameraText, fitted, moved, viewBox, zoomed } from './camera.ts';
import type { DrawnEdge } from './drawing.ts';
import type { Box, Folded } from './fold.ts';

/** After the last turn of the wheel the link has where it ended, in ms. */
const SETTLE_MS = 200;
const WHEEL = 0.0015;
/** Of the drawing's place, in pixels; the style sheet says how high it gets. */
const LEAST_HEIGHT = 260;
/** A movement that is shorter, in pixels, is a click. */
const DRAG = 4;

interface Props {
  readonly drawing: Folded;
  /** By the box's id; none of datasets, and of what is outside of the days. */
  readonly states: ReadonlyMap<string, CellState>;
  readonly focus: string | undefined;
  readonly chosen: string | undefined;
  readonly onChoose: (box: Box) => void;
  readonly onOpen: (box: Box) => void;
}

export function Canvas({ drawing, states, focus, chosen, onChoose, onOpen }: Props) {
  const svg = useRef<SVGSVGElement>(null);
  const [room, setRoom] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const element = svg.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setRoom({ width: element.clientWidth, height: element.clientHeight }));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const text = query.value.get('view');
  const camera = useRef<Camera>(undefined);
  const middle = drawing.nodes.find(({ id }) => id === focus);
  camera.current = cameraOf(text) ?? fitted(drawing, room, middle);
  const look = (next: Camera): void => {
    camera.current = next;
    // Without a word to anybody else: a thousand boxes are not made anew for a movement.
    svg.current?.setAttribute('viewBox', viewBox(next, room));
  };
  const keep = (): void => {
    if (camera.current !== undefined) setQuery({ view: cameraText(camera.current) });
  };
  useWheel(svg, camera, look, keep);
  const onPointerDown = useDrag(camera, look, keep);
  const near = useMemo(() => neighboursOf(drawing.edges, chosen), [drawing, chosen]);
  return (
    <svg
      ref={svg}
      class="graph"
      height={Math.round(Math.max(LEAST_HEIGHT, drawing.height * 1.15 + 40))}
      viewBox={room.width === 0 ? undefined : viewBox(camera.current, room)}
      role="group"
      aria-label={`${drawing.nodes.length} boxes, ${drawing.edges.length} arrows; listed below as a table`}
      onPointerDown={onPointerDown}
    >
      <Edges edges={drawing.edges} chosen={chosen} />
      {drawing.nodes.map((box) => (
        <Node
          key={box.id}
          box={box}
          state={states.get(box.id)}
          isFocus={box.id === focus}
          isChosen={box.id === chosen}
          isFar={near !== undefined && !near.has(box.id)}
          onChoose={onChoose}
          onOpen={onOpen}
        />
      ))}
    </svg>
  );
}

/** A wheel has to be listened to by hand: only so may it be kept from scrolling the page. */
function useWheel(
  svg: { readonly current: SVGSVGElement | null },
  camera: { readonly current: Camera | undefined },
  look: (camera: Camera) => void,
  keep: () => void,
): void {
  const latest = useRef({ look, keep });
  latest.current = { look, keep };
  useEffect(() => {
    const element = svg.current;
    if (element === null) return undefined;
    let settling: ReturnType<typeof setTimeout> | undefined;
    const onWheel = (event: WheelEvent): void => {
      if (camera.current === undefined) return;
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      const at = { x: event.clientX - left, y: event.clientY - top };
      latest.current.look(zoomed(camera.current, Math.exp(-event.deltaY * WHEEL), at));
      clearTimeout(settling);
      settling = setTimeout(() => latest.current.keep(), SETTLE_MS);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      clearTimeout(settling);
      element.removeEventListener('wheel', onWheel);
    };
  }, []);
}

function useDrag(camera: { readonly current: Camera | undefined }, look: (camera: Camera) => void, keep: () => void) {
  return (down: PointerEvent): void => {
    if (down.button !== 0 || camera.current === undefined) return;
    const start = camera.current;
    let isDrag = false;
    const onMove = ({ clientX, clientY }: PointerEvent): void => {
      const [dx, dy] = [clientX - down.clientX, clientY - down.clientY];
      isDrag ||= Math.hypot(dx, dy) > DRAG;
      if (isDrag) look(moved(start, dx, dy));
    };
    const onUp = (): void => {
      removeEventListener('pointermove', onMove);
      removeEventListener('pointerup', onUp);
      removeEventListener('pointercancel', onUp);
      if (!isDrag) return;
      keep();
      // What was dragged is not clicked: the click, where there is one, comes before anything else does.
      const swallow = (event: Event): void => event.stopPropagation();
      addEventListener('click', swallow, { capture: true, once: true });
      setTimeout(() => removeEventListener('click', swallow, { capture: true }));
    };
    addEventListener('pointermove', onMove);
    addEventListener('pointerup', onUp);
    addEventListener('pointercancel', onUp);
  };
}

function neighboursOf(edges: readonly DrawnEdge[], chosen: string | undefined): ReadonlySet<string> | undefined {
  if (chosen === undefined) return undefined;
  const near = new Set([chosen]);
  for (const { from, to } of edges) {
    if (from === chosen) near.add(to);
    if (to === chosen) near.add(from);
  }
  return near;
}

function Edges({ edges, chosen }: { readonly edges: readonly DrawnEdge[]; readonly chosen: string | undefined }) {
  return useMemo(
    () => (
      <g class="edges">
        {edges.map(({ from, to, kind, path }) => {
          const isNear = from === chosen || to === chosen;
          return (
            <path
              key={`${from} ${to}`}
              d={path}
              class={isNear ? 'near' : chosen === undefined ? undefined : 'far'}
              stroke-dasharray={kind === 'history' ? '5 4' : undefined}
            />
          );
        })}
      </g>
    ),
    [edges, chosen],
  );
}

interface NodeProps {
  readonly box: Box;
  readonly state: CellState | undefined;
  readonly isFocus: boolean;
  readonly isChosen: boolean;
  readonly isFar: boolean;
  readonly onChoose: (box: Box) => void;
  readonly onOpen: (box: Box) => void;
}

function Node({ box, state, isFocus, isChosen, isFar, onChoose, onOpen }: NodeProps) {
  const mark = state === undefined ? undefined : STAND_MARKS[state];
  const colour = mark?.[isDark.value ? 'dark' : 'light'];
  const { x, y, width, height, name, kind } = box;
  const ink = colour === undefined ? undefined : inkOn(colour);
  return (
    <g
      class={`node ${kind}${isFocus ? ' focus' : ''}${isChosen ? ' chosen' : ''}${isFar ? ' far' : ''}`}
      transform={`translate(${x} ${y})`}
      tabIndex={0}
      role="button"
      aria-label={`${name}${mark === undefined ? '' : `, ${mark.word}`}`}
      onClick={() => onChoose(box)}
      onDblClick={() => onOpen(box)}
      onKeyDown={(event) => {
        if (event.key === 'Enter') onOpen(box);
        else if (event.key === ' ') onChoose(box);
        else return;
        event.preventDefault();
      }}
    >
      <rect width={width} height={height} rx={kind === 'dataset' ? 14 : 3} fill={colour} />
      <text x={width / 2} y={height / 2} fill={ink}>
        {mark === undefined || mark.glyph === '·' ? name : `${mark.glyph} ${name}`}
      </text>
    </g>
  );
}
